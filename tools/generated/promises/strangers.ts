import type { Promised } from "./promise.ts";

export const strangers: readonly Promised[] = [
  {
    what: "Login refuses with one answer, after one hash of one cost (ASVS 6.3.8)",
    how: "a dummy hash with today's parameters where there is nobody; the same store calls",
    shown: ["A-05: every refused login verifies one hash"],
  },
  {
    what: "Register, resend and forgot answer the same whether or not an account exists",
    how: "they have no branch on it: a job decides after the answer has left",
    shown: [
      "A-35 known, unknown, unconfirmed and disabled addresses are answered alike",
      "A-35: a claim, a disabled user and nobody get no mail",
    ],
  },
  {
    what: "A mail that fails changes no answer",
    how: "no request sends mail: the outbox does",
    shown: ["a mailer that fails changes no answer"],
  },
  {
    what: "Guesses are counted before anything is compared, at once and in parallel (ASVS 6.3.1)",
    how: "one atomic step of the limiter, by network and by what was submitted, existing or not",
    shown: [
      "counts before it works",
      "thirty wrong passwords at once reach the hash five times",
      "limits of an unknown identifier are those of a known one",
    ],
  },
  {
    what: "Fewer than a hundred passwords a day can be tried on an account from everywhere (SP 800-63B-4, 3.2.2)",
    how: "44 a day by tag, 44 by email, 10 in a stolen session",
    shown: ["guesses from everywhere stay under a hundred a day over both doors"],
  },
  {
    what: "Strangers cannot lock the owner out for good",
    how: "waits by network grow before the identifier's budget is used; sessions and the mailbox stay open",
    shown: [
      "a stranger who guesses as fast as possible does not lock the owner out elsewhere",
      "a locked identifier keeps the owner's sessions and the way by mail open",
    ],
  },
  {
    what: "One client is one bucket, in whatever spelling",
    how: "addresses are parsed, unmapped and cut to a /64; a /48 has a budget of its own",
    shown: ["unmaps %j to %j", "spellings of one address are one network, and so is an IPv6 /64"],
  },
  {
    what: "Forwarded addresses are believed of trusted proxies alone (ASVS 4.1.3)",
    how: "core walks `X-Forwarded-For` from the right, as far as `trustedProxies` say",
    shown: [
      "without trusted proxies no header changes who is counted",
      "an entry that is no address ends the walk",
    ],
  },
  {
    what: "A store that cannot answer never means yes (ASVS 16.5.3)",
    how: "`store_unavailable`, 503, on every route; nothing is allowed because nothing could be counted",
    shown: [
      "a store that is down is 503 store_unavailable on every route",
      "a store that cannot answer is store_unavailable at every step",
    ],
  },
];
