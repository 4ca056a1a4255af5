import assert from "node:assert/strict";
import type { Door } from "../door.ts";
import { allForms, type Form } from "../forms.ts";
import type { HttpSuite } from "../harness.ts";
import { aPerson, aSignedIn, bearer, paths } from "../people.ts";
import { assertFaultyFields, assertOk, assertRefusal } from "../refusals.ts";
import type { Answer } from "../wire.ts";

/** What may be asked of a store before a body is refused: who calls, never what the body says. */
const allowed: ReadonlySet<string> = new Set(["sessions.find"]);
/** Whether a token is ours is a question of its own, after the limits. */
const allowedForTokens: ReadonlySet<string> = new Set([...allowed, "limits.take"]);

const wrongTypes: readonly unknown[] = [1, 0, true, false, [], {}, { length: 5 }, [null], 1e300];
const illFormed = ["\ud800", "a\udfffb", "\ufffd", "\u0000", "a\u0000b", "a\u001fb", "a\u0085b"];

/** Sends one body to a form; answers it once nothing but `asked` was asked of any store. */
async function refusedUnread(
  door: Door,
  form: Form,
  fields: Readonly<Record<string, unknown>>,
  asked: ReadonlySet<string> = allowed,
): Promise<Answer> {
  door.calls.length = 0;
  const answer = await door.json(form.method, form.path, fields, form.headers);
  const others = door.calls.filter((call) => !asked.has(call));
  assert.deepEqual(others, [], `${form.name}: a store was asked`);
  return answer;
}

function withEach(
  check: (door: Door, form: Form, field: string) => Promise<void>,
): HttpSuite["behaviours"][string] {
  return async ({ open }) => {
    const door = await open();
    for (const form of await allForms(door)) {
      for (const field of Object.keys(form.kinds)) await check(door, form, field);
    }
  };
}

export const fields: HttpSuite = {
  about: "every field of every endpoint",
  behaviours: {
    "A-38 a value of another type is 400, and no store hears of it": withEach(
      async (door, form, field) => {
        for (const value of [...wrongTypes, [form.good[field]], { toString: "x" }]) {
          const answer = await refusedUnread(door, form, { ...form.good, [field]: value });
          const faulty = assertRefusal(answer, "invalid_input");
          assert.deepEqual([...new Set(faulty)], [field], JSON.stringify(value));
        }
      },
    ),

    "A-38 null is 400, for optional fields too, and no store hears of it": withEach(
      async (door, form, field) => {
        const answer = await refusedUnread(door, form, { ...form.good, [field]: null });
        assertFaultyFields(answer, field);
      },
    ),

    "A-38 a required field that is missing is 400, and no store hears of it": withEach(
      async (door, form, field) => {
        if (form.optional.includes(field)) return;
        const { [field]: _, ...rest } = form.good;
        assertFaultyFields(await refusedUnread(door, form, rest), field);
      },
    ),

    "A-38 an empty text is 400, and no store hears of it": withEach(async (door, form, field) => {
      const answer = await refusedUnread(door, form, { ...form.good, [field]: "" });
      assertFaultyFields(answer, field);
    }),

    "a text that is one character too long is 400, and no store hears of it": withEach(
      async (door, form, field) => {
        const value = form.tooLong[field];
        assertFaultyFields(
          await refusedUnread(door, form, { ...form.good, [field]: value }),
          field,
        );
      },
    ),

    "ill-formed Unicode, NUL and controls are a 4xx of that field, and no store hears of it":
      withEach(async (door, form, field) => {
        for (const bad of illFormed) {
          const value = `${String(form.good[field])}${bad}`;
          const input = { ...form.good, [field]: value };
          if (form.kinds[field] === "text") {
            assertFaultyFields(await refusedUnread(door, form, input), field);
          } else if (form.name !== "logout") {
            const answer = await refusedUnread(door, form, input, allowedForTokens);
            assertRefusal(answer, "invalid_token");
          }
        }
      }),

    "bytes that are not UTF-8 are a 4xx of that field, and no store hears of it": withEach(
      async (door, form, field) => {
        if (form.kinds[field] === "token") return;
        const text = JSON.stringify({ ...form.good, [field]: `${String(form.good[field])}@@@` });
        const [before = "", after = ""] = text.split("@@@");
        for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
          door.calls.length = 0;
          const body = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
          const headers = ["content-type", "application/json", ...form.headers];
          const answer = await door.send({ method: form.method, path: form.path, headers, body });
          assertFaultyFields(answer, field);
          assert.deepEqual(
            door.calls.filter((call) => !allowed.has(call)),
            [],
          );
        }
      },
    ),

    "A-36 a field nobody asked for is 400, whatever it is called, and no store hears of it":
      async ({ open }) => {
        const door = await open();
        const extras = ["id", "role", "roles", "status", "confirmed", "emailVerified", "lastLogin"];
        const others = ["lastLoginAt", "passwordHash", "createdAt", "epoch", "disabled", "userId"];
        const odd = [
          "sub",
          "caller",
          "locale",
          "ip",
          "_method",
          "constructor",
          "prototype",
          "Email",
        ];
        for (const form of await allForms(door)) {
          for (const name of [...extras, ...others, ...odd]) {
            const answer = await refusedUnread(door, form, { ...form.good, [name]: "CONFIRMED" });
            assertFaultyFields(answer, name);
          }
        }
      },

    "a key is not repeated to whoever sent it where it could harm a log or a page": async ({
      open,
    }) => {
      const door = await open();
      for (const key of ["<script>", "a\r\nb", "\u202e", "x".repeat(41), " ", "", "ключ"]) {
        const answer = await door.post(paths.login, { tag: "ada", password: "x", [key]: 1 });
        assertFaultyFields(answer, "");
      }
    },

    "several faults are told at once, each at its field, in the client's language": async ({
      open,
    }) => {
      const door = await open();
      const wrong = { firstName: "", lastName: 1, email: "x", tag: "no", extra: 1 };
      const answer = await door.post(paths.register, wrong, ["accept-language", "ru"]);
      const faulty = assertRefusal(answer, "invalid_input");
      const names = ["email", "extra", "firstName", "lastName", "password", "tag"];
      assert.deepEqual(faulty.toSorted(), names);
      assert.equal(answer.headers["content-language"], "ru");
      assert.match(answer.text, /Поле не должно быть пустым/);
    },

    "A-37 no userId, sub or caller in a body or a query selects another account": async ({
      open,
    }) => {
      const door = await open();
      const [ada, eve] = [await aSignedIn(door), await aSignedIn(door)];
      const { accessToken } = ada;
      const caller = await door.auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
      const { userId } = caller;
      const mine = bearer(eve.accessToken);
      const query = `userId=${userId}&sub=${userId}&id=${userId}&caller=${userId}&tag=${ada.tag}`;
      for (const path of [`${paths.me}?${query}`, `${paths.sessions}?${query}`]) {
        const body = JSON.stringify({ userId, sub: userId, caller });
        const headers = ["content-type", "application/json", ...mine];
        for (const answer of [
          await door.get(path, mine),
          await door.send({ method: "GET", path, headers, body }),
          await door.get(path, [...mine, "x-user-id", userId, "x-user-tag", ada.tag]),
        ]) {
          assert.ok(!answer.text.includes(userId) && !answer.text.includes(caller.sessionId));
          assertOk(answer);
        }
      }
      const change = { currentPassword: eve.password, newPassword: "poetical science, 1843" };
      for (const extra of [
        { userId },
        { sub: userId },
        { caller },
        { sessionId: caller.sessionId },
      ]) {
        const answer = await door.post(paths.change, { ...change, ...extra }, mine);
        assertFaultyFields(answer, ...Object.keys(extra));
      }
      const verified = await door.get(paths.verify, [...mine, "x-user-id", userId]);
      assert.notEqual(verified.headers["x-user-id"], userId);
      assert.equal(verified.headers["x-user-tag"], eve.tag);
    },

    "names hold what people are called, and nothing that breaks a mail or a page": async ({
      open,
    }) => {
      const door = await open();
      const accepted = ["Анна-Мария", "O’Brien", "José", "李", "\u{20000}", "a".repeat(100)];
      for (const firstName of accepted) {
        assertOk(await door.post(paths.register, { ...aPerson({ firstName }) }), 201);
      }
      const refused = ["\u202eadA", "Ada\u2028", " ", "\u200b", "---", "Ada\r\nBcc: x", "\u2066a"];
      for (const firstName of [...refused, "я".repeat(101)]) {
        assertFaultyFields(
          await door.post(paths.register, { ...aPerson({ firstName }) }),
          "firstName",
        );
      }
    },
  },
};
