import type { Auth, Flow } from "../auth.ts";
import type { ClientInput } from "../domain/client.ts";
import type { Locale } from "../domain/locale.ts";
import type { Caller } from "../domain/session.ts";
import { AuthError } from "../errors.ts";
import type { EndpointRequest } from "./endpoint.ts";
import { bearerToken } from "./input.ts";

/** One request on its way through a row of the table. */
export interface Call {
  readonly auth: Auth;
  readonly request: EndpointRequest;
  readonly client: ClientInput & { readonly locale: Locale };
}

/** Runs a flow on whatever fields came: flows parse their own input, so HTTP needs no second door. */
export function run<Input, Outcome>(
  { client }: Call,
  flow: Flow<Input, Outcome>,
  fields: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  // The flow checks every field before it believes one.
  return flow(fields as Input, client);
}

/**
 * The verified owner of a request, from its Authorization header alone.
 *
 * @throws AuthError `unauthenticated`, `invalid_token`, `malformed_request`.
 */
export async function callerOf(
  auth: Auth,
  rawHeaders: readonly string[],
  client: ClientInput,
): Promise<Caller> {
  return auth.authenticate({ accessToken: bearerToken(rawHeaders) }, client);
}

/**
 * Fields of a request of somebody signed in, together with who they are. A body cannot name the
 * caller.
 */
export async function withCaller(
  { auth, request, client }: Call,
  fields: () => Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const caller = await callerOf(auth, request.rawHeaders, client);
  const given = fields();
  if ("caller" in given) {
    throw new AuthError("invalid_input", { fields: [{ path: "caller", rule: "unknown_field" }] });
  }
  return { ...given, caller };
}
