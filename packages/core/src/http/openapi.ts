import * as z from "zod";
import { errorTable, type AuthErrorCode } from "../errors.ts";
import { answers, type AnswerName } from "./answers.ts";
import type { Row } from "./table.ts";

type Json = Readonly<Record<string, unknown>>;

/** What reading any request can be refused with, before a flow runs. */
const always: readonly AuthErrorCode[] = ["internal", "store_unavailable"];
const ofInput: readonly AuthErrorCode[] = ["invalid_input", "malformed_request"];
const ofBody: readonly AuthErrorCode[] = ["payload_too_large", "unsupported_media_type"];
const ofBearer: readonly AuthErrorCode[] = ["unauthenticated", "invalid_token"];

/**
 * The contract of these rows as an OpenAPI 3.1 document: paths, input schemas, answers and every
 * refusal by status and code. Made of the table itself, so it cannot drift.
 */
export function describeRows(rows: readonly Row[], publicUrl: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const row of rows) {
    const path = row.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operation(row) };
  }
  const schemas = Object.entries(answers).map(
    ([name, schema]) => [name, toJson(schema, "output")] as const,
  );
  return {
    openapi: "3.1.1",
    info: { title: "Latchkey", version: "1", description: "Accounts over HTTP." },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
}

function operation(row: Row): Json {
  const fields = row.input === undefined ? null : fieldsOf(row.input.schema);
  const query = row.input?.from === "body" || fields === null ? [] : queryParameters(fields);
  const parameters = [...pathParameters(row.path), ...query];
  const body = fields !== null && row.input?.from !== "query";
  return {
    operationId: row.name,
    summary: row.summary,
    ...(row.exposure === "internal" && { "x-internal": true }),
    ...(row.bearer === true && { security: [{ bearer: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: row.input?.from === "body",
        content: { "application/json": { schema: fields } },
      },
    }),
    responses: { ...success(row), ...refusals(row) },
  };
}

function success(row: Row): Json {
  const content = row.answer === undefined ? {} : { content: jsonOf(row.answer) };
  return { [row.success]: { description: row.summary, ...content } };
}

function refusals(row: Row): Json {
  const codes = new Set([
    ...always,
    ...(row.input === undefined ? [] : ofInput),
    ...(row.input === undefined || row.input.from === "query" ? [] : ofBody),
    ...(row.bearer === true ? [...ofBearer, "malformed_request" as const] : []),
    ...row.refuses,
  ]);
  const byStatus = new Map<number, AuthErrorCode[]>();
  for (const code of codes) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const replies = [...byStatus].map(([status, ofStatus]): [string, Json] => [
    String(status),
    {
      description: ofStatus.map((code) => `\`${code}\`: ${errorTable[code].title.en}`).join("\n\n"),
      content: {
        "application/problem+json": {
          schema: {
            allOf: [
              { $ref: "#/components/schemas/problem" },
              { properties: { status: { const: status }, code: { enum: ofStatus } } },
            ],
          },
        },
      },
    },
  ]);
  return Object.fromEntries(replies);
}

function jsonOf(answer: AnswerName): Json {
  return { "application/json": { schema: { $ref: `#/components/schemas/${answer}` } } };
}

function pathParameters(path: string): readonly Json[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

interface Fields {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

function queryParameters({ properties, required = [] }: Fields): readonly Json[] {
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: "query", schema, required: required.includes(name) },
  }));
}

/** A flow's input as a client sends it: who the caller is comes from the token, not from a field. */
function fieldsOf(schema: z.ZodType): Fields {
  const json = toJson(schema, "input");
  const { caller: _, ...properties } = Object(json["properties"]) as Record<string, unknown>;
  const names = Array.isArray(json["required"]) ? json["required"] : [];
  const required = names.map(String).filter((name) => name !== "caller");
  return { ...json, properties, ...{ required } };
}

function toJson(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}
