import { AuthError } from "../../errors.ts";
import { headerValues, maxBodyBytes, type EndpointRequest } from "../endpoint.ts";
import { asRefusal } from "../refusal.ts";

/** What browsers send for a form; they name no charset, as the type has none but UTF-8. */
const formType = /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i;

export type FormFields = Readonly<Record<string, string>>;

/**
 * The fields of a posted form, each given once; a flow judges them, this only the form.
 *
 * @throws AuthError `unsupported_media_type`, `payload_too_large`, `malformed_request`.
 */
export function formFields({ rawHeaders, body }: EndpointRequest): FormFields {
  const types = headerValues(rawHeaders, "content-type");
  const encodings = headerValues(rawHeaders, "content-encoding");
  if (encodings.length > 0 || types.length !== 1 || !formType.test(types[0] ?? "")) {
    throw new AuthError("unsupported_media_type");
  }
  if (body instanceof Error) throw asRefusal(body);
  if (typeof body === "string" && Buffer.byteLength(body) > maxBodyBytes) {
    throw new AuthError("payload_too_large");
  }
  const entries = entriesOf(body);
  const fields = new Map(entries);
  if (fields.size !== entries.length || fields.has("__proto__")) {
    throw new AuthError("malformed_request");
  }
  return Object.fromEntries(fields);
}

/** A host's own parser makes lists and objects of some names: no form of ours has such. */
function entriesOf(body: unknown): readonly (readonly [string, string])[] {
  if (typeof body === "string") return [...new URLSearchParams(body)];
  if (typeof body !== "object" || body === null) return [];
  return Object.entries(body).map(([name, value]: [string, unknown]) => {
    if (typeof value !== "string") throw new AuthError("malformed_request");
    return [name, value];
  });
}
