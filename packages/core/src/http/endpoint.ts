/** As much of Node's own request as is looked at: its address and headers as they were sent. */
export interface Message {
  /** Such as `POST`. */
  readonly method?: string | undefined;
  /** The request target, as it was sent. */
  readonly url?: string | undefined;
  /** Names and values in turn, repetitions included. */
  readonly rawHeaders: readonly string[];
  /** Without an address for a Unix socket. */
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** A request on its way to what answers it: plain values, nothing interpreted. */
export interface EndpointRequest {
  readonly method: string;
  /** Path parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The raw query, without its "?". */
  readonly query: string;
  /** Node's `rawHeaders`: names and values in turn, repetitions included. */
  readonly rawHeaders: readonly string[];
  /** As {@link Endpoint.handle} takes it, but text for bytes. */
  readonly body: unknown;
  /** The socket's address, or undefined for a Unix socket. */
  readonly peerAddress: string | undefined;
}

/** What an adapter writes back, as it is. */
export interface EndpointReply {
  /** The HTTP status. */
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
  /** Whether a request leads here by method and path, spelled as the path is and no other way. */
  isAt(message: Message): boolean;
  /**
   * Answers a request that leads here. Never rejects.
   *
   * @param body its bytes or text; the value that the host's own parser made of it before; or the
   *   error that reading it ended in, which matters only where a body is looked at
   */
  handle(message: Message, body: unknown): Promise<EndpointReply>;
}

/** The methods an adapter routes; OPTIONS stays the host's, which may answer CORS preflights. */
export const requestMethods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Bodies beyond this many bytes are refused with 413. */
export const maxBodyBytes = 16_384;

/** The values of one header, in the order sent. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] ?? "";
    // Most are told apart by their length: this runs for each header of each request.
    if (candidate.length === name.length && candidate.toLowerCase() === name) {
      values.push(rawHeaders[index + 1] ?? "");
    }
  }
  return values;
}

/**
 * The headers of a reply beside what the host has already said: a middleware of its own (CORS) may
 * have named what its part of the answer varies by.
 */
export function headersBeside(
  { headers }: EndpointReply,
  vary: number | string | readonly string[] = [],
): Readonly<Record<string, string>> {
  return { ...headers, vary: [vary, headers["vary"] ?? []].flat().join(", ") };
}

/** Whether a body was announced, be it an empty one (RFC 9112, section 6.3). */
export function announcesBody(rawHeaders: readonly string[]): boolean {
  const [length = "0"] = headerValues(rawHeaders, "content-length");
  return headerValues(rawHeaders, "transfer-encoding").length > 0 || Number(length) > 0;
}
