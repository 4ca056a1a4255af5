import { randomUUID } from "node:crypto";
import type { ClientInput } from "../src/domain/client.ts";
import type { Caller } from "../src/domain/session.ts";
import type { Registered, RegisterInput } from "../src/flows/registration/register.ts";
import type { TokenPair } from "../src/tokens/token-pair.ts";
import type { World } from "./world.ts";

export interface Person extends RegisterInput {
  readonly tag: string;
}

export const ada: Person = {
  firstName: "Ada",
  lastName: "Lovelace",
  email: "ada@example.org",
  tag: "ada",
  password: "nine tall trees in the rain",
};

export const bob: Person = {
  firstName: "Bob",
  lastName: "Kahn",
  email: "bob@example.net",
  tag: "bob",
  password: "a brown heron stood still",
};

/** A password nobody has yet. */
export const newPassword = "seven grey stones by a lake";
export const wrongPassword = "this is not what was set";

/** Where the owner sits, and where strangers do. */
export const home: ClientInput = { ip: "192.0.2.1" };
export const elsewhere: ClientInput = { ip: "198.51.100.7" };

/** A person with a name, an email and a tag of their own. */
export function aPerson(number: number, own: Partial<Person> = {}): Person {
  const name = `person${number}`;
  return { ...ada, email: `${name}@example.org`, tag: name, ...own };
}

/** A client on the nth network. */
export function network(number: number): ClientInput {
  return { ip: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}` };
}

/** A claim with its code mailed. */
export async function register(
  world: World,
  person: Person,
  client: ClientInput = home,
): Promise<Registered & { readonly code: string }> {
  const registered = await world.auth.register(person, client);
  await world.auth.runJobs();
  return { ...registered, code: world.mailbox.last(person.email, "confirmation_code").data.code };
}

/** A confirmed user. */
export async function signUp(
  world: World,
  person: Person = ada,
): Promise<{ readonly userId: string; readonly tag: string }> {
  const { registrationId, code } = await register(world, person);
  const confirmation = { email: person.email, registrationId, confirmationCode: code };
  return world.auth.confirm(confirmation, home);
}

export interface SignedIn {
  readonly userId: string;
  readonly caller: Caller;
  readonly pair: TokenPair;
}

/** Another session of a user. */
export async function signIn(
  world: World,
  { tag, password }: Pick<Person, "tag" | "password"> = ada,
  client: ClientInput = home,
): Promise<SignedIn> {
  const pair = await world.auth.login({ tag, password }, client);
  const caller = await world.auth.authenticate({ accessToken: pair.accessToken }, client);
  return { userId: caller.userId, caller, pair };
}

/** A confirmed user with one session. */
export async function signUpAndIn(world: World, person: Person = ada): Promise<SignedIn> {
  await signUp(world, person);
  return signIn(world, person);
}

/** The same without register, mail and confirm, where thousands of users are needed. */
export async function settleIn(world: World, person: Person): Promise<SignedIn> {
  const { users } = world.ports.accounts;
  const now = world.clock.now();
  const { password, ...names } = person;
  const id = randomUUID();
  const passwordHash = await world.ports.hasher.hash(password);
  const lasts = { createdAt: now, expiresAt: new Date(now.getTime() + 3_600_000) };
  const claim = { id, ...names, passwordHash, locale: "en" as const, ...lasts };
  await users.addRegistration(claim, [], now);
  const confirmation = { id, attemptId: randomUUID(), withoutPassword: false, jobs: [] };
  await users.confirmRegistration(confirmation, now);
  return signIn(world, person);
}

/** The token of a reset link just asked for and mailed. */
export async function askForLink(world: World, email: string = ada.email): Promise<string> {
  await world.auth.forgotPassword({ email }, home);
  await world.auth.runJobs();
  return tokenIn(world.mailbox.last(email, "reset_link").data.link);
}

/** What somebody holds who asked for a reset code and read the mail. */
export interface MailedCode {
  readonly requestId: string;
  readonly email: string;
  readonly code: string;
}

/** A reset code just asked for and mailed. */
export async function askForCode(world: World, email: string = ada.email): Promise<MailedCode> {
  const { requestId } = await world.auth.forgotPassword({ email }, home);
  await world.auth.runJobs();
  const { code } = world.mailbox.last(email, "reset_code").data;
  return { requestId: requestId ?? "none", email, code };
}

/** Another code than this one, the nth of them. */
export function wrongCode(code: string, n = 1): string {
  return String((Number(code) + n) % 1_000_000).padStart(6, "0");
}

/** The token out of a mailed link. */
export function tokenIn(link: string): string {
  const [, , , token] = new URL(link).pathname.split("/");
  if (token === undefined) throw new TypeError(`no token in ${link}`);
  return decodeURIComponent(token);
}
