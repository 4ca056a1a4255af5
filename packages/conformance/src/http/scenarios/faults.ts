import assert from "node:assert/strict";
import { AuthError } from "@latchkey/core";
import type { Door } from "../door.ts";
import { allForms, type Form } from "../forms.ts";
import type { HttpSuite, Scene } from "../harness.ts";
import { aSignedIn, bearer, paths } from "../people.ts";
import { assertRefusal } from "../refusals.ts";
import type { Answer } from "../wire.ts";

const secretText = "connect ECONNREFUSED postgres://latchkey:hunter2@10.0.0.5:5432/auth";

/** A door whose stores work until `fail` is called, and then all throw this error. */
async function fragile(open: Scene["open"], error: unknown): Promise<[Door, () => void]> {
  let broken = false;
  const door = await open({
    witness: () => {
      if (broken) throw error;
    },
    auth: { limits: {}, trustedProxies: ["127.0.0.1"] },
  });
  return [
    door,
    () => {
      broken = true;
    },
  ];
}

interface Route {
  readonly name: string;
  readonly call: () => Promise<Answer>;
}

function routes(door: Door, forms: readonly Form[], accessToken: string): readonly Route[] {
  const mine = bearer(accessToken);
  const bodied = forms.map(({ name, method, path, good, headers }) => ({
    name,
    call: () => door.json(method, path, good, headers),
  }));
  const nobody = "00000000-0000-4000-8000-000000000000";
  const other = (method: string, path: string): Route => ({
    name: `${method} ${path}`,
    call: () => door.send({ method, path, headers: mine }),
  });
  return [
    ...bodied,
    ...[other("GET", paths.me), other("GET", paths.sessions), other("GET", paths.verify)],
    ...[other("DELETE", `${paths.sessions}/${nobody}`), other("DELETE", paths.sessions)],
    ...[other("DELETE", paths.logout), other("GET", "/notes/1"), other("HEAD", paths.verify)],
  ];
}

async function everyRoute(open: Scene["open"], error: unknown) {
  const [door, fail] = await fragile(open, error);
  const forms = await allForms(door);
  const { accessToken } = await aSignedIn(door);
  fail();
  door.events.length = 0;
  return { door, all: routes(door, forms, accessToken) };
}

export const faults: HttpSuite = {
  about: "stores that fail",
  behaviours: {
    "a store that is down is 503 store_unavailable on every route, and never a 401": async ({
      open,
    }) => {
      const down = new AuthError("store_unavailable", { cause: new Error(secretText) });
      const { door, all } = await everyRoute(open, down);
      for (const { name, call } of all) {
        const answer = await call();
        assert.equal(answer.status, 503, name);
        assert.equal(answer.headers["retry-after"], "1");
        if (answer.text !== "") assertRefusal(answer, "store_unavailable");
      }
      const told = door.events.filter((event) => event.name === "fault");
      assert.equal(told.length, all.length, "each was told to the operator");
    },

    "any other fault of a store is 500 internal on every route, with nothing of it inside": async ({
      open,
    }) => {
      for (const error of [new Error(secretText), new TypeError("x"), secretText, undefined]) {
        const { door, all } = await everyRoute(open, error);
        for (const { name, call } of all) {
          const answer = await call();
          assert.equal(answer.status, 500, name);
          if (answer.text !== "") assertRefusal(answer, "internal");
          assert.ok(!JSON.stringify([answer.headers, answer.text]).includes("hunter2"));
          assert.equal(answer.headers["www-authenticate"], undefined);
        }
        const causes = door.events.flatMap((event) =>
          event.name === "fault" ? [event.cause] : [],
        );
        assert.equal(causes.length, all.length);
        for (const cause of causes) assert.equal(cause, error);
      }
    },

    "an error that only looks like a refusal, or carries a status, is a 500": async ({ open }) => {
      const dressed = [
        Object.assign(new Error(secretText), { statusCode: 401, status: 401 }),
        Object.assign(new Error(secretText), { statusCode: 400, code: "invalid_token" }),
        Object.assign(new Error(secretText), { code: "unauthenticated", name: "AuthError" }),
      ];
      for (const error of dressed) {
        const { all } = await everyRoute(open, error);
        for (const { name, call } of all) assert.equal((await call()).status, 500, name);
      }
    },

    "the keys are published while every store is down": async ({ open }) => {
      const [door, fail] = await fragile(open, new Error(secretText));
      fail();
      assert.equal((await door.get(paths.jwks)).status, 200);
    },

    "a mailer that fails changes no answer": async ({ open }) => {
      const mailer = { send: () => Promise.reject(new Error(secretText)) };
      const [working, failing] = [await open(), await open({ auth: { mailer } })];
      for (const door of [working, failing]) await door.runJobs();
      const ask = (door: Door) => door.post(paths.forgot, { email: "nobody@mail.example" });
      const [one, other] = [await ask(working), await ask(failing)];
      assert.deepEqual([one.status, one.text], [other.status, other.text]);
      await failing.runJobs();
      assert.equal((await ask(failing)).status, 200);
    },
  },
};
