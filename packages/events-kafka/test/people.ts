import { randomBytes } from "node:crypto";
import { createAuth, type Auth, type AuthOptions, type Caller } from "@latchkey/core";
import {
  manualClock,
  memoryMailer,
  memoryStores,
  type ManualClock,
  type MemoryMailer,
} from "@latchkey/core/memory";

export const publicUrl = "https://id.example.org";
export const here = { ip: "192.0.2.1" };
export const newPassword = "seven grey stones by a lake";
const password = "nine tall trees in the rain";

/** Latchkey in memory, whose jobs are run when the test says so. */
export interface World {
  readonly auth: Auth;
  readonly clock: ManualClock;
  readonly mailbox: MemoryMailer;
  /** Another process on the same stores, by the system's clock. */
  process(options: Partial<AuthOptions>): Auth;
}

export function aWorld(options: Partial<AuthOptions>): World {
  const clock = manualClock("2026-01-01T00:00:00Z");
  const mailbox = memoryMailer(clock);
  const stores = memoryStores();
  const secret = randomBytes(32).toString("base64url");
  const process = (more: Partial<AuthOptions>): Auth =>
    createAuth({
      ...{ publicUrl, secret, stores, mailer: mailbox, limits: "off" },
      passwords: { memoryKiB: 19_456, passes: 2 },
      ...more,
    });
  return { auth: process({ clock, ...options }), clock, mailbox, process };
}

export const emailOf = (tag: string): string => `${tag}@example.org`;

/** Somebody who has confirmed. */
export async function aUser({ auth, mailbox }: World, tag: string): Promise<string> {
  const email = emailOf(tag);
  const person = { firstName: "Ada", lastName: "Lovelace", tag, email, password };
  const { registrationId } = await auth.register(person, here);
  await auth.runJobs();
  const { code } = mailbox.last(email, "confirmation_code").data;
  await auth.confirm({ email, registrationId, confirmationCode: code }, here);
  await auth.runJobs();
  return registrationId;
}

/** The token of a link just asked for and mailed. */
export async function aLink({ auth, mailbox }: World, tag: string): Promise<string> {
  await auth.forgotPassword({ email: emailOf(tag) }, here);
  await auth.runJobs();
  const { link } = mailbox.last(emailOf(tag), "reset_link").data;
  return decodeURIComponent(new URL(link).pathname.split("/")[3] ?? "");
}

export async function useLink({ auth }: World, tag: string, token: string): Promise<void> {
  await auth.resetPassword({ token, email: emailOf(tag), newPassword }, here);
  await auth.runJobs();
}

export async function changePassword({ auth }: World, tag: string): Promise<void> {
  const { accessToken } = await auth.login({ tag, password }, here);
  const caller: Caller = await auth.authenticate({ accessToken }, here);
  await auth.changePassword({ caller, currentPassword: password, newPassword }, here);
  await auth.runJobs();
}
