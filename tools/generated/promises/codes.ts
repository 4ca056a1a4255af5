import type { Promised } from "./promise.ts";

export const codes: readonly Promised[] = [
  {
    what: "A mailed code works once, for ten minutes at most (ASVS 6.5.1, 6.5.5)",
    how: "its use and the making of the user are one step of the store",
    shown: ["A-12: a code works once", "A-10: a code lives ten minutes and not a second longer"],
  },
  {
    what: "Five wrong tries are all, resends included (ASVS 6.6.3)",
    how: "comparing and counting are one step; a new code resets nothing",
    shown: [
      "A-11: after five wrong codes the right one fails, and a resent one too",
      "A-11: without a registration's id fifteen tries a day are all",
    ],
  },
  {
    what: "A code is for the claim and the email it was mailed for, and for nothing else (ASVS 6.6.2)",
    how: "its keyed digest is made of purpose, email and code",
    shown: [
      "A-14: a code confirms exactly the registration it was mailed for",
      "a confirmation code never resets, nor does a reset code confirm",
      "binds a code to the email it was mailed to",
    ],
  },
  {
    what: "A code is text of six ASCII digits; nothing else is looked up (CVE-2019-16109)",
    how: "one schema, without coercion",
    shown: ["A-13: %j is no code, and nothing is looked up or counted"],
  },
  {
    what: "A claim blocks nobody, and nobody can plant a password",
    how: "claims own nothing; where several stood and none is named, the password is dropped",
    shown: [
      "thirty registrations of one email by strangers leave its owner's account alone",
      "drops the password where several claims stood",
    ],
  },
  {
    what: "One user an email, one a tag, whatever races (ASVS 2.3.4)",
    how: "the uniqueness of the database decides",
    shown: [
      "confirmations of thirty claims to one email and tag at once make one user",
      "claims to one tag by thirty people",
    ],
  },
  {
    what: "An email means one mailbox (CVE-2019-19844, CVE-2022-35924)",
    how: "one strict grammar and one canonical form, by which it is stored, compared and mailed to",
    shown: [
      "A-29: refuses %s",
      "A-29 another case of the address is the same address, and the mail goes to the stored one",
    ],
  },
  {
    what: "Fields nobody asked for are refused, and none names the caller (ASVS 15.3.3)",
    how: "strict schemas; who calls comes from the token alone",
    shown: [
      "A-36 a field nobody asked for is 400",
      "A-37 no userId, sub or caller in a body or a query selects another account",
    ],
  },
];
