import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AuthErrorCode } from "@latchkey/core";
import type { Door, Setting } from "../door.ts";
import type { HttpSuite, Scene } from "../harness.ts";
import { aRegistration, aResetCode, aSignedIn, aUser, bearer, paths, signIn } from "../people.ts";
import { assertOk, assertRefusal, seen } from "../refusals.ts";

const newPassword = "poetical science, 1843";

type Fields = Readonly<Record<string, unknown>>;

const openByCode = (open: Scene["open"], auth: Setting["auth"] = {}): Promise<Door> =>
  open({ auth: { ...auth, tokens: { reset: "code" } } });

/** Another code than this one. */
const wrong = (code: string): string => (code === "000000" ? "000001" : "000000");

export const resetCodes: HttpSuite = {
  about: "setting a new password by a mailed code",
  behaviours: {
    "a code sets a password once, signs nobody in, ends every session and tells the owner": async ({
      open,
    }) => {
      const door = await openByCode(open);
      const ada = await aSignedIn(door);
      const good = { ...(await aResetCode(door, ada)), newPassword };
      const answer = await door.post(paths.reset, { ...good, confirmPassword: newPassword });
      assert.deepEqual(assertOk(answer), { message: "Your password was changed." });
      assert.equal(answer.headers["set-cookie"], undefined);
      assertRefusal(await door.get(paths.me, bearer(ada.accessToken)), "invalid_token");
      assertRefusal(await door.post(paths.reset, good), "invalid_code");
      const { tag } = ada;
      const old = await door.post(paths.login, { tag, password: ada.password });
      assertRefusal(old, "invalid_credentials");
      await signIn(door, { ...ada, password: newPassword });
      await door.runJobs();
      const { text, html } = door.mailer.last(ada.email, "password_changed");
      assert.ok(!`${text}${html}`.includes(good.code));
    },

    "a refused reset leaves the code alive, whatever it was refused for": async ({ open }) => {
      const door = await openByCode(open);
      const ada = await aUser(door);
      const good = { ...(await aResetCode(door, ada)), newPassword };
      const refusals: readonly (readonly [Fields, AuthErrorCode])[] = [
        [{}, "invalid_input"],
        [{ ...good, token: "x" }, "invalid_input"],
        [{ ...good, requestId: undefined }, "invalid_input"],
        [{ ...good, requestId: good.requestId.toUpperCase() }, "invalid_input"],
        [{ ...good, code: Number(good.code) }, "invalid_input"],
        [{ ...good, code: `${good.code} ` }, "invalid_input"],
        [{ ...good, code: [good.code] }, "invalid_input"],
        [{ ...good, email: "nobody" }, "invalid_input"],
        [{ ...good, newPassword: "" }, "invalid_input"],
        [{ ...good, confirmPassword: null }, "invalid_input"],
        [{ ...good, requestId: randomUUID() }, "invalid_code"],
        [{ ...good, email: "eve@mail.example" }, "invalid_code"],
        [{ ...good, code: wrong(good.code) }, "invalid_code"],
        [{ ...good, confirmPassword: `${newPassword} ` }, "password_mismatch"],
        [{ ...good, newPassword: "too short" }, "weak_password"],
        [{ ...good, newPassword: ada.email }, "weak_password"],
      ];
      for (const [fields, code] of refusals) {
        assertRefusal(await door.post(paths.reset, fields), code);
        await signIn(door, ada);
      }
      assertOk(await door.post(paths.reset, good));
    },

    "used, superseded, expired, wrong, never mailed and confirming are one answer, byte for byte":
      async ({ open }) => {
        const door = await openByCode(open);
        const ada = await aUser(door);
        const answers: unknown[] = [];
        const refuse = async (fields: Fields): Promise<void> => {
          const answer = await door.post(paths.reset, { ...fields, newPassword });
          assertRefusal(answer, "invalid_code");
          answers.push(seen(answer));
        };
        const superseded = await aResetCode(door, ada);
        door.clock.advance({ seconds: 1 });
        const used = await aResetCode(door, ada);
        await refuse({ ...superseded });
        await refuse({ ...used, code: wrong(used.code) });
        assertOk(await door.post(paths.reset, { ...used, newPassword }));
        await refuse({ ...used });
        await refuse({ ...used, email: "nobody@mail.example" });
        door.clock.advance({ seconds: 1 });
        const expired = await aResetCode(door, ada);
        door.clock.advance({ minutes: 10 });
        await refuse({ ...expired });
        const { registrationId: requestId, email, code } = await aRegistration(door);
        await refuse({ requestId, email, code });
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
      },

    "asking answers a request's id to everybody, by the same bytes but for it": async ({
      open,
    }) => {
      const door = await openByCode(open, { limits: {} });
      const ada = await aUser(door);
      const unconfirmed = await aRegistration(door);
      door.mailer.clear();
      const ids = new Set<unknown>();
      const answers: unknown[] = [];
      for (const email of [ada.email, ada.email, unconfirmed.email, "nobody@mail.example"]) {
        const answer = await door.post(paths.forgot, { email });
        const { requestId, ...rest } = assertOk(answer);
        ids.add(requestId);
        const { headers } = answer;
        answers.push([rest, { ...headers, date: "" }, answer.text.length]);
      }
      assert.equal(ids.size, answers.length);
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      await door.runJobs();
      const mailed = door.mailer.messages.map(({ to, kind }) => [to, kind]);
      assert.deepEqual(mailed, [[ada.email, "reset_code"]]);
      const { text, html, subject } = door.mailer.last(ada.email, "reset_code");
      for (const id of ids) assert.ok(!`${text}${html}${subject}`.includes(String(id)));
    },

    "five wrong codes void a request, fifteen a day all of an email's, known or not": async ({
      open,
    }) => {
      const wide = { limit: 1000, windowSeconds: 60 };
      const limits = { resetByNetwork: wide, forgotByEmail: wide, forgotByEmailHourly: wide };
      const door = await openByCode(open, { limits });
      const ada = await aUser(door);
      const first = await aResetCode(door, ada);
      const guess = (fields: Fields) => door.post(paths.reset, { ...fields, newPassword });
      for (let tries = 0; tries < 5; tries += 1) {
        assertRefusal(await guess({ ...first, code: wrong(first.code) }), "invalid_code");
      }
      assertRefusal(await guess({ ...first }), "invalid_code");
      door.clock.advance({ seconds: 1 });
      for (const email of [ada.email, "nobody@mail.example"]) {
        for (let tries = email === ada.email ? 6 : 0; tries < 15; tries += 1) {
          const made = { requestId: randomUUID(), email, code: "000000" };
          assertRefusal(await guess(made), "invalid_code");
        }
        const over = await guess({ requestId: randomUUID(), email, code: "000000" });
        assertRefusal(over, "rate_limited");
      }
      assertRefusal(await guess({ ...(await aResetCode(door, ada)) }), "rate_limited");
      await signIn(door, ada);
    },

    "the check of a link is not there, and both languages say what happens": async ({ open }) => {
      const door = await openByCode(open);
      const ada = await aUser(door);
      const check = await door.post(paths.check, { token: "x" });
      assert.equal(check.status, 404);
      const russian = ["accept-language", "ru"];
      const asked = await door.post(paths.forgot, { email: ada.email }, russian);
      assert.match(String(assertOk(asked)["message"]), /код для смены пароля уже отправлен/);
      await door.runJobs();
      const { code } = door.mailer.last(ada.email, "reset_code").data;
      const { requestId } = assertOk(asked);
      const fields = { requestId, email: ada.email, code, newPassword };
      const done = await door.post(paths.reset, fields, russian);
      assert.deepEqual(assertOk(done), { message: "Ваш пароль был успешно изменен." });
    },
  },
};
