import {
  requestMethods,
  type Endpoint,
  type EndpointReply,
  type EndpointRequest,
  type Message,
} from "./endpoint.ts";

/** What stands at one path. Never rejects. */
export interface Occupant {
  /** With `:name` for parameters. */
  readonly path: string;
  handle(request: EndpointRequest): Promise<EndpointReply>;
}

type Target = Pick<EndpointRequest, "params" | "query">;

/**
 * An endpoint at its path, which is compared as it is spelled: routers disagree about case, slashes
 * and encodings, and what a proxy lets through by one spelling must not be reached by another.
 *
 * @param prefix stands before the path in a request's target
 */
export function atPlace(occupant: Occupant, prefix: string): Endpoint {
  const { path } = occupant;
  const read = targetReader(prefix + path);
  return {
    path,
    isAt: ({ method = "", url = "" }) => requestMethods.includes(method) && read(url) !== null,
    methods: requestMethods,
    handle(message, body) {
      const { method = "", url = "", rawHeaders, socket } = message;
      const target = read(url) ?? { params: {}, query: "" };
      const text = Buffer.isBuffer(body) ? body.toString() : body;
      const peerAddress = socket.remoteAddress;
      return occupant.handle({ method, rawHeaders, peerAddress, body: text, ...target });
    },
  };
}

/** Whose request it is and what it says of itself, where neither path nor body is looked at. */
export function senderOf({
  rawHeaders,
  socket,
}: Message): Pick<EndpointRequest, "rawHeaders" | "peerAddress"> {
  return { rawHeaders, peerAddress: socket.remoteAddress };
}

/**
 * Reads request targets (RFC 9112, section 3.2) that lead to a path: null for any other. A target
 * has no fragment: routers disagree about where one would begin.
 */
function targetReader(path: string): (url: string) => Target | null {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const literal = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:\w+/g, "([^/]+)");
  const form = new RegExp(`^(?:[Hh][Tt][Tt][Pp][Ss]?://[^/]+)?${literal}$`);
  return (url) => {
    if (url.includes("#")) return null;
    const mark = url.indexOf("?");
    const place = mark < 0 ? url : url.slice(0, mark);
    const found = form.exec(place);
    if (found === null) return null;
    try {
      const values = found.slice(1).map(decodeURIComponent);
      const params = Object.fromEntries(names.map((name, index) => [name, values[index]]));
      return { params, query: mark < 0 ? "" : url.slice(mark + 1) };
    } catch {
      return null;
    }
  };
}
