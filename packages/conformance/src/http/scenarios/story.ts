import assert from "node:assert/strict";
import type { HttpSuite } from "../harness.ts";
import {
  aPerson,
  aRegistration,
  aSignedIn,
  aUser,
  bearer,
  pairOf,
  paths,
  signIn,
} from "../people.ts";
import { assertFaultyFields, assertOk, assertRefusal, seen } from "../refusals.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const story: HttpSuite = {
  about: "an account over HTTP, from register to sign out",
  behaviours: {
    "A-01 register, confirm, login and me answer 201, 200, 200, 200, and only login sets lastLoginAt":
      async ({ open }) => {
        const door = await open();
        const ada = aPerson({ email: "Ada@Mail.Example", tag: "Ada.L" });
        const registered = assertOk(await door.post(paths.register, { ...ada }), 201);
        assert.deepEqual(Object.keys(registered).toSorted(), ["registrationId", "tag"]);
        assert.match(String(registered["registrationId"]), uuid);
        assert.equal(registered["tag"], "ada.l");
        await door.runJobs();
        const mail = door.mailer.last("ada@mail.example", "confirmation_code");
        const confirmation = {
          email: ada.email,
          confirmationCode: mail.data.code,
          registrationId: registered["registrationId"],
        };
        const confirmed = assertOk(await door.post(paths.confirm, confirmation));
        assert.deepEqual(Object.keys(confirmed), ["message"]);

        door.clock.advance({ minutes: 1 });
        const first = await signIn(door, ada);
        const { userId } = await door.auth.authenticate(
          { accessToken: first.accessToken },
          { ip: "192.0.2.1" },
        );
        const me = assertOk(await door.get(paths.me, bearer(first.accessToken)));
        assert.deepEqual(me, {
          id: userId,
          email: "ada@mail.example",
          tag: "ada.l",
          firstName: "Ada",
          lastName: "Lovelace",
          status: "CONFIRMED",
          locale: "en",
          createdAt: "2026-01-01T00:00:00.000Z",
          lastLoginAt: "2026-01-01T00:01:00.000Z",
        });

        door.clock.advance({ minutes: 1 });
        await door.post(paths.renew, { refreshToken: first.refreshToken });
        const later = assertOk(await door.get(paths.me, bearer(first.accessToken)));
        assert.equal(later["lastLoginAt"], me["lastLoginAt"], "renewing is no login");
      },

    "a tag that was not chosen is made of the names": async ({ open }) => {
      const door = await open();
      const { tag: _, ...ada } = aPerson({ firstName: "Ада", lastName: "Лавлейс" });
      const { tag } = assertOk(await door.post(paths.register, { ...ada }), 201);
      assert.match(String(tag), /^ada.lavleis.[a-z0-9]{6}$/);
    },

    "signing in by email or by tag, in any case of ASCII letters, is the same": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aUser(door);
      for (const name of [ada.tag, ada.tag.toUpperCase(), ada.email, ada.email.toUpperCase()]) {
        pairOf(await door.post(paths.login, { tag: name, password: ada.password }));
      }
    },

    "a taken tag is 409 at register and at confirm, where another tag may be given": async ({
      open,
    }) => {
      const door = await open();
      const slow = await aRegistration(door, { tag: "wanted" });
      await aUser(door, { tag: "Wanted" });
      const again = aPerson({ tag: "WANTED" });
      assertRefusal(await door.post(paths.register, { ...again }), "tag_taken");

      const { email, registrationId, code: confirmationCode } = slow;
      const claim = { email, registrationId, confirmationCode };
      assertRefusal(await door.post(paths.confirm, claim), "tag_taken");
      assertOk(await door.post(paths.confirm, { ...claim, tag: "wanted-too" }));
      await signIn(door, { ...slow, tag: "wanted-too" });
    },

    "A-23 signing out ends both tokens at once, and again answers the same": async ({ open }) => {
      const door = await open();
      const { accessToken, refreshToken } = await aSignedIn(door);
      const out = () => door.json("DELETE", paths.logout, { accessToken, refreshToken });
      const first = await out();
      assert.deepEqual(Object.keys(assertOk(first)), ["message"]);
      assertRefusal(await door.get(paths.me, bearer(accessToken)), "invalid_token");
      assertRefusal(await door.get(paths.verify, bearer(accessToken)), "invalid_token");
      assertRefusal(await door.post(paths.renew, { refreshToken }), "invalid_token");
      assert.deepEqual(seen(await out()), seen(first));
    },

    "A-23 either token alone signs out, in a query, a body or a header": async ({ open }) => {
      const door = await open();
      const ada = await aUser(door);
      type Pair = Awaited<ReturnType<typeof signIn>>;
      const ways: readonly ((pair: Pair) => ReturnType<typeof door.send>)[] = [
        ({ accessToken }) => door.json("DELETE", paths.logout, { accessToken }),
        ({ refreshToken }) => door.json("DELETE", paths.logout, { refreshToken }),
        ({ accessToken }) =>
          door.send({ method: "DELETE", path: `${paths.logout}?accessToken=${accessToken}` }),
        ({ refreshToken }) =>
          door.send({ method: "DELETE", path: `${paths.logout}?refreshToken=${refreshToken}` }),
        ({ accessToken, refreshToken }) =>
          door.send({
            method: "DELETE",
            path: `${paths.logout}?accessToken=${accessToken}&refreshToken=${refreshToken}`,
          }),
        ({ accessToken }) =>
          door.send({ method: "DELETE", path: paths.logout, headers: bearer(accessToken) }),
        ({ accessToken, refreshToken }) =>
          door.json("DELETE", paths.logout, { refreshToken }, bearer(accessToken)),
      ];
      for (const way of ways) {
        const pair = await signIn(door, ada);
        assertOk(await way(pair));
        assertRefusal(await door.get(paths.me, bearer(pair.accessToken)), "invalid_token");
        const { refreshToken } = pair;
        assertRefusal(await door.post(paths.renew, { refreshToken }), "invalid_token");
      }
    },

    "A-23 an expired access token with a live refresh token still signs out": async ({ open }) => {
      const door = await open();
      const { accessToken, refreshToken } = await aSignedIn(door);
      door.clock.advance({ minutes: 11 });
      assertRefusal(await door.get(paths.me, bearer(accessToken)), "invalid_token");
      assertOk(await door.json("DELETE", paths.logout, { refreshToken }, bearer(accessToken)));
      assertRefusal(await door.post(paths.renew, { refreshToken }), "invalid_token");
    },

    "signing out with no token of ours is 401 and ends nothing": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      assertRefusal(await door.send({ method: "DELETE", path: paths.logout }), "invalid_token");
      const foreign = { accessToken: "a.b.c", refreshToken: "d.e.f" };
      assertRefusal(await door.json("DELETE", paths.logout, foreign), "invalid_token");
      assertOk(await door.get(paths.me, bearer(accessToken)));
    },

    "a token given in two places at once is refused, and ends nothing": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      const twice = await door.json(
        "DELETE",
        `${paths.logout}?accessToken=${accessToken}`,
        {},
        bearer(accessToken),
      );
      assertRefusal(twice, "malformed_request");
      const repeated = `${paths.logout}?accessToken=${accessToken}&accessToken=${accessToken}`;
      assertRefusal(await door.send({ method: "DELETE", path: repeated }), "malformed_request");
      assertOk(await door.get(paths.me, bearer(accessToken)));
    },

    "sessions are listed by id, closed one by one with 204, and all but the current one": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const others = [await signIn(door, ada), await signIn(door, ada)];
      const headers = bearer(ada.accessToken);
      const list = async (): Promise<readonly Record<string, unknown>[]> => {
        const { sessions, ...rest } = assertOk(await door.get(paths.sessions, headers));
        assert.deepEqual(rest, {});
        return sessions as readonly Record<string, unknown>[];
      };
      const all = await list();
      assert.deepEqual(
        all.map((session) => session["current"]),
        [true, false, false],
      );
      const names = ["agent", "createdAt", "current", "id", "ip", "lastRenewedAt"];
      for (const session of all) assert.deepEqual(Object.keys(session).toSorted(), names);

      const path = `${paths.sessions}/${String(all[1]?.["id"])}`;
      const closed = await door.send({ method: "DELETE", path, headers });
      assert.deepEqual([closed.status, closed.text], [204, ""]);
      assertRefusal(await door.send({ method: "DELETE", path, headers }), "not_found");
      assertRefusal(
        await door.get(paths.me, bearer(others[0]?.accessToken ?? "")),
        "invalid_token",
      );

      const spare = { method: "DELETE", path: `${paths.sessions}?except=current`, headers };
      assert.deepEqual(assertOk(await door.send(spare)), { closed: 1 });
      assert.equal((await list()).length, 1);
      const end = { method: "DELETE", path: paths.sessions, headers };
      assert.deepEqual(assertOk(await door.send(end)), { closed: 1 });
      assertRefusal(await door.get(paths.sessions, headers), "invalid_token");
    },

    "closing all sessions takes no other exception than the current one": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      const headers = bearer(accessToken);
      const close = (query: string) =>
        door.send({ method: "DELETE", path: `${paths.sessions}?${query}`, headers });
      for (const query of ["except=", "except=all", "except=CURRENT"]) {
        assertFaultyFields(await close(query), "except");
      }
      assertFaultyFields(await close("userId=1"), "userId");
      assertFaultyFields(await close("caller=1"), "caller");
      assertRefusal(await close("except=current&except=current"), "malformed_request");
      assertRefusal(await close("__proto__=1"), "malformed_request");
      assertOk(await door.get(paths.me, headers));
    },

    "nobody closes a session of somebody else, and every odd id names nothing": async ({
      open,
    }) => {
      const door = await open();
      const [ada, eve] = [await aSignedIn(door), await aSignedIn(door)];
      const { accessToken } = ada;
      const { sessionId } = await door.auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
      const odd = [sessionId, sessionId.toUpperCase(), "1", "..%2f..", "%00", "%F0%9F%98%80", "*"];
      for (const id of odd) {
        const path = `${paths.sessions}/${id}`;
        const answer = await door.send({
          method: "DELETE",
          path,
          headers: bearer(eve.accessToken),
        });
        assertRefusal(answer, "not_found");
      }
      assertOk(await door.get(paths.me, bearer(accessToken)));
    },

    "changing the password answers a fresh pair and ends every earlier session": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const other = await signIn(door, ada);
      const newPassword = "poetical science, 1843";
      const change = (fields: object) =>
        door.post(paths.change, { ...fields }, bearer(ada.accessToken));
      const wrong = { currentPassword: "not my password at all", newPassword };
      assertRefusal(await change(wrong), "wrong_password");
      const right = { currentPassword: ada.password, newPassword };
      assertRefusal(await change({ ...right, confirmPassword: "another" }), "password_mismatch");
      assertRefusal(await change({ ...right, newPassword: "short" }), "weak_password");
      const pair = pairOf(await change({ ...right, confirmPassword: newPassword }));
      assertOk(await door.get(paths.me, bearer(pair.accessToken)));
      for (const { accessToken, refreshToken } of [ada, other]) {
        assertRefusal(await door.get(paths.me, bearer(accessToken)), "invalid_token");
        assertRefusal(await door.post(paths.renew, { refreshToken }), "invalid_token");
      }
      const { tag } = ada;
      const old = await door.post(paths.login, { tag, password: ada.password });
      assertRefusal(old, "invalid_credentials");
      pairOf(await door.post(paths.login, { tag, password: newPassword }));
    },
  },
};
