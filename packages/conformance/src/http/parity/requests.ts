import * as fc from "fast-check";
import { bodies, calls, type Bytes, type Call } from "./bodies.ts";
import type { Door } from "../door.ts";
import { parseAnswer, sendRaw, type Answer } from "../wire.ts";
import { fill, type Cast } from "./cast.ts";

/** One request as it will stand on the wire, but for the words that each server fills in. */
export interface GeneratedRequest {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Bytes;
}

// OPTIONS is the host's, CONNECT is no request for a path.
const methods = [
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "POST", "DELETE"],
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY", "LINK"],
  ...["get", "Post", "GETT", "M-SEARCH", '"GET"', "PURGE"],
];

/** Another spelling of a path, or another path that looks like it. */
function spellings(path: string): fc.Arbitrary<string> {
  const at = fc.nat({ max: path.length - 1 });
  const encode = (index: number): string => {
    const hex = path.charCodeAt(index).toString(16).padStart(2, "0");
    return `${path.slice(0, index)}%${hex}${path.slice(index + 1)}`;
  };
  const inserted = fc.constantFrom(
    ...["/", "//", "/./", "/../", ";a=b", "%", "%00", "%E0%A4%A", "%C0%AF", "%2f", "%2e%2e/"],
    ...["\\", " ", "%20", "#", "#x", "*", "é", "\t", "+", ":", "%25", "?", "&", "[", "{", "|"],
  );
  return fc.oneof(
    { weight: 24, arbitrary: fc.constant(path) },
    { weight: 2, arbitrary: at.map(encode) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(at, inserted)
        .map(([index, text]) => path.slice(0, index) + text + path.slice(index)),
    },
    { weight: 2, arbitrary: inserted.map((text) => path + text) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...[path.toUpperCase(), `/${path}`, path.slice(1), `/x/..${path}`, "*", "/", ""],
        ...[`http://evil.example${path}`, `https://evil.example:1${path}`, `HTTP://x${path}`],
        ...["http://evil.example", `ftp://x${path}`, `//evil.example${path}`, `/.${path}`],
      ),
    },
  );
}

const queries = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  {
    weight: 4,
    arbitrary: fc
      .array(
        fc.constantFrom(
          ...[
            "refreshToken=«refresh»",
            "accessToken=«access»",
            "refreshToken=«access»",
            "a=1",
            "%",
          ],
          ...[
            "except=current",
            "except=",
            "except=x",
            "__proto__=x",
            "constructor=x",
            "=",
            "&",
            "?",
          ],
          ...[
            "refreshToken=%ff",
            "refreshToken=%00",
            "refreshToken[]=x",
            "%72efreshToken=«refresh»",
          ],
          ...["refreshToken", "caller=x", "userId=1", "_method=DELETE", "é=é", "a;b=1", "#", "//"],
        ),
        { maxLength: 3 },
      )
      .map((parts) => `?${parts.join("&")}`),
  },
);

const tokens = fc.constantFrom(
  ...["access", "access", "access", "otherAccess", "refresh", "reset", "closedAccess", "code"],
);
const credentials = fc.oneof(
  { weight: 5, arbitrary: tokens.map((role) => ["Authorization", `Bearer «${role}»`]) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ["authorization", "bearer «access»"],
      ["Authorization", "Bearer  «access»"],
      ["Authorization", "Bearer «access»,"],
      ["Authorization", "Basic eDp5"],
      ["Authorization", ""],
      ["Authorization", "Bearer"],
      ["Authorization", "Bearer a.b.c", "authorization", "Bearer «access»"],
      ["Authorization", "Bearer «access»", "Authorization", "Bearer «access»"],
      ["Authorization", `Bearer ${"x".repeat(9000)}`],
      ["Authorization", "Bearer \xff\xfe"],
      ["Proxy-Authorization", "Bearer «access»"],
      ["Cookie", "token=«access»; accessToken=«access»"],
    ),
  },
  { weight: 3, arbitrary: fc.constant<string[]>([]) },
);

const contentTypes = fc.oneof(
  { weight: 8, arbitrary: fc.constant(["Content-Type", "application/json"]) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(
        ...[
          "application/json; charset=utf-8",
          "Application/JSON;charset=UTF-8",
          "text/plain",
          "",
          "x",
        ],
        ...[
          "application/x-www-form-urlencoded",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "*/*",
          "a/b;c",
        ],
        ...[
          "application/json; charset=utf-16",
          "application/json\ta",
          "application/json;",
          ";",
          "/",
        ],
        ...[
          "application/json, application/json",
          "application/ld+json",
          "application/json\xa0",
          " ",
        ],
      )
      .map((type) => ["Content-Type", type]),
  },
  {
    weight: 1,
    arbitrary: fc.constant(["Content-Type", "application/json", "content-type", "text/plain"]),
  },
  { weight: 1, arbitrary: fc.constant<string[]>([]) },
);

const others = fc.constantFrom(
  ["Accept-Language", "ru"],
  ["Accept-Language", ""],
  ["Accept", "text/html"],
  ["Accept-Encoding", "gzip, br"],
  ["Content-Encoding", "gzip"],
  ["Content-Encoding", "identity"],
  ["Content-Encoding", ""],
  ["Expect", "100-continue"],
  ["Expect", "a-miracle"],
  ["X-HTTP-Method-Override", "DELETE"],
  ["X-Forwarded-For", "junk, 203.0.113.1"],
  ["X-Forwarded-Host", "evil.example"],
  ["X-Original-URL", "/api/v1/users/me"],
  ["Origin", "https://evil.example"],
  ["If-None-Match", "*"],
  ["Range", "bytes=0-1"],
  ["Upgrade", "websocket"],
  ["Accept-Version", "2.0.0"],
  ["TE", "trailers"],
  ["Content-Length", "-1"],
  ["Content-Length", "1x"],
  ["Transfer-Encoding", "gzip"],
  ["Bad Name", "x"],
  ["X-Odd", "\x01"],
  ["Host", "other.example"],
);

/** Requests of every kind, most of them nearly right. */
export const generatedRequests: fc.Arbitrary<GeneratedRequest> = fc
  .constantFrom<Call>(...calls)
  .chain((call) => {
    const [path = "", query] = call.path.split("?");
    const offered = { weight: 7, arbitrary: fc.constant(call.method) };
    return fc.record({
      method: fc.oneof(offered, { weight: 3, arbitrary: fc.constantFrom(...methods) }),
      // How the host compares its own paths is its own affair.
      path: path.startsWith("/notes") ? fc.constant(path) : spellings(path),
      query: query === undefined ? queries : fc.oneof(fc.constant(`?${query}`), queries),
      version: fc.constantFrom<"1.0" | "1.1">(
        "1.1",
        "1.1",
        "1.1",
        "1.1",
        "1.1",
        "1.1",
        "1.1",
        "1.0",
      ),
      host: fc.oneof(
        { weight: 12, arbitrary: fc.constant("127.0.0.1") },
        fc.constantFrom("a b", "", null),
      ),
      credentials,
      contentType: contentTypes,
      more: fc.array(others, { maxLength: 2 }),
      body: bodies(call),
      framing: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom("length", "length", "chunked") },
        fc.constant("both"),
      ),
    });
  })
  .map(({ path, query, host, credentials: mine, contentType, more, framing, ...rest }) => ({
    ...rest,
    target: path + query,
    headers: [
      ...(host === null ? [] : ["Host", host]),
      ...mine,
      ...contentType,
      ...more.flat(),
      ...(framing === "length" ? [] : ["Transfer-Encoding", "chunked"]),
      ...(framing === "both" ? ["Content-Length", "«length»"] : []),
    ],
  }));

/** Sends a made-up request to a server, with the names and tokens that it gave its own people. */
export async function sendGenerated(
  { url }: Pick<Door, "url">,
  request: GeneratedRequest,
  cast: Cast,
): Promise<Answer> {
  const raw = await sendRaw(url, toBytes(request, cast));
  return parseAnswer(raw, `${request.method} ${request.target}`);
}

/** The bytes of a request for one server, which closes the connection behind its answer. */
function toBytes(request: GeneratedRequest, cast: Cast): Buffer {
  const { method, target, version, headers } = request;
  const body = Buffer.from(fill(request.body, cast), "latin1");
  const chunked = headers.some((name, index) => index % 2 === 0 && name === "Transfer-Encoding");
  const lines = [`${method} ${fill(target, cast)} HTTP/${version}`, "Connection: close"];
  for (const [index, name] of headers.entries()) {
    if (index % 2 === 1) continue;
    const value = fill(headers[index + 1] ?? "", cast).replace("«length»", String(body.length));
    lines.push(`${name}: ${value}`);
  }
  if (!chunked && body.length > 0) lines.push(`Content-Length: ${body.length}`);
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return Buffer.concat([head, chunked ? inChunks(body) : body]);
}

function inChunks(body: Buffer): Buffer {
  const chunk = (part: Buffer): readonly Buffer[] =>
    part.length === 0 ? [] : [Buffer.from(`${part.length.toString(16)}\r\n`), part, crlf];
  const middle = Math.floor(body.length / 2);
  const parts = [body.subarray(0, middle), body.subarray(middle)].flatMap(chunk);
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

const crlf = Buffer.from("\r\n");
