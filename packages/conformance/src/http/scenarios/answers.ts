import assert from "node:assert/strict";
import type { AuthErrorCode } from "@latchkey/core";
import type { Door } from "../door.ts";
import type { HttpSuite } from "../harness.ts";
import { aPerson, aRegistration, aResetToken, aSignedIn, aUser, bearer, paths } from "../people.ts";
import { assertGuarded, assertOk, assertRefusal } from "../refusals.ts";
import type { Answer } from "../wire.ts";

/** What each path of the contract offers, with everything mounted. */
const offered: Readonly<Record<string, readonly string[]>> = {
  [paths.register]: ["POST"],
  [paths.confirm]: ["POST"],
  [paths.resend]: ["POST"],
  [paths.login]: ["POST"],
  [paths.renew]: ["GET", "POST"],
  [paths.logout]: ["DELETE"],
  [paths.forgot]: ["POST"],
  [paths.reset]: ["POST"],
  [paths.check]: ["POST"],
  [paths.change]: ["POST"],
  [paths.me]: ["GET", "HEAD"],
  [paths.sessions]: ["GET", "HEAD", "DELETE"],
  [`${paths.sessions}/00000000-0000-4000-8000-000000000000`]: ["DELETE"],
  [paths.verify]: ["GET", "HEAD"],
  [paths.jwks]: ["GET", "HEAD"],
  [paths.contract]: ["GET", "HEAD"],
};

const overrides = ["x-http-method-override", "x-http-method", "x-method-override"];

/** A request for each code that a single request can lead to. */
async function refusedByCode(door: Door): Promise<Readonly<Partial<Record<string, Answer>>>> {
  const ada = await aSignedIn(door);
  const waiting = await aRegistration(door);
  const token = await aResetToken(door, ada);
  const { email, tag, password, accessToken } = ada;
  const newPassword = "poetical science, 1843";
  const mine = bearer(accessToken);
  const type = ["content-type", "application/json"];
  const raw = (body: string, headers = type) =>
    door.send({ method: "POST", path: paths.login, headers, body });
  const confirmation = { email, confirmationCode: "000000" };
  const noSession = `${paths.sessions}/nothing`;
  return {
    invalid_input: await door.post(paths.login, {}),
    malformed_request: await raw("{"),
    invalid_code: await door.post(paths.confirm, confirmation),
    expired_token: await expired(door, token),
    password_mismatch: await door.post(paths.reset, {
      ...{ token, email, newPassword },
      confirmPassword: "another one entirely",
    }),
    unauthenticated: await door.get(paths.me),
    invalid_token: await door.get(paths.me, bearer("a.b.c")),
    invalid_credentials: await door.post(paths.login, { tag, password: "wrong" }),
    unconfirmed: await door.post(paths.login, { tag: waiting.tag, password: waiting.password }),
    email_mismatch: await mismatched(door, ada),
    wrong_password: await door.post(paths.change, { currentPassword: "wrong", newPassword }, mine),
    not_found: await door.send({ method: "DELETE", path: noSession, headers: mine }),
    method_not_allowed: await door.get(paths.login),
    tag_taken: await door.post(paths.register, { ...aPerson({ tag }) }),
    payload_too_large: await raw("x".repeat(17_000)),
    unsupported_media_type: await raw("a=b", ["content-type", "application/x-www-form-urlencoded"]),
    weak_password: await door.post(paths.register, { ...aPerson({ password: "short" }) }),
    ...{ ok: await door.post(paths.login, { tag, password }) },
  };
}

async function expired(door: Door, token: string): Promise<Answer> {
  door.clock.advance({ minutes: 31 });
  const answer = await door.post(paths.check, { token });
  door.clock.set("2026-01-01T00:00:00Z");
  return answer;
}

async function mismatched(door: Door, ada: Parameters<typeof aResetToken>[1]): Promise<Answer> {
  door.clock.advance({ seconds: 1 });
  const token = await aResetToken(door, ada);
  const newPassword = "poetical science, 1843";
  return door.post(paths.reset, { token, email: "eve@mail.example", newPassword });
}

export const answers: HttpSuite = {
  about: "every answer",
  behaviours: {
    "A-42 every refusal is a problem of one shape, with its own code and nothing inside": async ({
      open,
    }) => {
      const door = await open();
      const { ok, ...refused } = await refusedByCode(door);
      for (const [code, answer] of Object.entries(refused)) {
        assert.ok(answer !== undefined);
        assertRefusal(answer, code as AuthErrorCode);
      }
      assert.equal(ok?.status, 200);
    },

    "A-42 busy and rate_limited are problems too, and say when to come back": async ({ open }) => {
      const limited = await open({ auth: { limits: { forgotByNetwork: one } } });
      await limited.post(paths.forgot, { email: "ada@mail.example" });
      const again = await limited.post(paths.forgot, { email: "ada@mail.example" });
      assertRefusal(again, "rate_limited");
      assert.equal(again.headers["retry-after"], "3600");

      const busy = await open({ auth: { passwords: { concurrency: 1, queue: 0 } } });
      const login = { tag: "nobody", password: "whatever it may be" };
      const all = await Promise.all(Array.from({ length: 8 }, () => busy.post(paths.login, login)));
      for (const answer of all) {
        assertRefusal(answer, answer.status === 503 ? "busy" : "invalid_credentials");
      }
      assert.deepEqual(new Set(all.map((answer) => answer.status)), new Set([401, 503]));
    },

    "A-42 refusals speak Russian or English, as the client likes best": async ({ open }) => {
      const door = await open();
      const russian = await open({ auth: { locale: "ru" } });
      const language = async (header: readonly string[], of = door): Promise<unknown> => {
        const answer = await of.get(paths.me, header);
        assertRefusal(answer, "unauthenticated");
        assert.match(answer.headers["vary"] ?? "", /\bAccept-Language\b/);
        return answer.headers["content-language"];
      };
      assert.equal(await language([]), "en");
      assert.equal(await language(["accept-language", "ru"]), "ru");
      assert.equal(await language(["accept-language", "de, ru;q=0.3, en;q=0.2"]), "ru");
      assert.equal(await language(["accept-language", "ru;q=0, en"]), "en");
      assert.equal(await language(["accept-language", ",;q=,x".repeat(500)]), "en");
      assert.equal(await language([], russian), "ru");
      assert.equal(await language(["accept-language", "en-GB"], russian), "en");
    },

    "A-44 no answer may be cached or sniffed, but the keys and the contract": async ({ open }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const mine = bearer(ada.accessToken);
      const { accessToken: _, refreshToken } = ada;
      const login = { tag: ada.tag, password: ada.password };
      assertOk(await door.post(paths.login, login));
      assertOk(await door.post(paths.renew, { refreshToken }));
      assertOk(await door.get(paths.me, mine));
      assertOk(await door.get(paths.sessions, mine));
      assertOk(await door.post(paths.forgot, { email: ada.email }));
      assertGuarded(await door.get(paths.verify, mine));
      for (const path of [paths.jwks, paths.contract]) {
        const { headers } = await door.get(path);
        assert.equal(headers["cache-control"], "public, max-age=300");
        assert.equal(headers["pragma"], undefined);
      }
    },

    "A-44 a 401 at login says Bearer, without telling what a token did wrong": async ({ open }) => {
      const door = await open();
      const answer = await door.post(paths.login, { tag: "nobody", password: "x" });
      assertRefusal(answer, "invalid_credentials");
      assert.equal(answer.headers["www-authenticate"], "Bearer");
    },

    "an answer to a conditional or a partial request is the whole answer": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      const headers = ["if-none-match", "*", "if-modified-since", new Date().toUTCString()];
      assertOk(
        await door.get(paths.me, [...bearer(accessToken), ...headers, "range", "bytes=0-1"]),
      );
    },

    "A-48 a method that a path does not offer is 405, and Allow says which it does": async ({
      open,
    }) => {
      const door = await open();
      for (const [path, allow] of Object.entries(offered)) {
        for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
          if (allow.includes(method)) continue;
          const answer = await door.send({ method, path });
          assert.equal(answer.status, 405, `${method} ${path}`);
          assert.equal(answer.headers["allow"], allow.join(", "));
          if (method !== "HEAD") assertRefusal(answer, "method_not_allowed");
        }
      }
    },

    "A-48 no header, field or query turns one method into another": async ({ open }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const mine = bearer(ada.accessToken);
      const { tag, password } = ada;
      for (const name of overrides) {
        const posted = await door.get(paths.login, [name, "POST"]);
        assertRefusal(posted, "method_not_allowed");
        const got = await door.post(paths.me, {}, [name, "GET", ...mine]);
        assertRefusal(got, "method_not_allowed");
        assertOk(await door.get(paths.sessions, [name, "DELETE", ...mine]));
      }
      const query = `_method=DELETE&method=DELETE`;
      assertOk(await door.get(`${paths.sessions}?${query}`, mine));
      const field = await door.post(paths.login, { tag, password, _method: "DELETE" });
      assert.deepEqual(assertRefusal(field, "invalid_input"), ["_method"]);
      assertRefusal(await door.post(`${paths.logout}?_method=DELETE`, {}), "method_not_allowed");
      assertOk(await door.get(paths.me, mine));
    },

    "HEAD answers as GET does, without a byte of body": async ({ open }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const header = `Authorization: Bearer ${ada.accessToken}`;
      for (const path of [paths.me, paths.sessions, paths.jwks, paths.contract, paths.verify]) {
        const [head, get] = await Promise.all(
          ["HEAD", "GET"].map((method) => door.raw(`${method} ${path}`, [header])),
        );
        const [headers = "", ...rest] = (head ?? "").split("\r\n\r\n");
        assert.deepEqual(rest, [""], `${path}: nothing after the headers`);
        const dateless = (text = ""): string => text.replace(/^date: .*$/im, "");
        assert.equal(dateless(headers), dateless(get?.split("\r\n\r\n")[0]));
      }
      const anonymous = await door.send({ method: "HEAD", path: paths.me });
      assert.deepEqual([anonymous.status, anonymous.text], [401, ""]);
    },

    "HEAD renew is 405 and renews nothing": async ({ open }) => {
      const door = await open();
      const { refreshToken } = await aSignedIn(door);
      const path = `${paths.renew}?refreshToken=${refreshToken}`;
      door.calls.length = 0;
      const answer = await door.send({ method: "HEAD", path });
      assert.deepEqual([answer.status, answer.headers["allow"]], [405, "GET, POST"]);
      assert.deepEqual(door.calls, []);
    },

    "a 204 has neither a body nor a length nor a type": async ({ open }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      const { sessionId } = await door.auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
      const header = `Authorization: Bearer ${accessToken}`;
      const close = `DELETE ${paths.sessions}/${sessionId}`;
      for (const line of [`GET ${paths.verify}`, close]) {
        const answer = await door.raw(line, [header]);
        assert.match(answer, /^HTTP\/1\.1 204 No Content\r\n/);
        assert.doesNotMatch(answer, /^(content-length|content-type|transfer-encoding):/im);
        assert.match(answer, /\r\n\r\n$/);
      }
    },

    "verify names the user, the tag and the session in headers, and asks for a token else": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aUser(door);
      const signedIn = await aSignedIn(door);
      const { accessToken } = signedIn;
      const caller = await door.auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
      const { status, headers } = await door.get(paths.verify, bearer(accessToken));
      assert.equal(status, 204);
      assert.equal(headers["x-user-id"], caller.userId);
      assert.equal(headers["x-user-tag"], signedIn.tag);
      assert.equal(headers["x-session-id"], caller.sessionId);
      assert.notEqual(signedIn.tag, ada.tag);
      assertRefusal(await door.get(paths.verify), "unauthenticated");
    },
  },
};

const one = { limit: 1, windowSeconds: 3600 };
