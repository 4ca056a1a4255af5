import { errorTable, type AuthErrorCode } from "../errors.ts";
import { answers, type AnswerName } from "./answers.ts";
import type { Row } from "./row.ts";

type Json = Readonly<Record<string, unknown>>;
type HeaderName =
  | "NoStore"
  | "Kept"
  | "ContentLanguage"
  | "WwwAuthenticate"
  | "RetryAfter"
  | "Allow";

/** What any request can be refused with, before or behind a flow. */
const always: readonly AuthErrorCode[] = ["internal", "store_unavailable"];
const ofInput: readonly AuthErrorCode[] = ["invalid_input", "malformed_request"];
const ofBody: readonly AuthErrorCode[] = ["payload_too_large", "unsupported_media_type"];
const ofBearer: readonly AuthErrorCode[] = [
  "unauthenticated",
  "invalid_token",
  "malformed_request",
];

const text = { type: "string" } as const;
const header = (description: string, schema: Json): Json => ({
  ...{ description, required: true, schema },
});

/** Headers that answers promise, by the name under which responses refer to them. */
export const responseHeaders: Readonly<Record<HeaderName, Json>> = {
  NoStore: header("Nothing of this is for a cache.", { ...text, const: "no-store" }),
  Kept: header("May be kept by anybody.", { ...text, const: "public, max-age=300" }),
  ContentLanguage: header("The language of the words in it.", { ...text, enum: ["en", "ru"] }),
  WwwAuthenticate: header("How to authenticate (RFC 6750, section 3).", {
    ...text,
    enum: ["Bearer", 'Bearer error="invalid_token"'],
  }),
  RetryAfter: header("Seconds to wait before the next try.", { type: "integer", minimum: 1 }),
  Allow: header("The methods that the path offers.", text),
};

function refer(name: HeaderName): Json {
  return { $ref: `#/components/headers/${name}` };
}

/** Every answer of a row by its status: the one of success, and what its refusals share. */
export function responsesOf(row: Row): Json {
  const refusals = [...refusalsOf(row)].map(([status, codes]): [string, Json] => [
    String(status),
    { $ref: `#/components/responses/${responseName(codes)}` },
  ]);
  return { [row.success]: success(row), ...Object.fromEntries(refusals) };
}

/** The refusals that several operations answer alike: one description for each set of codes. */
export function sharedResponses(rows: readonly Row[]): Json {
  const sets = rows.flatMap((row) => [...refusalsOf(row).values()]);
  const named = [...sets, ["method_not_allowed" as const]].map(
    (codes) => [responseName(codes), refusal(codes)] as const,
  );
  return Object.fromEntries(named);
}

/** The name of the response that stands for these codes of one status. */
export function responseName(codes: readonly AuthErrorCode[]): string {
  return codes.join("_or_");
}

function success(row: Row): Json {
  const { answer, shared, headers = {} } = row;
  const own = Object.entries(headers).map(([name, meaning]) => [name, header(meaning, text)]);
  return {
    description: answer === undefined ? "Done; there is no body." : answers[answer].description,
    headers: {
      "cache-control": refer(shared === true ? "Kept" : "NoStore"),
      ...(isWorded(answer) && { "content-language": refer("ContentLanguage") }),
      ...Object.fromEntries(own),
    },
    ...(answer !== undefined && {
      content: { "application/json": { schema: schemaOf(answer) } },
    }),
  };
}

function refusalsOf(row: Row): ReadonlyMap<number, readonly AuthErrorCode[]> {
  const { input, bearer } = row;
  const possible = new Set([
    ...always,
    ...(input === undefined ? [] : ofInput),
    ...(input === undefined || input.from === "query" ? [] : ofBody),
    ...(bearer === undefined ? [] : ofBearer),
    ...row.refuses,
  ]);
  const byStatus = new Map<number, AuthErrorCode[]>();
  // In the order of the table, so that equal sets have one name.
  for (const code of Object.keys(errorTable) as AuthErrorCode[]) {
    const { status } = errorTable[code];
    if (possible.has(code)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function refusal(codes: readonly AuthErrorCode[]): Json {
  const status = codes[0] === undefined ? 0 : errorTable[codes[0]].status;
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTable[code].title.en}`).join("\n\n"),
    headers: {
      "cache-control": refer("NoStore"),
      "content-language": refer("ContentLanguage"),
      ...(status === 401 && { "www-authenticate": refer("WwwAuthenticate") }),
      ...(status === 405 && { allow: refer("Allow") }),
      ...((status === 429 || status === 503) && { "retry-after": refer("RetryAfter") }),
    },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            schemaOf("problem"),
            {
              type: "object",
              properties: { status: { const: status }, code: { enum: codes } },
            },
          ],
        },
      },
    },
  };
}

function schemaOf(answer: AnswerName): Json {
  return { $ref: `#/components/schemas/${schemaName(answer)}` };
}

/** Names of schemas become names of types in a generated client. */
export function schemaName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Whether an answer holds a sentence for people. */
function isWorded(answer: Row["answer"]): boolean {
  return answer === "message" || answer === "resetRequested";
}
