import assert from "node:assert/strict";
import { AuthError, flowNames, tracingChannels } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { describe, it } from "vitest";
import { home, makeAccounts, person, signUp, slowStores } from "./accounts.ts";
import { record } from "./recording.ts";

const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;
const idOf = (span: ReadableSpan): string => span.spanContext().spanId;
const traceOf = (span: ReadableSpan): string => span.spanContext().traceId;
const isStore = ({ name }: ReadableSpan): boolean => name.startsWith("latchkey store ");

describe("a span", () => {
  for (const flow of flowNames) {
    it(`of ${flow} hangs below the request's`, async () => {
      const recording = record();
      const { auth } = makeAccounts();
      const given = [{ unknown: "field" }, home];
      const refused = await recording.request("POST /", async () =>
        (Reflect.apply(auth[flow], auth, given) as Promise<unknown>).catch(
          (error: unknown) => error,
        ),
      );
      const [request] = recording.named("POST /");
      const [span, ...others] = recording.named(`latchkey flow ${flow}`);
      assert.ok(request && span && others.length === 0);
      assert.equal(parentOf(span), idOf(request));
      assert.equal(span.attributes["latchkey.flow"], flow);
      assert.ok(refused instanceof AuthError);
      assert.equal(span.attributes["error.type"], refused.code);
    });
  }

  it("of a store call or a hash hangs below its flow's, across awaits", async () => {
    const accounts = makeAccounts({ stores: slowStores(memoryStores()) });
    await signUp(accounts);
    const recording = record();
    const { tag, password } = person;
    await recording.request("POST /login", () => accounts.auth.login({ tag, password }, home));
    const [login] = recording.named("latchkey flow login");
    assert.ok(login);
    const below = recording.spans().filter((span) => parentOf(span) === idOf(login));
    assert.deepEqual(below.map(({ name }) => name).toSorted(), [
      "latchkey hash verify",
      "latchkey store limits.forgive",
      "latchkey store limits.take",
      "latchkey store limits.take",
      "latchkey store sessions.open",
      "latchkey store users.commitLogin",
      "latchkey store users.findForLogin",
    ]);
    assert.equal(recording.spans().length, below.length + 2);
  });

  it("of parallel requests never hangs below another's", async () => {
    const accounts = makeAccounts({ stores: slowStores(memoryStores()), limits: "off" });
    await signUp(accounts);
    const recording = record();
    const { tag, password } = person;
    const requests = Array.from({ length: 60 }, (_, number) =>
      recording.request(`request ${number}`, async () => {
        const given = number % 2 === 0 ? password : "this is the wrong one";
        await accounts.auth.login({ tag, password: given }, home).catch(() => {});
      }),
    );
    await Promise.all(requests);
    for (const number of requests.keys()) {
      const [request] = recording.named(`request ${number}`);
      assert.ok(request);
      const ofTrace = recording.spans().filter((span) => traceOf(span) === traceOf(request));
      const login = ofTrace.find(({ name }) => name === "latchkey flow login");
      assert.ok(login);
      assert.equal(parentOf(login), idOf(request));
      const calls = ofTrace.filter(isStore);
      assert.equal(calls.length, number % 2 === 0 ? 3 : 1);
      for (const call of calls) assert.equal(parentOf(call), idOf(login));
      const outcome = number % 2 === 0 ? "ok" : "invalid_credentials";
      assert.equal(login.attributes["latchkey.outcome"], outcome);
    }
  });

  it("that a driver makes hangs below the store call's", async () => {
    const stores = memoryStores();
    const { users } = stores.accounts;
    const recording = record();
    const querying = {
      ...users,
      async findForLogin(...given: Parameters<typeof users.findForLogin>) {
        await Promise.resolve();
        recording.tracer.startSpan("SELECT").end();
        return users.findForLogin(...given);
      },
    };
    const accounts = { ...stores.accounts, users: querying };
    const { auth } = makeAccounts({ stores: { ...stores, accounts } });
    await auth.login({ tag: "nobody", password: person.password }, home).catch(() => {});
    const [call] = recording.named("latchkey store users.findForLogin");
    const [query] = recording.named("SELECT");
    assert.ok(call && query);
    assert.equal(parentOf(query), idOf(call));
    assert.equal(trace.getSpan(context.active()), undefined);
  });

  it("of a job begins a trace, with the mail, the outbox and the handler's own below it", async () => {
    const recording = record();
    const accounts = makeAccounts({
      handlers: { "user.confirmed": async () => recording.tracer.startSpan("profile").end() },
    });
    await recording.request("POST /", () => signUp(accounts));
    await recording.request("cron", () => accounts.auth.runJobs());
    const [mailing] = recording.named("latchkey job send-confirmation");
    const [handling] = recording.named("latchkey job run-handler");
    const [mail] = recording.named("latchkey mail confirmation_code");
    const [profile] = recording.named("profile");
    assert.ok(mailing && handling && mail && profile);
    assert.equal(parentOf(mailing), undefined);
    assert.equal(parentOf(handling), undefined);
    assert.equal(parentOf(mail), idOf(mailing));
    assert.equal(parentOf(profile), idOf(handling));
    const told = recording.named("latchkey store outbox.done");
    assert.deepEqual(told.map(parentOf), [idOf(mailing), idOf(handling)]);
    assert.equal(mailing.attributes["latchkey.outcome"], "done");
  });

  it("of a refusal names its code and is no error; of a fault it is one", async () => {
    const recording = record();
    const stores = memoryStores();
    const down = { ...stores.accounts.users };
    down.findForLogin = () => Promise.reject(new AuthError("store_unavailable"));
    const { auth } = makeAccounts({
      stores: { ...stores, accounts: { ...stores.accounts, users: down } },
    });
    const { tag, password } = person;
    await assert.rejects(auth.login({ tag, password }, home));
    await assert.rejects(auth.authenticate({ accessToken: "no token" }, home));
    const said = recording
      .spans()
      .map(({ name, status, attributes }) => [
        ...[name, attributes["error.type"], status.code === SpanStatusCode.ERROR],
      ]);
    assert.deepEqual(
      said.filter(([, error]) => error !== undefined),
      [
        ["latchkey store users.findForLogin", "store_unavailable", true],
        ["latchkey flow login", "store_unavailable", true],
        ["latchkey flow authenticate", "invalid_token", false],
      ],
    );
  });
});

describe("stop", () => {
  const listening = async (): Promise<readonly string[]> => {
    const { hasSubscribers, tracingChannel } = await import("node:diagnostics_channel");
    const heard = Object.values(tracingChannels).filter(
      (name) => tracingChannel(name).hasSubscribers,
    );
    return hasSubscribers("latchkey:event") ? [...heard, "latchkey:event"] : heard;
  };

  it("leaves nobody listening, ends what is open, and records nothing more", async () => {
    const { auth } = makeAccounts();
    const recording = record();
    assert.equal((await listening()).length, 6);
    const { tag, password } = person;
    const login = auth.login({ tag, password }, home).catch(() => {});
    recording.stop();
    assert.deepEqual(await listening(), []);
    await login;
    const names = recording.spans().map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ["latchkey flow login", "latchkey store limits.take"]);
    const counted = await recording.points("latchkey.flow.outcomes");
    await auth.login({ tag, password }, home).catch(() => {});
    assert.equal(recording.spans().length, 2);
    assert.deepEqual(await recording.points("latchkey.flow.outcomes"), counted);
    recording.stop();
  });
});
