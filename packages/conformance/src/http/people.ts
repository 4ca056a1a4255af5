import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { TokenPair } from "@latchkey/core";
import type { Door } from "./door.ts";
import { jsonOf, type Answer } from "./wire.ts";

/** Every path of the contract. */
export const paths = {
  register: "/api/v1/users/public/create",
  confirm: "/api/v1/users/public/confirm",
  resend: "/api/v1/users/public/resend-code",
  login: "/api/v1/tokens/public/login",
  renew: "/api/v1/tokens/renew",
  logout: "/api/v1/tokens/logout",
  forgot: "/api/auth/forgot-password",
  reset: "/api/auth/reset-password",
  check: "/api/auth/reset-password/check",
  change: "/api/auth/change-password",
  me: "/api/v1/users/me",
  sessions: "/api/v1/sessions",
  verify: "/api/v1/tokens/verify",
  jwks: "/.well-known/jwks.json",
  contract: "/openapi.json",
} as const;

/** What somebody types to register. */
export interface Person {
  /** As it is typed. */
  readonly firstName: string;
  /** As it is typed. */
  readonly lastName: string;
  /** Nobody else's. */
  readonly email: string;
  /** Nobody else's. */
  readonly tag: string;
  /** One that the default policy takes. */
  readonly password: string;
}

/** A person nobody else is. */
export function aPerson(own: Partial<Person> = {}): Person {
  const mark = randomBytes(6).toString("hex");
  return {
    firstName: "Ada",
    lastName: "Lovelace",
    email: `ada.${mark}@mail.example`,
    tag: `ada_${mark}`,
    password: "an engine of no numbers",
    ...own,
  };
}

/** What a person holds who registered. */
export interface Registered extends Person {
  /** What `register` answered. */
  readonly registrationId: string;
  /** What was mailed. */
  readonly code: string;
}

/** Registers, and takes the code out of the mail. */
export async function aRegistration(door: Door, own: Partial<Person> = {}): Promise<Registered> {
  const person = aPerson(own);
  const answer = await door.post(paths.register, { ...person });
  assert.equal(answer.status, 201, answer.text);
  await door.runJobs();
  const { code } = door.mailer.last(person.email, "confirmation_code").data;
  return { ...person, code, registrationId: String(jsonOf(answer)["registrationId"]) };
}

/** Registers and confirms. */
export async function aUser(door: Door, own: Partial<Person> = {}): Promise<Registered> {
  const person = await aRegistration(door, own);
  const { email, code: confirmationCode, registrationId } = person;
  const answer = await door.post(paths.confirm, { email, confirmationCode, registrationId });
  assert.equal(answer.status, 200, answer.text);
  await door.runJobs();
  return person;
}

/** Signs in. */
export async function signIn(door: Door, person: Person): Promise<TokenPair> {
  const { tag, password } = person;
  return pairOf(await door.post(paths.login, { tag, password }));
}

/** Somebody signed in. */
export async function aSignedIn(
  door: Door,
  own: Partial<Person> = {},
): Promise<Registered & TokenPair> {
  const person = await aUser(door, own);
  return { ...person, ...(await signIn(door, person)) };
}

/** Asks for a reset link, and takes its token out of the mail. */
export async function aResetToken(door: Door, person: Person): Promise<string> {
  const answer = await door.post(paths.forgot, { email: person.email });
  assert.equal(answer.status, 200, answer.text);
  await door.runJobs();
  return tokenOf(door.mailer.last(person.email, "reset_link").data.link);
}

/** What somebody holds who asked for a reset code and read the mail. */
export interface MailedCode {
  readonly requestId: string;
  readonly email: string;
  readonly code: string;
}

/** Asks for a reset code, and takes it out of the mail. */
export async function aResetCode(door: Door, { email }: Person): Promise<MailedCode> {
  const answer = await door.post(paths.forgot, { email });
  assert.equal(answer.status, 200, answer.text);
  await door.runJobs();
  const { code } = door.mailer.last(email, "reset_code").data;
  return { requestId: String(jsonOf(answer)["requestId"]), email, code };
}

/** The token in a reset link. */
export function tokenOf(link: string): string {
  const token = /\/password-reset\/[^/]+\/([^/]+)\/$/.exec(link)?.[1];
  assert.ok(token !== undefined, "the link holds no token");
  return decodeURIComponent(token);
}

/** The header that carries an access token, as name and value. */
export function bearer(token: string): readonly string[] {
  return ["authorization", `Bearer ${token}`];
}

/** The pair that an answer holds, in exactly the contract's form. */
export function pairOf(answer: Answer): TokenPair {
  assert.equal(answer.status, 200, `${answer.asked}: ${answer.text}`);
  const pair = jsonOf(answer);
  const names = ["accessToken", "expiresIn", "refreshExpiresIn", "refreshToken", "tokenType"];
  assert.deepEqual(Object.keys(pair).toSorted(), names);
  assert.equal(pair["tokenType"], "Bearer");
  // Its names were just compared with the type's.
  return pair as unknown as TokenPair;
}
