import type { Promised } from "./promise.ts";

export const passwords: readonly Promised[] = [
  {
    what: "At least 15 code points and at most 128, no rules of composition (NIST SP 800-63B-4; ASVS 6.2.1, 6.2.5, 6.2.9)",
    how: "counted in code points by one policy that register, change and reset share",
    shown: ["A-03: counts code points", "A-03: takes 128 code points"],
  },
  {
    what: "Passwords that are tried first, keyboard walks, one's own names and the product's are refused (ASVS 6.2.4, 6.2.11)",
    how: "a bundled list and context words, compared with the whole password, case folded",
    shown: [
      "A-04: refuses %j by the bundled list",
      "A-04: refuses the product's words",
      "A-04: change refuses",
      "A-04: reset refuses",
    ],
  },
  {
    what: "A password is verified as it was typed (ASVS 6.2.8)",
    how: "nothing is trimmed, folded or cut; Unicode is brought into NFC when it is set and when it is checked",
    shown: ["A-06: takes a password as it is", "brings one password, typed on two systems"],
  },
  {
    what: "Only argon2id hashes are kept; weaker ones are renewed at a login (ASVS 11.4.2)",
    how: "47104 KiB and one pass by default; a compare and swap on the old hash never undoes a change",
    shown: [
      "A-07: what is stored is argon2id",
      "renewing a hash never brings an old password back",
    ],
  },
  {
    what: "Hashing cannot use the machine up",
    how: "a bounded pool with a bounded queue; what is beyond is `busy`, and nothing is counted",
    shown: [
      "refuses a job with busy, at once and unstarted",
      "login answers busy for known, unknown, right and wrong alike",
      "whoever is signed in is served while hashes queue",
    ],
  },
  {
    what: "A new password needs the current one, or a proven mailbox (ASVS 6.2.3)",
    how: "`changePassword` verifies the hash; `resetPassword` uses a link up",
    shown: ["a wrong current password changes nothing", "another's email is email_mismatch"],
  },
];
