import { AuthError } from "../errors.ts";
import { announcesBody, headerValues, maxBodyBytes, type EndpointRequest } from "./endpoint.ts";
import { parseJson } from "./json.ts";
import { asRefusal } from "./refusal.ts";

/** One media type, one charset: what parsers disagree about does not get this far. */
const jsonType = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a JSON body; none for an empty one. A flow judges the fields, this only the form.
 *
 * @throws AuthError `unsupported_media_type`, `payload_too_large`, `malformed_request`.
 */
export function bodyFields(request: EndpointRequest): Fields {
  const { body, rawHeaders } = request;
  const isEmpty = body === undefined || body === null || body === "";
  if ((isEmpty || body instanceof Error) && !announcesBody(rawHeaders)) return {};
  const types = headerValues(rawHeaders, "content-type");
  const encodings = headerValues(rawHeaders, "content-encoding");
  const isJson = types.length === 1 && jsonType.test(types[0] ?? "");
  // Some clients announce a body, send none and say no type.
  if (encodings.length > 0 || (!isJson && (!isEmpty || types.length > 0))) {
    throw new AuthError("unsupported_media_type");
  }
  if (body instanceof Error) throw asRefusal(body);
  if (isEmpty) return {};
  if (typeof body === "string" && Buffer.byteLength(body) > maxBodyBytes) {
    throw new AuthError("payload_too_large");
  }
  return toFields(typeof body === "string" ? parseJson(body) : body);
}

/**
 * The fields of a query, each given once.
 *
 * @throws AuthError `malformed_request`.
 */
export function queryFields(request: EndpointRequest): Fields {
  return withoutRepetition([...new URLSearchParams(request.query)]);
}

/**
 * Fields from several places as one input; a field given in two of them is refused.
 *
 * @throws AuthError `malformed_request`.
 */
export function mergeFields(...sources: readonly Fields[]): Fields {
  return withoutRepetition(sources.flatMap((source) => Object.entries(source)));
}

function withoutRepetition(entries: readonly (readonly [string, unknown])[]): Fields {
  const fields = new Map(entries);
  if (fields.size !== entries.length || fields.has("__proto__")) {
    throw new AuthError("malformed_request");
  }
  return Object.fromEntries(fields);
}

function toFields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AuthError("malformed_request");
  }
  return { ...value };
}

/** Exactly as the contract spells it; what looks like a token elsewhere is never looked at. */
const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/;
const scheme = "Bearer ";
const maxTokenLength = 8192;

/**
 * The access token of the Authorization header (RFC 6750, section 2.1).
 *
 * @throws AuthError `unauthenticated` without credentials, `malformed_request` for two of them
 * (section 3.1), `invalid_token` for a header of another form.
 */
export function bearerToken(rawHeaders: readonly string[]): string {
  const values = headerValues(rawHeaders, "authorization");
  if (values.length > 1) throw new AuthError("malformed_request");
  const [value] = values;
  if (value === undefined || !/^bearer\b/i.test(value)) throw new AuthError("unauthenticated");
  const isLong = value.length > scheme.length + maxTokenLength;
  const token = isLong ? undefined : bearer.exec(value)?.[1];
  if (token === undefined) throw new AuthError("invalid_token");
  return token;
}

/** What would be the token of a request, its form unchecked; null where it has none, or several. */
export function uncheckedToken(rawHeaders: readonly string[]): string | null {
  const [value, ...others] = headerValues(rawHeaders, "authorization");
  if (value === undefined || others.length > 0 || !value.startsWith(scheme)) return null;
  return value.slice(scheme.length);
}

/** Whether the request carries an Authorization header at all. */
export function hasCredentials(rawHeaders: readonly string[]): boolean {
  return headerValues(rawHeaders, "authorization").length > 0;
}
