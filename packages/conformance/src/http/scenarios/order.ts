import assert from "node:assert/strict";
import type { HttpSuite } from "../harness.ts";
import { aSignedIn, aUser, bearer, pairOf, paths } from "../people.ts";
import { assertOk, assertRefusal } from "../refusals.ts";

const huge = "x".repeat(20_000);
const json = ["content-type", "application/json"];

/** Bodies that no endpoint reads: too long, of no type, compressed. */
const unreadable = [
  { headers: json, body: huge },
  { headers: ["content-type", "x"], body: "{}" },
  { headers: ["content-type", ";"], body: "{}" },
  { headers: ["content-encoding", "gzip", ...json], body: "{}" },
];

/** Each of these was once answered differently by two frameworks. */
export const order: HttpSuite = {
  about: "what is looked at first",
  behaviours: {
    "the path, as it is spelled: no encoding, prefix or scheme leads to it by another way": async ({
      open,
    }) => {
      const door = await open({ mount: { pages: true } });
      const { accessToken } = await aSignedIn(door);
      const mine = bearer(accessToken);
      const misspelled = [
        ...["/api/v1/users/m%65", "/%61pi/v1/users/me", "/api/v%31/users/me", "/api/v1/users%2Fme"],
        ...[`/x/..${paths.me}`, `/.${paths.me}`, `/${paths.me}`, `/${door.url}${paths.me}`],
        ...[`ftp://x${paths.me}`, `//auth.example.com${paths.me}`, `${paths.me}%3Fa=b`],
        ...["/p%61ssword-reset/", `${paths.sessions}/a/b`, `${paths.sessions}/%E0%A4%A`],
      ];
      for (const path of misspelled) {
        for (const method of ["GET", "DELETE"]) {
          const line = `${method} ${path}`;
          const answer = await door.raw(line, [`Authorization: ${mine[1] ?? ""}`]);
          assert.match(answer, /^HTTP\/1\.1 4\d\d /, line);
          assert.doesNotMatch(answer, /x-content-type-options/i, `${line} led to an endpoint`);
        }
      }
      const absolute = await door.raw(`GET ${door.url}${paths.me}`, [
        `Authorization: ${mine[1] ?? ""}`,
      ]);
      assert.match(absolute, /^HTTP\/1\.1 200 /);
    },

    "a parameter of any length is an endpoint's to judge": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      for (const id of ["x".repeat(101), "x".repeat(4000), "%41".repeat(200)]) {
        const path = `${paths.sessions}/${id}`;
        const answer = await door.send({ method: "DELETE", path, headers: bearer(accessToken) });
        assertRefusal(answer, "not_found");
      }
    },

    "then the method: where it is not offered, no body changes the 405": async ({ open }) => {
      const door = await open();
      for (const { headers, body } of unreadable) {
        const put = { method: "PUT", path: paths.login, headers, body };
        assertRefusal(await door.send(put), "method_not_allowed");
        const post = { method: "POST", path: paths.verify, headers, body };
        assertRefusal(await door.send(post), "method_not_allowed");
      }
    },

    "then who asks: a stranger's body is not looked at, however bad": async ({ open }) => {
      const door = await open();
      for (const { headers, body } of unreadable) {
        const change = { method: "POST", path: paths.change, headers, body };
        assertRefusal(await door.send(change), "unauthenticated");
      }
    },

    "a body that an endpoint does not ask for changes nothing": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      for (const { headers, body } of unreadable) {
        const mine = [...headers, ...bearer(accessToken)];
        assertOk(await door.send({ method: "GET", path: paths.me, headers: mine, body }));
        const close = { method: "DELETE", path: `${paths.sessions}/none`, headers: mine, body };
        assertRefusal(await door.send(close), "not_found");
      }
    },

    "of a body its type first, then its length, then its text": async ({ open }) => {
      const door = await open();
      const { tag, password } = await aUser(door);
      const login = { method: "POST", path: paths.login };
      const strange = ["content-type", "x"];
      const send = (headers: readonly string[], body: string) =>
        door.send({ ...login, headers, body });
      assertRefusal(await send(strange, huge), "unsupported_media_type");
      assertRefusal(await send(json, huge), "payload_too_large");
      assertRefusal(await send(json, "{"), "malformed_request");
      const chunked = [...strange, "transfer-encoding", "chunked"];
      assertRefusal(await send(chunked, ""), "unsupported_media_type");
      assertRefusal(await send([...strange, "content-length", "0"], ""), "invalid_input");
      pairOf(await door.post(paths.login, { tag, password }));
    },
  },
};
