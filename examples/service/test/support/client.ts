import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Service } from "./process.ts";
import { fieldsOf, post, send, type Answer } from "./wire.ts";

export interface Person {
  readonly email: string;
  readonly tag: string;
  readonly password: string;
}

export interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export function aPerson(tag: string): Person {
  return { email: `${tag}@example.com`, tag, password: `an engine of no numbers, ${tag}` };
}

/** Every endpoint of a service, as a program calls it. */
export interface Client {
  register(person: Person): Promise<Answer>;
  confirm(email: string, registrationId: string, code: string): Promise<Answer>;
  resend(email: string, registrationId: string): Promise<Answer>;
  login(tag: string, password: string): Promise<Answer>;
  renew(refreshToken: string): Promise<Answer>;
  verify(accessToken: string): Promise<Answer>;
  logout(pair: Pair): Promise<Answer>;
  forgot(email: string): Promise<Answer>;
  checkLink(token: string): Promise<Answer>;
  reset(token: string, email: string, newPassword: string): Promise<Answer>;
  change(accessToken: string, currentPassword: string, newPassword: string): Promise<Answer>;
  me(accessToken: string): Promise<Answer>;
  sessions(accessToken: string): Promise<Answer>;
  closeSession(accessToken: string, id: string): Promise<Answer>;
  closeAll(accessToken: string): Promise<Answer>;
}

export function clientOf({ url, internal }: Pick<Service, "url" | "internal">): Client {
  const json = (method: string, to: string, fields?: object, accessToken?: string) =>
    send(method, to, {
      headers: {
        ...(fields !== undefined && { "content-type": "application/json" }),
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: fields === undefined ? undefined : JSON.stringify(fields),
    });
  const auth = `${url}/api/auth`;
  const sessions = `${url}/api/v1/sessions`;
  return {
    register: (person) =>
      post(`${url}/api/v1/users/public/create`, {
        ...{ firstName: "Ada", lastName: "Lovelace", ...person },
      }),
    confirm: (email, registrationId, confirmationCode) =>
      post(`${url}/api/v1/users/public/confirm`, { email, registrationId, confirmationCode }),
    resend: (email, registrationId) =>
      post(`${url}/api/v1/users/public/resend-code`, { email, registrationId }),
    login: (tag, password) => post(`${url}/api/v1/tokens/public/login`, { tag, password }),
    renew: (refreshToken) => post(`${internal}/api/v1/tokens/renew`, { refreshToken }),
    verify: (token) => json("GET", `${internal}/api/v1/tokens/verify`, undefined, token),
    logout: (pair) => json("DELETE", `${url}/api/v1/tokens/logout`, pair),
    forgot: (email) => post(`${auth}/forgot-password`, { email }),
    checkLink: (token) => post(`${auth}/reset-password/check`, { token }),
    reset: (token, email, newPassword) =>
      post(`${auth}/reset-password`, { token, email, newPassword }),
    change: (token, currentPassword, newPassword) =>
      json("POST", `${auth}/change-password`, { currentPassword, newPassword }, token),
    me: (token) => json("GET", `${url}/api/v1/users/me`, undefined, token),
    sessions: (token) => json("GET", sessions, undefined, token),
    closeSession: (token, id) => json("DELETE", `${sessions}/${id}`, undefined, token),
    closeAll: (token) => json("DELETE", sessions, undefined, token),
  };
}

export function pairOf(answer: Answer): Pair {
  const { accessToken, refreshToken } = fieldsOf(answer, 200);
  return { accessToken: String(accessToken), refreshToken: String(refreshToken) };
}

interface Mail {
  readonly to: string;
  readonly kind: string;
  readonly text: string;
}

/** The mails that this process has sent so far. */
export async function mailsOf({ url }: Pick<Service, "url">): Promise<readonly Mail[]> {
  return JSON.parse((await send("GET", `${url}/dev/mailbox.json`)).text) as readonly Mail[];
}

/** The newest mail of a kind to somebody, whichever of the processes sends it. */
export async function mailTo(
  services: readonly Pick<Service, "url">[],
  to: string,
  kind: string,
): Promise<string> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(20)) {
    const mails = (await Promise.all(services.map(mailsOf))).flat();
    const found = mails.findLast((mail) => mail.to === to && mail.kind === kind);
    if (found !== undefined) return found.text;
  }
  throw new Error(`no ${kind} came to ${to}`);
}

/** Somebody who has registered and confirmed. */
export async function anAccount(service: Service, tag: string): Promise<Person> {
  const person = aPerson(tag);
  const client = clientOf(service);
  const { registrationId } = fieldsOf(await client.register(person), 201);
  const code = codeIn(await mailTo([service], person.email, "confirmation_code"));
  fieldsOf(await client.confirm(person.email, String(registrationId), code), 200);
  return person;
}

/** The six digits of a mail. */
export function codeIn(text: string): string {
  const [code] = /^\d{6}$/m.exec(text) ?? [];
  assert.ok(code !== undefined, text);
  return code;
}

/** A mail's link. */
export function linkIn(text: string): string {
  const [link] = /http\S+\/password-reset\/\S+/.exec(text) ?? [];
  assert.ok(link !== undefined, text);
  return link;
}

/** The token of a mail's link. */
export function tokenIn(text: string): string {
  const [, token] = /\/password-reset\/[^/]+\/([^/\s]+)\//.exec(text) ?? [];
  assert.ok(token !== undefined, text);
  return token;
}

export async function readiness({ internal }: Pick<Service, "internal">): Promise<{
  readonly status: number;
  readonly missing: readonly { readonly store: string; readonly reason: string }[];
}> {
  const { status, text } = await send("GET", `${internal}/readyz`);
  const { missing } = JSON.parse(text) as {
    missing: readonly { readonly store: string; readonly reason: string }[];
  };
  return { status, missing };
}

/** Asks until the service is ready; how many milliseconds that took. */
export async function untilReady(service: Pick<Service, "internal">): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { status, missing } = await readiness(service);
    const took = performance.now() - start;
    if (status === 200) return took;
    assert.ok(took < 15_000, `not ready: ${JSON.stringify(missing)}`);
    await pause(25);
  }
}
