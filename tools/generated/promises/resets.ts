import type { Promised } from "./promise.ts";

export const resets: readonly Promised[] = [
  {
    what: "A link works once (ASVS 2.3.3)",
    how: "one conditional step uses it up, sets the hash and raises the epoch",
    shown: [
      "A-27 a link works once",
      "thirty resets by one link with thirty passwords have one winner",
    ],
  },
  {
    what: "Used, superseded and expired are one answer; forged is another, even when also expired",
    how: "the signature is read first, then the time, then the store is asked",
    shown: ["A-27 a bad signature is 401 even on a link that has also expired"],
  },
  {
    what: "A new link, a reset, a change of password and a disabling void the links of before",
    how: "a user has one open link; each of these ends it in its own step",
    shown: [
      "A-22: a second link voids the first",
      "A-22: a change voids an open link",
      "a link asked for while disabled is not mailed after enabling",
    ],
  },
  {
    what: "A refused reset leaves the link alive; ten tries are all",
    how: "tries are counted by the link before anything is compared",
    shown: ["A-27 a refused reset leaves the link alive", "ten tries of a link are all"],
  },
  {
    what: "A reset signs nobody in, ends every session and is told by mail (ASVS 7.4.3, 6.3.7)",
    how: "the epoch; a notice is left as a job in the same step",
    shown: ["A-30: after a reset nothing of before opens anything, and the owner is told"],
  },
  {
    what: "Asking for a link changes nothing in the account",
    how: "forgot leaves a job and no more",
    shown: ["A-34: twenty requests change nothing"],
  },
  {
    what: "Links begin with what was configured (GHSA-3529-5m8x-rpv3)",
    how: "no header takes part in them",
    shown: ["A-31 no header takes part in the link"],
  },
  {
    what: "Looking uses nothing up: mail scanners and previews do no harm",
    how: "only POST resets",
    shown: ["A-32 GET, HEAD and OPTIONS on a link or on the endpoint use nothing up"],
  },
  {
    what: "The reset pages keep the token out of addresses and other sites out of the forms",
    how: "a redirect into a `__Host-` cookie; a policy that loads nothing; `Sec-Fetch-Site` and `Origin`",
    shown: [
      "A-33 A-50 the token is in no address, page, header or event after it was opened",
      "is a __Host- cookie where the service is reached by https",
    ],
  },
];
