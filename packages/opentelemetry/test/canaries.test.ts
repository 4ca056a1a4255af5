import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { it } from "vitest";
import { home, makeAccounts, signUp } from "./accounts.ts";
import { metricsOf, record } from "./recording.ts";

/** Marked so that each is found wherever it slips out. */
const canary = {
  firstName: "Canaryfirst",
  lastName: "Canarylast",
  email: "canary.mail@example.org",
  tag: "canary_tag",
  password: "canary-one sits on a wire",
};
const changed = "canary-two sings a new song";
const reset = "canary-three by a mailed link";

/** All that an exporter gets of a span. */
const exported = ({ name, attributes, events, links, status, resource }: ReadableSpan): object => ({
  ...{ name, attributes, events, links, status, resource: resource.attributes },
});

it("no secret, name, address, id or token is in any span or metric of a whole life", async () => {
  const recording = record();
  const accounts = makeAccounts({ handlers: { "user.confirmed": async () => {} } });
  const { auth, mailbox, stores } = accounts;
  const code = await signUp(accounts, canary);
  const { tag, email } = canary;
  const secrets: string[] = [...Object.values(canary), changed, reset, code, home.ip];

  await auth.login({ tag, password: "canary-wrong is not the one" }, home).catch(() => {});
  const pair = await auth.login({ tag, password: canary.password }, home);
  const next = await auth.renew({ refreshToken: pair.refreshToken }, home);
  const caller = await auth.authenticate({ accessToken: next.accessToken }, home);
  const passwords = { currentPassword: canary.password, newPassword: changed };
  const fresh = await auth.changePassword({ caller, ...passwords }, home);
  for (const each of [pair, next, fresh]) secrets.push(each.accessToken, each.refreshToken);
  secrets.push(caller.userId, caller.sessionId);

  await auth.forgotPassword({ email }, home);
  await auth.runJobs();
  const { link } = mailbox.last(email, "reset_link").data;
  const token = decodeURIComponent(new URL(link).pathname.split("/")[3] ?? "");
  await auth
    .resetPassword({ token, email: "canary.other@example.org", newPassword: reset }, home)
    .catch(() => {});
  await auth.resetPassword({ token, email, newPassword: reset }, home);
  secrets.push(link, token, ...token.split("."));
  const { sessions } = stores;
  const faulty = {
    ...sessions,
    open: async () => {
      throw new RangeError(`canary-fault of ${email}`);
    },
  };
  const broken = makeAccounts({ stores: { ...stores, sessions: faulty } }).auth;
  await assert.rejects(broken.login({ tag, password: reset }, home));
  await auth.remove({ userId: caller.userId }, home);
  await auth.runJobs();

  const spans = recording.spans().map(exported);
  const metrics = metricsOf(await recording.collect());
  assert.ok(spans.length > 60, `${spans.length} spans`);
  const all = inspect(
    { spans, metrics },
    { depth: null, maxArrayLength: null, maxStringLength: null },
  );
  for (const secret of secrets) {
    assert.ok(secret.length >= 6, "a canary must be told from a number");
    assert.ok(!all.includes(secret), `found: ${secret}`);
  }
  assert.doesNotMatch(all, /canary/i);
});
