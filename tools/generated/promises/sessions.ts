import type { Promised } from "./promise.ts";

export const sessions: readonly Promised[] = [
  {
    what: "Each authenticated request asks whether its session stands (ASVS 7.4.1)",
    how: "one lookup; with the near cache, at most two seconds of memory",
    shown: [
      "authenticate says whose request it is, in one look at the sessions",
      "A-20 a rightly signed token of a session or a user that is not there is 401",
      "is waited for once the 2 s are over, where the store answered nobody in passing",
    ],
  },
  {
    what: "A refresh token is used once; a replay ends its session and no other (RFC 9700, 4.14.2)",
    how: "a session's generation, advanced in one step",
    shown: [
      "A-21: after the grace the old token ends its session",
      "renewing answers a new pair, by POST as by GET, and a replay ends that session alone",
    ],
  },
  {
    what: "Parallel renewals agree",
    how: "both tokens follow from session and generation; the grace answers the same pair",
    shown: [
      "thirty renewals of one token at once give one pair",
      "thirty renewals at once get one and the same pair",
    ],
  },
  {
    what: "Garbage, expired and foreign tokens end nothing",
    how: "the signature is verified before anything is looked up",
    shown: ["garbage, forged, expired and foreign tokens end nothing"],
  },
  {
    what: "Sessions end when idle, and at their absolute end (ASVS 7.3.1, 7.3.2)",
    how: "seven and thirty days by default, compared with the time of the caller, not of the store",
    shown: [
      "A-26: a session ends when nobody renews it for seven days",
      "A-26: no renewing carries a session past thirty days",
    ],
  },
  {
    what: "Signing out ends both tokens at once, and again is fine (RFC 7009)",
    how: "either token names the session, an expired one too",
    shown: [
      "A-23 signing out ends both tokens at once, and again answers the same",
      "A-23 an expired access token with a live refresh token still signs out",
    ],
  },
  {
    what: "No session of before survives a reset, a change, a disabling or a close-all, whatever crosses it (ASVS 7.4.2)",
    how: "epochs, in every order of the store calls and with a crash between any two",
    shown: [
      "no session of the old password survives a reset that dies before its step",
      "in every order of their store calls, before any job",
      "a disabled user is out at once",
    ],
  },
  {
    what: "Every login is a session of its own, twenty at most (ASVS 7.2.4, 7.1.2)",
    how: "ids are made here; the oldest ends in the step that opens the next",
    shown: ["A-24: two logins are two sessions", "past twenty sessions the oldest ends"],
  },
  {
    what: "Nobody closes a session of somebody else",
    how: "it is looked for among the caller's alone",
    shown: ["nobody closes a session of somebody else, and every odd id names nothing"],
  },
];
