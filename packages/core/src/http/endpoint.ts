/** A request as an adapter hands it over: plain values, nothing interpreted. */
export interface EndpointRequest {
  readonly method: string;
  /** Path parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The raw query, without its "?". */
  readonly query: string;
  /** Node's `rawHeaders`: names and values in turn, repetitions included. */
  readonly rawHeaders: readonly string[];
  /** The body's text; or an object where the host's own parser ran before. */
  readonly body: unknown;
  /** The socket's address, or undefined for a Unix socket. */
  readonly peerAddress: string | undefined;
}

/** What an adapter writes back, as it is. */
export interface EndpointReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or null for an empty body. */
  readonly body: string | null;
}

/** One path and everything that can be called at it. */
export interface Endpoint {
  /** With `:name` for parameters. */
  readonly path: string;
  /** Every method to be routed here; those the path does not offer answer 405. */
  readonly methods: readonly string[];
  /** The parameter at the end of the path that may be longer than routers expect, if one may. */
  readonly longParameter?: string;
  /** Never rejects. */
  handle(request: EndpointRequest): Promise<EndpointReply>;
  /** The answer to what went wrong before `handle`, such as a body that was not read to its end. */
  refuse(error: unknown, request: EndpointRequest): EndpointReply;
}

/** The methods an adapter routes; OPTIONS stays the host's, which may answer CORS preflights. */
export const requestMethods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Bodies beyond this many bytes are refused with 413. */
export const maxBodyBytes = 16_384;

/** The values of one header, in the order sent. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}
