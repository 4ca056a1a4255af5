// A request as an adapter hands it over, for tests that stand where an adapter does.
import { AuthError } from "../src/errors.ts";
import type { EndpointReply, EndpointRequest, Message } from "../src/http/endpoint.ts";

export interface RequestParts extends Partial<Omit<EndpointRequest, "rawHeaders">> {
  /** Name and value in turn is what Node gives; a test says them in pairs. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export function aRequest({ headers = [], ...parts }: RequestParts = {}): EndpointRequest {
  return {
    method: "POST",
    params: {},
    query: "",
    body: undefined,
    peerAddress: "192.0.2.1",
    ...parts,
    rawHeaders: headers.flat(),
  };
}

/** The same as Node has it, at a path. */
export function aMessage(parts: RequestParts = {}, path = "/"): Message {
  const { method, query, rawHeaders, peerAddress } = aRequest(parts);
  const url = query === "" ? path : `${path}?${query}`;
  return { method, url, rawHeaders, socket: { remoteAddress: peerAddress } };
}

/** A request with a JSON body and its type. */
export function aJsonRequest(body: unknown, parts: RequestParts = {}): EndpointRequest {
  const headers = [["Content-Type", "application/json"] as const, ...(parts.headers ?? [])];
  return aRequest({ ...parts, body: JSON.stringify(body), headers });
}

/** What a reply says. */
export function bodyOf(reply: EndpointReply): Record<string, unknown> {
  return JSON.parse(reply.body ?? "null") as Record<string, unknown>;
}

/** The code of what is thrown; what is answered, as it is. */
export function codeOf(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return error instanceof AuthError ? error.code : error;
  }
}
