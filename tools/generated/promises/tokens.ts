import type { Promised } from "./promise.ts";

export const tokens: readonly Promised[] = [
  {
    what: "The key decides the algorithm; a token brings no key along (RFC 8725, 3.1; ASVS 9.1.2, 9.1.3)",
    how: "keys are found by `kid` in a map in memory, each with one algorithm",
    shown: [
      "A-16 no algorithm, another algorithm and a public key as an HMAC key are 401",
      "A-17 a kid is only looked up in memory",
    ],
  },
  {
    what: "Odd forms of tokens are refused",
    how: "one reader for all tokens takes one header and one form",
    shown: ["A-18 crit, b64, zip, JWE, JSON serialisation and nested tokens are 401"],
  },
  {
    what: "Issuer, audience, times and every claim are checked by type (RFC 9068, 4; ASVS 9.2.1)",
    how: "schemas for the claims of each kind; five seconds for clocks",
    shown: [
      "A-20 claims that are missing, bent or of another service are 401 though rightly signed",
      "A-20: takes a token from a clock five seconds ahead, not six",
    ],
  },
  {
    what: "No kind of token stands in for another (RFC 8725, 3.11; ASVS 9.2.2)",
    how: "keys, `typ` and audience of its own for each kind",
    shown: [
      "A-19 each token opens its own routes and no other",
      "A-19: is refused under a borrowed typ",
    ],
  },
  {
    what: "Secrets can be replaced with nobody signed out",
    how: "the first of a list signs, all verify",
    shown: ["takes yesterday's tokens while the older secret is kept, and then no longer"],
  },
  {
    what: "Only public members are published",
    how: "`jwks` is made of the public half of each key",
    shown: ["the published keys are public alone, and none are where a shared secret signs"],
  },
  {
    what: "Tokens say nothing about a person but the tag",
    how: "issuer, audience, user, session, tag and times",
    shown: [
      "A-15: says issuer, audience, user, session, tag and times, and nothing about a person",
    ],
  },
];
