import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Door, Setting } from "./door.ts";
import type { Scene } from "./harness.ts";
import { aResetToken, aUser, type Registered } from "./people.ts";
import type { Answer } from "./wire.ts";

/** Where the pages stand. */
export const pages = {
  request: "/password-reset/",
  done: "/password-reset/done/",
  complete: "/password-reset/complete/",
  link: (uid: string, token: string) => `/password-reset/${uid}/${token}/`,
  form: (uid: string) => `/password-reset/${uid}/set-password/`,
} as const;

/** The name of the cookie that an opened link leaves, where the service is reached by https. */
export const linkCookie = "__Host-latchkey-reset";

/** A server with the public endpoints and the pages. */
export function openPaged(open: Scene["open"], setting: Setting = {}): Promise<Door> {
  return open({ ...setting, mount: { expose: ["public"], ...setting.mount, pages: true } });
}

/** The headers of every answer of a page: pages, redirects, refusals. */
export function assertPageHeaders({ headers, asked, text }: Answer): void {
  assert.equal(headers["cache-control"], "no-store", asked);
  assert.equal(headers["referrer-policy"], "no-referrer", asked);
  assert.equal(headers["x-content-type-options"], "nosniff", asked);
  assert.equal(headers["cross-origin-opener-policy"], "same-origin", asked);
  assert.match(headers["vary"] ?? "", /\bAccept-Language\b/, asked);
  assert.match(headers["content-language"] ?? "", /^(?:en|ru)$/, asked);
  const policy = String(headers["content-security-policy"]).split("; ");
  const fixed = ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"];
  for (const rule of [...fixed, "base-uri 'none'"]) assert.ok(policy.includes(rule), asked);
  assert.equal(policy.length, 5, asked);
  const style = /<style>([^]*)<\/style>/.exec(text)?.[1];
  if (style === undefined) return;
  const digest = createHash("sha256").update(style).digest("base64");
  assert.ok(policy.includes(`style-src 'sha256-${digest}'`), "the policy lets the style in");
}

/** A page for people: whole, guarded, nothing of it loaded from anywhere. Answers its heading. */
export function assertPage(answer: Answer, status: number): string {
  assert.equal(answer.status, status, `${answer.asked}: ${answer.text.slice(0, 300)}`);
  assertPageHeaders(answer);
  const { headers, text, asked } = answer;
  assert.equal(headers["content-type"], "text/html; charset=utf-8", asked);
  const wait = headers["retry-after"];
  if (status === 429 || status === 503) assert.match(wait ?? "", /^[1-9]\d*$/);
  else assert.equal(wait, undefined);
  assert.match(text, new RegExp(`<html lang="${headers["content-language"]}">`), asked);
  assert.doesNotMatch(text, /<script|\bsrc=|<link|@import|url\(|\son\w+=|style="/i, asked);
  const headings = [...text.matchAll(/<h1>([^<]+)<\/h1>/g)].map(([, heading]) => heading);
  assert.equal(headings.length, 1, asked);
  return headings[0] ?? "";
}

/** Somebody with a link in the mail. */
export interface Linked extends Registered {
  /** The id in the link. */
  readonly uid: string;
  /** The token of the mailed link. */
  readonly token: string;
  /** The path that the mailed link leads to. */
  readonly link: string;
}

/** Somebody with a live reset link in the mailbox. */
export async function aLinked(door: Door): Promise<Linked> {
  const person = await aUser(door);
  const token = await aResetToken(door, person);
  const { pathname } = new URL(door.mailer.last(person.email, "reset_link").data.link);
  const [, , uid = ""] = pathname.split("/");
  return { ...person, token, uid, link: pathname };
}
