import type { Locale } from "../domain/locale.ts";
import {
  AuthError,
  describeField,
  errorTable,
  isAuthError,
  type AuthErrorCode,
} from "../errors.ts";
import type { EndpointReply } from "./endpoint.ts";
import { json } from "./reply.ts";

/** A refusal on the wire (RFC 9457). `code` is the stable word, the rest is for people. */
export interface Problem {
  /** `urn:latchkey:problem:` and the code. */
  readonly type: string;
  /** One sentence, in the client's language. */
  readonly title: string;
  /** The HTTP status once more. */
  readonly status: number;
  /** The title, or for 429 and 503 how long to wait. */
  readonly detail: string;
  /** What to decide by. */
  readonly code: AuthErrorCode;
  /** Faults of single fields; left out where there are none to tell. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

const waits = {
  en: "Try again in {seconds} s.",
  ru: "Повторите через {seconds} с.",
} as const;

/**
 * The answer to a refusal. Whatever is not one becomes `internal`, with nothing of it inside.
 * 401 says how to authenticate (RFC 6750, section 3), 429 and 503 say when to come back.
 */
export function problem(error: unknown, locale: Locale): EndpointReply {
  // Another version of this package may know codes that this one has no words for.
  const known = isAuthError(error) && Object.hasOwn(errorTable, error.code);
  const refusal = known ? error : new AuthError("internal");
  const { code } = refusal;
  const { status, title, secret } = errorTable[code];
  const seconds = retryAfter(refusal);
  const fields = secret ? [] : refusal.fields;
  const body: Problem = {
    type: `urn:latchkey:problem:${code}`,
    title: title[locale],
    status,
    detail: seconds === null ? title[locale] : waits[locale].replace("{seconds}", String(seconds)),
    code,
    ...(fields.length > 0 && {
      errors: fields.map((field) => ({ path: field.path, message: describeField(field, locale) })),
    }),
  };
  return json(status, body, {
    "content-type": "application/problem+json; charset=utf-8",
    "content-language": locale,
    ...(status === 401 && { "www-authenticate": challenge(code) }),
    ...(seconds !== null && { "retry-after": String(seconds) }),
  });
}

function challenge(code: AuthErrorCode): string {
  return code === "invalid_token" ? 'Bearer error="invalid_token"' : "Bearer";
}

function retryAfter(refusal: AuthError): number | null {
  const { status } = errorTable[refusal.code];
  if (status !== 429 && status !== 503) return null;
  return Math.max(1, refusal.retryAfterSeconds ?? 1);
}
