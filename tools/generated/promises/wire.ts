import type { Promised } from "./promise.ts";

export const wire: readonly Promised[] = [
  {
    what: "No answer of a token or a person is cached (RFC 6749, 5.1; ASVS 14.3.2)",
    how: "`Cache-Control: no-store` on everything but the keys and the contract",
    shown: ["A-44 no answer may be cached or sniffed"],
  },
  {
    what: "Every refusal has one shape, with nothing inside (RFC 9457; ASVS 16.5.1)",
    how: "one table; whatever is no refusal of ours is `internal`",
    shown: [
      "A-42 every refusal is a problem of one shape",
      "any other fault of a store is 500 internal on every route, with nothing of it inside",
    ],
  },
  {
    what: "Access tokens come in one `Authorization` header (RFC 6750)",
    how: "nothing else is looked at; two headers are 400",
    shown: [
      "A-45 only `Authorization: Bearer <token>` is looked at",
      "A-45 two Authorization headers are 400",
    ],
  },
  {
    what: "Bodies are JSON of one meaning",
    how: "one parser in core: 16 KiB, depth 32, 64 keys, no key twice, no prototypes",
    shown: [
      "A-40 broken, ambiguous, nested or oversized JSON is 400, and no store hears of it",
      "a body over 16 KiB is 413",
    ],
  },
  {
    what: "A path, a method and a spelling mean one thing",
    how: "paths are compared to the letter; nothing overrides a method",
    shown: [
      "A-48 a method that a path does not offer is 405",
      "A-48 no header, field or query turns one method into another",
    ],
  },
  {
    what: "Internal endpoints are not on the public listener",
    how: "they are mounted only where that is said",
    shown: ["internal endpoints are only there where they were asked for"],
  },
  {
    what: "Nothing secret reaches a log, an event, a store or a subject (ASVS 16.2.5)",
    how: "events name their fields; stores get digests; handlers are swept by canaries",
    shown: [
      "A-50: no event and no handler is told a password, code, token or link",
      "A-50: no store is handed a password, code, token or link",
      "a host that logs its requests logs no token of a query",
    ],
  },
  {
    what: "Fastify and Express answer alike",
    how: "one table in core; adapters hand over raw text",
    shown: ["requests that are no HTTP, or frame their body twice, are a 4xx"],
  },
];
