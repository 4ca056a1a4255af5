import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { codeIn } from "./client.ts";
import type { Stage } from "./stage.ts";

/** What an address may be to us. */
export type Standing = "known" | "unknown" | "unconfirmed" | "disabled";

export interface Member {
  readonly email: string;
  readonly tag: string;
  /** Of the claim that the account came from; made up where there never was one. */
  readonly registrationId: string;
}

export const password = "an engine of no numbers at all";
const from = { ip: "127.0.0.1" };

/** So many of one standing; all emails and tags are of one length and look alike. */
export async function makeCrowd(
  { auth, mailer }: Pick<Stage, "auth" | "mailer">,
  standing: Standing,
  count: number,
): Promise<readonly Member[]> {
  const names = Array.from({ length: count }, () => `p${randomBytes(7).toString("hex")}`);
  const members: Member[] = [];
  for (let done = 0; done < count; done += 20) {
    const some = names.slice(done, done + 20).map(async (tag) => {
      const email = `${tag}@example.com`;
      if (standing === "unknown") return { email, tag, registrationId: randomUUID() };
      const person = { firstName: "Ada", lastName: "Lovelace", email, tag, password };
      const { registrationId } = await auth.register(person, from);
      return { email, tag, registrationId };
    });
    members.push(...(await Promise.all(some)));
    await auth.runJobs();
  }
  if (standing === "unknown" || standing === "unconfirmed") return members;

  const mails = new Map(mailer.messages.map((mail) => [mail.to, mail]));
  for (const { email, registrationId } of members) {
    const mail = mails.get(email);
    assert.ok(mail !== undefined);
    const input = { email, registrationId, confirmationCode: codeIn(mail.text) };
    const { userId } = await auth.confirm(input, from);
    if (standing === "disabled") await auth.disable({ userId }, from);
  }
  await auth.runJobs();
  return members;
}

/** A request whose answer must tell nobody's standing: its path and its body for the nth time. */
export type Door = (member: Member, n: number) => readonly [path: string, body: object];

const login = (tag: string): ReturnType<Door> => [
  "/api/v1/tokens/public/login",
  { tag, password: "nothing like the right one" },
];
const confirm = (body: object): ReturnType<Door> => [
  "/api/v1/users/public/confirm",
  { ...body, confirmationCode: "000000" },
];

export const doors: Readonly<Record<string, Door>> = {
  "login by email": ({ email }) => login(email),
  "login by tag": ({ tag }) => login(tag),
  register: ({ email }, n) => {
    const tag = `t${String(n).padStart(9, "0")}`;
    const person = { firstName: "Ada", lastName: "Lovelace", email, password, tag };
    return ["/api/v1/users/public/create", person];
  },
  resend: ({ email, registrationId }) => [
    "/api/v1/users/public/resend-code",
    { email, registrationId },
  ],
  forgot: ({ email }) => ["/api/auth/forgot-password", { email }],
  "confirm with an id": ({ email, registrationId }) => confirm({ email, registrationId }),
  "confirm without one": ({ email }) => confirm({ email }),
};
