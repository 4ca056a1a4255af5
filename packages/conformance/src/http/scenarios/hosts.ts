import assert from "node:assert/strict";
import type { HttpSuite } from "../harness.ts";
import { aSignedIn, aUser, bearer, pairOf, paths } from "../people.ts";
import { assertOk, assertRefusal } from "../refusals.ts";
import { jsonOf, type Answer } from "../wire.ts";

const internal = [
  ["GET", paths.verify],
  ["GET", paths.renew],
  ["POST", paths.renew],
] as const;

function assertOpenApi(answer: Answer): { readonly paths: Readonly<Record<string, object>> } {
  assert.equal(answer.status, 200);
  const contract = jsonOf(answer) as { openapi: string; paths: Record<string, object> };
  assert.match(contract.openapi, /^3\.1\./);
  return contract;
}

export const hosts: HttpSuite = {
  about: "Latchkey in a host application",
  behaviours: {
    "a guarded route knows who calls, and refuses everybody else": async ({ open }) => {
      const door = await open();
      const { accessToken, refreshToken, tag } = await aSignedIn(door);
      const caller = await door.auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
      const note = jsonOf(await door.get("/notes/7", bearer(accessToken)));
      assert.deepEqual(note, { note: "7", ...caller });
      assert.equal(note["tag"], tag);
      assertRefusal(await door.get("/notes/7"), "unauthenticated");
      assertRefusal(await door.get("/notes/7", bearer(refreshToken)), "invalid_token");
      assertOk(await door.json("DELETE", paths.logout, { accessToken }));
      assertRefusal(await door.get("/notes/7", bearer(accessToken)), "invalid_token");
    },

    "a guard answers before the body is read: a stranger's bad body is 401, not 400": async ({
      open,
    }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      const notes = { method: "POST", path: "/notes" };
      for (const [type, body] of [
        ["application/json", "{broken"],
        ["application/x-unheard-of", "x"],
        ["application/json", "x".repeat(2_000_000)],
      ] as const) {
        const headers = ["content-type", type];
        assertRefusal(await door.send({ ...notes, headers, body }), "unauthenticated");
      }
      const received = jsonOf(await door.post("/notes", { a: 1 }, bearer(accessToken)));
      assert.deepEqual(received, { received: { a: 1 } });
    },

    "asking who calls throws a TypeError on a route without a guard": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      const answer = await door.get("/unguarded", bearer(accessToken));
      assert.deepEqual(jsonOf(answer), { thrown: "TypeError" });
    },

    "the host keeps its own parser, error handler and 404": async ({ open }) => {
      const door = await open();
      const big = { text: "x".repeat(40_000) };
      assert.deepEqual(jsonOf(await door.post("/echo", big)), { received: big });
      const broken = await door.get("/broken");
      assert.deepEqual([broken.status, jsonOf(broken)], [418, { host: "broke" }]);
      for (const path of ["/nothing", "/api/v1/users", `${paths.login}/x`]) {
        const answer = await door.get(path);
        assert.deepEqual([answer.status, jsonOf(answer)], [404, { host: "nothing here" }]);
      }
    },

    "no other spelling of a path leads to an endpoint": async ({ open }) => {
      const door = await open();
      const { tag, password } = await aUser(door);
      for (const path of [
        ...[`${paths.login}/`, paths.login.toUpperCase(), `/${paths.login}`, `${paths.login};a=b`],
        ...[
          `${paths.login}%20`,
          paths.login.replace("v1", "V1"),
          paths.login.replace("/v1", "/./v1"),
        ],
        ...[
          `${paths.login}%2f`,
          paths.login.replace("/v1", "%2Fv1"),
          paths.login.replace("v1", "v1//"),
        ],
        // A target has no fragment (RFC 9112, section 3.2), whatever a router makes of one.
        ...[`${paths.login}#`, `${paths.login}?#`, `${paths.login}?a=b#c`],
      ]) {
        const answer = await door.post(path, { tag, password });
        assert.equal(answer.status, 404, path);
      }
    },

    "a prefix stands before every path, and only there": async ({ open }) => {
      const door = await open({ mount: { prefix: "/accounts" } });
      assertRefusal(await door.get(`/accounts${paths.me}`), "unauthenticated");
      const { status } = await door.get(paths.me);
      assert.equal(status, 404);
      assertRefusal(await door.get("/notes/1"), "unauthenticated");
    },

    "a path may be renamed, and the old one is gone": async ({ open }) => {
      const door = await open({ auth: { paths: { login: "/sign-in", listSessions: "/devices" } } });
      const { tag, password } = await aUser(door);
      const { accessToken } = pairOf(await door.post("/sign-in", { tag, password }));
      assert.equal((await door.post(paths.login, { tag, password })).status, 404);
      assertOk(await door.get("/devices", bearer(accessToken)));
      const moved = await door.get(paths.sessions, bearer(accessToken));
      assertRefusal(moved, "method_not_allowed");
      assert.equal(moved.headers["allow"], "DELETE");
    },

    "internal endpoints are only there where they were asked for": async ({ open }) => {
      const door = await open({ mount: { expose: ["public"] } });
      for (const [method, path] of internal) {
        assert.equal((await door.send({ method, path })).status, 404);
      }
      const inner = await open({ mount: { expose: ["internal"] } });
      assertRefusal(await inner.get(paths.verify), "unauthenticated");
      assertRefusal(await inner.post(paths.renew, { refreshToken: "x" }), "invalid_token");
      for (const path of [paths.login, paths.me, paths.jwks, paths.contract]) {
        assert.equal((await inner.get(path)).status, 404);
      }
    },

    "the contract tells of what is mounted here, and of nothing else": async ({ open }) => {
      const told = async (mount: object): Promise<readonly string[]> => {
        const door = await open({ mount });
        const contract = assertOpenApi(await door.get(paths.contract));
        return Object.entries(contract.paths).flatMap(([path, methods]) =>
          Object.keys(methods).map((method) => `${method} ${path}`),
        );
      };
      const front = await told({ expose: ["public"] });
      assert.ok(front.includes(`post ${paths.login}`) && front.includes(`get ${paths.me}`));
      assert.deepEqual(
        front.filter((line) => /renew|verify/.test(line)),
        [],
      );
      const renewing = await told({ expose: ["public"], publicRenew: true });
      assert.deepEqual(
        renewing.filter((line) => !front.includes(line)),
        [`post ${paths.renew}`],
      );
      const all = await told({});
      assert.equal(all.length, front.length + 4, "renew twice, verify by GET and HEAD");
    },

    "publicRenew serves renew by POST alone, and verify stays internal": async ({ open }) => {
      const door = await open({ mount: { expose: ["public"], publicRenew: true } });
      const { refreshToken } = await aSignedIn(door);
      const path = `${paths.renew}?refreshToken=${refreshToken}`;
      for (const method of ["GET", "HEAD"]) {
        const answer = await door.send({ method, path });
        assert.deepEqual([answer.status, answer.headers["allow"]], [405, "POST"]);
      }
      const query = await door.send({ method: "POST", path });
      assert.deepEqual(assertRefusal(query, "invalid_input"), ["refreshToken"]);
      assert.equal((await door.get(paths.verify)).status, 404);
      pairOf(await door.post(paths.renew, { refreshToken }));
    },

    "an application that mounts nothing still guards its routes": async ({ open }) => {
      const door = await open({ mount: { expose: [] } });
      assert.equal((await door.get(paths.me)).status, 404);
      assertRefusal(await door.get("/notes/1"), "unauthenticated");
    },
  },
};
