import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import {
  ada,
  askForCode,
  askForLink,
  bob,
  elsewhere,
  home,
  newPassword,
  register,
  signUp,
} from "../../test/people.ts";
import { makeWorld, secret, type World } from "../../test/world.ts";
import { AuthError } from "../errors.ts";
import { durableEvents } from "../intents.ts";
import type { Handlers } from "../options.ts";
import type { PutCodeRequest } from "../ports/code-store.ts";
import type { DurableEvent } from "../ports/event-sink.ts";

/** Marked so that each is found wherever it slips out. */
const canaries = {
  password: "canary-one sits on a wire",
  wrong: "canary-two is not the password",
  changed: "canary-three sings a new song",
  reset: "canary-four by a mailed link",
  claimed: "canary-five of a stranger's claim",
} as const;

const person = { ...ada, password: canaries.password };

interface Lived {
  readonly world: World;
  readonly errors: readonly unknown[];
  readonly told: readonly DurableEvent[];
  readonly answers: readonly unknown[];
  /** Everything that must be seen by nobody but the client and the mailbox. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A whole life of accounts, with everything that can go wrong on the way. */
async function live(): Promise<Lived> {
  const told: DurableEvent[] = [];
  const handlers: Handlers = Object.fromEntries(
    durableEvents.map((name) => [name, async (event: DurableEvent) => void told.push(event)]),
  );
  const world = makeWorld({ handlers });
  const { auth, mailbox } = world;
  const errors: unknown[] = [];
  const answers: unknown[] = [];
  const failing = async (attempt: Promise<unknown>): Promise<void> => {
    await attempt.then(
      (answer) => answers.push(answer),
      (error: unknown) => errors.push(error),
    );
  };

  const { registrationId, code } = await register(world, person);
  const wrongCode = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
  const confirmation = { email: ada.email, registrationId };
  await failing(auth.confirm({ ...confirmation, confirmationCode: wrongCode }, home));
  await auth.resendCode(confirmation, home);
  await auth.runJobs();
  const resent = mailbox.last(ada.email, "confirmation_code").data.code;
  await failing(auth.confirm({ ...confirmation, confirmationCode: code }, home));
  await auth.confirm({ ...confirmation, confirmationCode: resent }, home);
  await failing(auth.register({ ...bob, password: canaries.claimed, tag: ada.tag }, elsewhere));
  await failing(auth.register({ ...bob, password: canaries.claimed, email: ada.email }, elsewhere));
  await failing(auth.register({ ...bob, password: "canary" }, elsewhere));

  await failing(auth.login({ tag: ada.tag, password: canaries.wrong }, elsewhere));
  const pair = await auth.login({ tag: ada.tag, password: person.password }, home);
  const caller = await auth.authenticate({ accessToken: pair.accessToken }, home);
  const renewed = await auth.renew({ refreshToken: pair.refreshToken }, home);
  answers.push(await auth.me({ caller }, home), await auth.listSessions({ caller }, home));
  const change = { caller, newPassword: canaries.changed };
  await failing(auth.changePassword({ ...change, currentPassword: canaries.wrong }, home));
  const fresh = await auth.changePassword({ ...change, currentPassword: person.password }, home);
  await failing(auth.renew({ refreshToken: renewed.refreshToken }, home));

  world.clock.advance({ minutes: 1 });
  const link = await askForLink(world);
  const reset = { token: link, email: ada.email, newPassword: canaries.reset };
  await failing(auth.resetPassword({ ...reset, email: bob.email }, home));
  await failing(auth.resetPassword({ ...reset, confirmPassword: newPassword }, home));
  await auth.resetPassword(reset, home);
  await failing(auth.resetPassword(reset, home));
  await failing(auth.logout({ accessToken: `${fresh.accessToken}x` }, home));
  for (let time = 0; time < 7; time += 1) {
    await failing(auth.login({ tag: ada.email, password: canaries.wrong }, elsewhere));
  }
  await auth.remove({ userId: caller.userId }, home);
  await auth.runJobs();

  const secrets = {
    ...canaries,
    ...{ code, resent, link, signature: link.split(".")[2] ?? "" },
    ...{ access: pair.accessToken, refresh: pair.refreshToken },
    ...{ renewedAccess: renewed.accessToken, renewedRefresh: renewed.refreshToken },
    ...{ freshAccess: fresh.accessToken, freshRefresh: fresh.refreshToken },
    ...{ secret },
  };
  return { world, errors, told, answers, secrets };
}

/** Each secret as it is, and as its plain digest: six digits are found by trying. */
function formsOf(text: string): readonly string[] {
  const digest = createHash("sha256").update(text);
  return [text, digest.copy().digest("hex"), digest.digest("base64url")];
}

function expectNone(secrets: Lived["secrets"], where: unknown): void {
  const text = JSON.stringify(where, (_key, value: unknown) =>
    value instanceof Error
      ? [Object.entries(value), value.message, value.stack, value.cause]
      : value,
  );
  const found = Object.entries(secrets)
    .filter(([, canary]) => formsOf(canary).some((form) => text.includes(form)))
    .map(([name]) => name);
  expect(found).toEqual([]);
}

it("A-50: no event and no handler is told a password, code, token or link", async () => {
  const { world, told, secrets } = await live();
  expect(world.events.length).toBeGreaterThan(20);
  expect(told.length).toBeGreaterThan(5);
  expectNone(secrets, world.events);
  expectNone(secrets, told);
});

it("A-50: no store is handed a password, code, token or link, nor its plain digest", async () => {
  const { world, secrets } = await live();
  const stores = world.calls.filter(({ port }) => port !== "hasher" && port !== "mailer");
  expect(stores.length).toBeGreaterThan(100);
  // The test's hasher keeps no secret of its own: its hashes are left out by name.
  const withoutHashes: unknown = JSON.parse(
    JSON.stringify(stores, (key, value: unknown) =>
      key === "passwordHash" || String(value).startsWith("plain:") ? undefined : value,
    ),
  );
  expectNone(secrets, withoutHashes);
});

it("A-50: what waits in the outbox holds intents: no code and no link", async () => {
  const world = makeWorld();
  await world.auth.register(person, home);
  await world.auth.forgotPassword({ email: bob.email }, home);
  const { outbox } = world.ports.accounts;
  const kinds = ["send-confirmation", "send-reset-link"] as const;
  const jobs = await outbox.claim(kinds, 10, 60, world.clock.now());
  expect(jobs.map(({ payload }) => Object.keys(payload).toSorted())).toEqual([
    ["again", "email", "locale", "registrationId"],
    ["email", "locale", "overLimit"],
  ]);
});

it("A-50: no refusal quotes what was typed", async () => {
  const { errors, secrets } = await live();
  expect(errors.length).toBeGreaterThan(12);
  for (const error of errors) expect(error).toBeInstanceOf(AuthError);
  expectNone(secrets, errors);
  expectNone({ email: ada.email, tag: "canary" }, errors);
});

it("A-50: no answer but a token pair carries a secret", async () => {
  const { answers, secrets } = await live();
  expectNone(secrets, answers);
  expect(JSON.stringify(answers)).not.toContain("passwordHash");
});

it("A-50: no subject of a mail carries a code, and a link stands in no mail but its own", async () => {
  const { world, secrets } = await live();
  const { messages } = world.mailbox;
  expect(messages.length).toBeGreaterThan(4);
  expectNone(
    secrets,
    messages.map(({ subject, to, id }) => ({ subject, to, id })),
  );
  const mailed = new Set(["link", "signature", "code", "resent"]);
  const pick = (wanted: (name: string) => boolean): Lived["secrets"] =>
    Object.fromEntries(Object.entries(secrets).filter(([name]) => wanted(name)));
  expectNone(
    pick((name) => !mailed.has(name)),
    messages,
  );
  expectNone(
    pick((name) => name === "link" || name === "signature"),
    messages.filter(({ kind }) => kind !== "reset_link"),
  );
  expectNone(
    pick((name) => name === "code" || name === "resent"),
    messages.filter(({ kind }) => kind !== "confirmation_code"),
  );
});

it.each(["opaque", "code"] as const)(
  "A-50: what a reset by %s goes by stands in the mail's body and nowhere else",
  async (kind) => {
    const told: DurableEvent[] = [];
    const handlers: Handlers = Object.fromEntries(
      durableEvents.map((name) => [name, async (event: DurableEvent) => void told.push(event)]),
    );
    const world = makeWorld({ handlers, tokens: { reset: kind } });
    const { email } = person;
    await signUp(world, person);
    const errors: unknown[] = [];
    let secretPart = "";
    const attempts: (() => Promise<void>)[] = [];
    if (kind === "code") {
      const mailed = await askForCode(world);
      secretPart = mailed.code;
      const reset = (own: object) => () =>
        world.auth.resetPasswordByCode({ ...mailed, newPassword, ...own }, home);
      attempts.push(reset({ email: bob.email }), reset({ newPassword: "x" }), reset({}), reset({}));
    } else {
      const token = await askForLink(world);
      secretPart = token.split(".")[1] ?? "";
      const reset = (own: object) => () =>
        world.auth.resetPassword({ token, email, newPassword, ...own }, home);
      attempts.push(reset({ email: bob.email }), reset({ newPassword: "x" }), reset({}), reset({}));
    }
    for (const attempt of attempts) {
      await attempt().catch((error: unknown) => errors.push({ error, text: String(error) }));
    }
    expect(errors).toHaveLength(3);
    await world.auth.runJobs();
    const { messages } = world.mailbox;
    const mails = messages.map(({ subject, to, id }) => ({ subject, to, id }));
    const stored = world.calls.filter(({ port }) => port !== "mailer");
    // Six digits may well be part of a time or a digest: what would slip out is the code alone.
    const alone = new RegExp(kind === "code" ? `(?<![\\w.-])${secretPart}(?![\\w.-])` : secretPart);
    expect(JSON.stringify(messages)).toMatch(alone);
    const texts = JSON.stringify([world.events, told, errors, mails, stored]);
    expect(texts).not.toMatch(alone);
  },
);

it("A-50: the digits of a code are not found by trying them all against what is stored", async () => {
  const world = makeWorld();
  const { code } = await register(world, person);
  const { digest, emailKey } = keptCode(world);
  const guesses = [code, `${ada.email}:${code}`, `${emailKey}${code}`, `${ada.email}${code}`];
  for (const guess of guesses) {
    for (const algorithm of ["sha256", "sha512", "sha1"]) {
      expect(createHash(algorithm).update(guess).digest("base64url")).not.toBe(digest);
    }
  }
  // Another key, another digest: what is stored is worth nothing without the key.
  const other = makeWorld({ secret: createHash("sha256").update("another").digest("base64url") });
  await register(other, person);
  expect(keptCode(other).emailKey).not.toBe(emailKey);
});

function keptCode({ calls }: World): PutCodeRequest {
  const put = calls.find(({ method }) => method === "put");
  if (put === undefined) throw new TypeError("no code was kept");
  return put.args[0] as PutCodeRequest;
}
