import assert from "node:assert/strict";
import type { AuthErrorCode } from "@latchkey/core";
import type { Door } from "../door.ts";
import type { HttpSuite } from "../harness.ts";
import { aResetToken, aSignedIn, aUser, bearer, pairOf, paths, signIn } from "../people.ts";
import { assertOk, assertRefusal, seen } from "../refusals.ts";

const newPassword = "poetical science, 1843";

type Fields = Readonly<Record<string, unknown>>;

/** What no key of ours ever made: the token with another signature, payload, header or spelling. */
function forged(token: string): readonly string[] {
  const [header = "", payload = "", signature] = token.split(".");
  if (signature === undefined) {
    const [short, odd] = [payload.slice(0, -1), `${payload.slice(0, -1)}B`];
    const texts = [short, odd, `${payload}A`, `${payload}=`, "", `${payload}.${payload}`];
    return [...texts.map((text) => `${header}.${text}`), `${header.toUpperCase()}.${payload}`];
  }
  const other = signature.startsWith("A") ? "B" : "A";
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Fields;
  const encode = (value: Fields): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  return [
    `${header}.${payload}.${other}${signature.slice(1)}`,
    `${header}.${encode({ ...claims, exp: 4_102_444_800 })}.${signature}`,
    `${header}.${payload}.`,
    `${encode({ alg: "none", typ: "reset+jwt" })}.${payload}.`,
  ];
}

/** Refused by reset and by the check of the link alike. */
async function refusedByBoth(door: Door, token: unknown, code: AuthErrorCode, email: string) {
  assertRefusal(await door.post(paths.reset, { token, email, newPassword }), code);
  assertRefusal(await door.post(paths.check, { token }), code);
}

export const reset: HttpSuite = {
  about: "setting a new password by a mailed link",
  behaviours: {
    "A-27 a refused reset leaves the link alive, whatever it was refused for": async ({ open }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const token = await aResetToken(door, ada);
      const { email } = ada;
      const good = { token, email, newPassword };
      const refusals: readonly (readonly [Fields, AuthErrorCode])[] = [
        [{}, "invalid_input"],
        [{ ...good, token: "" }, "invalid_input"],
        [{ ...good, token: 1 }, "invalid_input"],
        [{ ...good, token: [token] }, "invalid_input"],
        [{ ...good, email: "nobody" }, "invalid_input"],
        [{ ...good, newPassword: "" }, "invalid_input"],
        [{ ...good, newPassword: "x".repeat(129) }, "invalid_input"],
        [{ ...good, newPassword: `${newPassword}\u0000` }, "invalid_input"],
        [{ ...good, confirmPassword: null }, "invalid_input"],
        [{ ...good, token: "not.a.token" }, "invalid_token"],
        [{ ...good, token: "nonsense" }, "invalid_token"],
        ...forged(token).map((text) => [{ ...good, token: text }, "invalid_token"] as const),
        [{ ...good, token: ada.accessToken }, "invalid_token"],
        [{ ...good, token: ada.refreshToken }, "invalid_token"],
        [{ ...good, email: "eve@mail.example" }, "email_mismatch"],
        [{ ...good, confirmPassword: `${newPassword} ` }, "password_mismatch"],
        [{ ...good, newPassword: "too short" }, "weak_password"],
        [{ ...good, newPassword: email }, "weak_password"],
      ];
      for (const [fields, code] of refusals) {
        assertRefusal(await door.post(paths.reset, fields), code);
        assertOk(await door.post(paths.check, { token }));
      }
      assertOk(await door.get(paths.me, bearer(ada.accessToken)));
      await signIn(door, ada);
      assertOk(await door.post(paths.reset, { ...good, confirmPassword: newPassword }));
    },

    "A-27 a link works once: used, superseded and expired are one answer, byte for byte": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aUser(door);
      const { email } = ada;
      const answers: unknown[] = [];
      const refuse = async (token: string): Promise<void> => {
        const answer = await door.post(paths.reset, { token, email, newPassword });
        assertRefusal(answer, "expired_token");
        answers.push(seen(answer));
        assertRefusal(await door.post(paths.check, { token }), "expired_token");
      };
      const superseded = await aResetToken(door, ada);
      door.clock.advance({ seconds: 1 });
      const used = await aResetToken(door, ada);
      await refuse(superseded);
      assertOk(await door.post(paths.reset, { token: used, email, newPassword }));
      await refuse(used);
      const expired = await aResetToken(door, ada);
      door.clock.advance({ minutes: 31 });
      await refuse(expired);
      assert.deepEqual(answers[1], answers[0]);
      assert.deepEqual(answers[2], answers[0]);
    },

    "A-27 a bad signature is 401 even on a link that has also expired": async ({ open }) => {
      const door = await open();
      const ada = await aUser(door);
      const token = await aResetToken(door, ada);
      door.clock.advance({ minutes: 31 });
      for (const text of forged(token)) await refusedByBoth(door, text, "invalid_token", ada.email);
      await refusedByBoth(door, token, "expired_token", ada.email);
    },

    "A-27 tokens of other kinds do not reset, and a reset token opens nothing else": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      for (const token of [ada.accessToken, ada.refreshToken, ada.code, ada.registrationId]) {
        await refusedByBoth(door, token, "invalid_token", ada.email);
      }
    },

    "A-27 a new link voids the one before, and a change of password voids both": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const first = await aResetToken(door, ada);
      door.clock.advance({ seconds: 1 });
      const second = await aResetToken(door, ada);
      await refusedByBoth(door, first, "expired_token", ada.email);
      assertOk(await door.post(paths.check, { token: second }));
      const change = { currentPassword: ada.password, newPassword };
      pairOf(await door.post(paths.change, change, bearer(ada.accessToken)));
      await refusedByBoth(door, second, "expired_token", ada.email);
    },

    "a reset signs nobody in, ends every session and tells the owner by mail": async ({ open }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const other = await signIn(door, ada);
      const token = await aResetToken(door, ada);
      const { email, tag } = ada;
      const answer = await door.post(paths.reset, { token, email, newPassword });
      assert.deepEqual(assertOk(answer), { message: "Your password was changed." });
      assert.equal(answer.headers["set-cookie"], undefined);
      for (const { accessToken, refreshToken } of [ada, other]) {
        assertRefusal(await door.get(paths.me, bearer(accessToken)), "invalid_token");
        assertRefusal(await door.post(paths.renew, { refreshToken }), "invalid_token");
      }
      const old = await door.post(paths.login, { tag, password: ada.password });
      assertRefusal(old, "invalid_credentials");
      await signIn(door, { ...ada, password: newPassword });
      await door.runJobs();
      const { text, html } = door.mailer.last(email, "password_changed");
      assert.ok(!`${text}${html}`.includes(newPassword) && !`${text}${html}`.includes(token));
    },

    "the answers of a reset speak Russian to whoever asks for it": async ({ open }) => {
      const door = await open();
      const ada = await aUser(door);
      const token = await aResetToken(door, ada);
      const russian = ["accept-language", "ru-RU, en;q=0.5"];
      const fields = { token, email: ada.email, newPassword };
      const wrong = await door.post(paths.reset, { ...fields, newPassword: "мало" }, russian);
      assertRefusal(wrong, "weak_password");
      assert.equal(wrong.headers["content-language"], "ru");
      const right = await door.post(paths.reset, fields, russian);
      assert.deepEqual(assertOk(right), { message: "Ваш пароль был успешно изменен." });
    },

    "the check of a link says when it ends, and changes nothing": async ({ open }) => {
      const door = await open();
      const ada = await aUser(door);
      const token = await aResetToken(door, ada);
      for (let times = 0; times < 3; times += 1) {
        const standing = assertOk(await door.post(paths.check, { token }));
        assert.deepEqual(standing, { expiresAt: "2026-01-01T00:30:00.000Z" });
      }
      assertOk(await door.post(paths.reset, { token, email: ada.email, newPassword }));
    },

    "A-32 GET, HEAD and OPTIONS on a link or on the endpoint use nothing up": async ({ open }) => {
      const door = await open();
      const ada = await aUser(door);
      const token = await aResetToken(door, ada);
      const { link } = door.mailer.last(ada.email, "reset_link").data;
      const places = [
        new URL(link).pathname,
        `${paths.reset}?token=${token}&email=${ada.email}&newPassword=${encodeURI(newPassword)}`,
        `${paths.check}?token=${token}`,
      ];
      for (const method of ["GET", "HEAD", "OPTIONS"]) {
        for (const path of places) {
          const { status } = await door.send({ method, path });
          assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`);
        }
      }
      assertOk(await door.post(paths.reset, { token, email: ada.email, newPassword }));
    },

    "ten tries a link, then 429, before anything is compared": async ({ open }) => {
      const door = await open({ auth: { limits: { resetByNetwork: generous } } });
      const ada = await aUser(door);
      const token = await aResetToken(door, ada);
      const guess = (email: string) => door.post(paths.reset, { token, email, newPassword });
      for (let tries = 0; tries < 10; tries += 1) {
        assertRefusal(await guess(`guess${tries}@mail.example`), "email_mismatch");
      }
      assertRefusal(await guess(ada.email), "rate_limited");
    },
  },
};

const generous = { limit: 1000, windowSeconds: 60 };
