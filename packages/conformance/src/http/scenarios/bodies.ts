import assert from "node:assert/strict";
import { allForms, type Form } from "../forms.ts";
import type { Door } from "../door.ts";
import type { HttpSuite } from "../harness.ts";
import { aSignedIn, aUser, bearer, pairOf, paths } from "../people.ts";
import { assertFaultyFields, assertRefusal } from "../refusals.ts";
import type { Answer } from "../wire.ts";

type Body = string | Uint8Array;

/** Sends one body to a form; answers it once no store was asked for anything but the caller. */
async function refusedUnread(
  door: Door,
  form: Form,
  body: Body,
  contentType: readonly string[] = ["content-type", "application/json"],
): Promise<Answer> {
  door.calls.length = 0;
  const headers = [...contentType, ...form.headers];
  const answer = await door.send({ method: form.method, path: form.path, headers, body });
  const others = door.calls.filter((call) => call !== "sessions.find");
  assert.deepEqual(others, [], `${form.name}: a store was asked`);
  return answer;
}

/** Bodies that are no JSON, or none that two readers would read alike. */
function unreadable(good: string): readonly Body[] {
  const deep = (depth: number): string => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  const inside = good.slice(1, -1);
  const [first = "x"] = Object.keys(JSON.parse(good) as object);
  const escaped = `\\u00${first.charCodeAt(0).toString(16)}${first.slice(1)}`;
  const keys = Array.from({ length: 65 }, (_, index) => `"k${index}":1`).join(",");
  return [
    ...["{", "}", `${good}x`, `${good}${good}`, good.slice(0, -1), `${good},`, `x${good}`],
    ...[`{${inside},}`, good.replaceAll('"', "'"), `/* */${good}`, `{a:1}`, `{"a":01}`],
    ...[`{"a":NaN}`, `{"a":undefined}`, `{"a":"\t"}`, `{"a":"\\x41"}`, `{"a":"\\ud8"}`],
    ...['"text"', "1", "true", "null", "[]", `[${good}]`, "[[]]", " ", "\n"],
    `{${inside},"${first}":"x"}`,
    `{"${first}":1,${inside}}`,
    `{${inside},"${escaped}":"x"}`,
    `{${inside},"__proto__":{"role":"admin"}}`,
    `{${inside},"__proto__":null}`,
    `{${inside},"\\u005f_proto__":{}}`,
    `{${inside},"a":{"__proto__":{}}}`,
    `{${inside},"a":{"b":1,"b":2}}`,
    `{${inside},"a":[{"b":1,"b":2}]}`,
    ...[deep(32), deep(40), deep(5000), `{${keys}}`],
    `\ufeff${good}`,
    Buffer.from(good, "utf16le"),
    Buffer.from(`\ufeff${good}`, "utf16le"),
    Buffer.from([0x1f, 0x8b, 0x08, 0x00]),
  ];
}

const wrongTypes = [
  ...["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "text/json"],
  ...["multipart/form-data; boundary=x", "application/xml", "application/octet-stream", "*/*"],
  ...["application/json\ta", "application/json a", "application/json;", "application/json; a=b"],
  ...["application/json; charset=utf-16", "application/json; charset=utf-16le", "json", "", "x"],
  ...["application/json; charset=latin1", "application/json, text/plain", "application/jsonp"],
  ...["application/ld+json", "application/json-patch+json", "application/problem+json"],
  ...[
    "application/json; charset=utf-16; charset=utf-8",
    "application/json; a=b; charset=utf-8",
    "application/json\u00a0",
    "\u00a0",
  ],
];

export const bodies: HttpSuite = {
  about: "every body of every endpoint",
  behaviours: {
    "A-40 broken, ambiguous, nested or oversized JSON is 400, and no store hears of it": async ({
      open,
    }) => {
      const door = await open();
      for (const form of await allForms(door)) {
        for (const body of unreadable(JSON.stringify(form.good))) {
          assertRefusal(await refusedUnread(door, form, body), "malformed_request");
        }
      }
      assert.equal(Reflect.get({}, "role"), undefined);
    },

    "A-40 constructor.prototype is an unknown field like any other": async ({ open }) => {
      const door = await open();
      const inside = [
        `"constructor":{"prototype":{"role":"admin"}}`,
        `"prototype":{"role":"admin"}`,
      ];
      for (const form of await allForms(door)) {
        for (const extra of inside) {
          const body = `{${extra},${JSON.stringify(form.good).slice(1)}`;
          const [name = ""] = /\w+/.exec(extra) ?? [];
          assertFaultyFields(await refusedUnread(door, form, body), name);
        }
      }
      assert.equal(Reflect.get({}, "role"), undefined);
    },

    "A-39 another content type, another charset or none is 415, and no store hears of it": async ({
      open,
    }) => {
      const door = await open();
      for (const form of await allForms(door)) {
        const body = JSON.stringify(form.good);
        for (const type of wrongTypes) {
          const answer = await refusedUnread(door, form, body, ["content-type", type]);
          assertRefusal(answer, "unsupported_media_type");
        }
        assertRefusal(await refusedUnread(door, form, body, []), "unsupported_media_type");
      }
    },

    "A-39 JSON by any spelling of its one type and charset is read": async ({ open }) => {
      const door = await open();
      const { tag, password } = await aUser(door);
      const body = JSON.stringify({ tag, password });
      for (const type of [
        ...["application/json", "Application/JSON", "application/json;charset=utf-8"],
        ...["application/json; charset=UTF-8", 'application/json ; charset="utf-8"'],
        " application/json",
      ]) {
        const headers = ["content-type", type];
        pairOf(await door.send({ method: "POST", path: paths.login, headers, body }));
      }
    },

    "A-39 two content types are 415 or 400, never read": async ({ open }) => {
      const door = await open();
      const { tag, password } = await aUser(door);
      const body = JSON.stringify({ tag, password });
      const types = ["Content-Type: application/json", "Content-Type: text/plain"];
      for (const headers of [types, types.toReversed(), [types[0] ?? "", types[0] ?? ""]]) {
        const answer = await door.raw(`POST ${paths.login}`, headers, body);
        assert.match(answer, /^HTTP\/1\.1 4(00|15) /);
      }
    },

    "a body over 16 KiB is 413, announced or in chunks, and no store hears of it": async ({
      open,
    }) => {
      const door = await open();
      for (const form of await allForms(door)) {
        const good = JSON.stringify(form.good);
        const padded = `${good.slice(0, -1)}${" ".repeat(17 * 1024)}}`;
        assertRefusal(await refusedUnread(door, form, padded), "payload_too_large");
        const chunked = ["content-type", "application/json", "transfer-encoding", "chunked"];
        const answer = await refusedUnread(door, form, padded, chunked);
        assertRefusal(answer, "payload_too_large");
      }
    },

    "a body of exactly 16 KiB is read, and one byte more is 413": async ({ open }) => {
      const door = await open();
      const { tag, password } = await aUser(door);
      const good = JSON.stringify({ tag, password }).slice(0, -1);
      const pad = (length: number): string => `${good}${" ".repeat(length - good.length - 1)}}`;
      const headers = ["content-type", "application/json"];
      const login = { method: "POST", path: paths.login, headers };
      pairOf(await door.send({ ...login, body: pad(16_384) }));
      assertRefusal(await door.send({ ...login, body: pad(16_385) }), "payload_too_large");
    },

    "depth 32 and 64 keys are read; the flow then says which fields it does not know": async ({
      open,
    }) => {
      const door = await open();
      const headers = ["content-type", "application/json"];
      const login = { method: "POST", path: paths.login, headers };
      const nested = `{"a":${"[".repeat(31)}${"]".repeat(31)}}`;
      const deep = await door.send({ ...login, body: nested });
      assert.deepEqual(assertRefusal(deep, "invalid_input").toSorted(), ["a", "password", "tag"]);
      const keys = Array.from({ length: 64 }, (_, index) => `"k${index}":1`).join(",");
      const many = await door.send({ ...login, body: `{${keys}}` });
      assert.equal(assertRefusal(many, "invalid_input").length, 66);
    },

    "no body at all is a body without fields": async ({ open }) => {
      const door = await open();
      for (const form of await allForms(door)) {
        const { method, path, headers } = form;
        const required = Object.keys(form.kinds).filter((name) => !form.optional.includes(name));
        const typed = ["content-type", "application/json", ...headers];
        for (const given of [headers, typed, [...typed, "content-length", "0"]]) {
          const answer = await door.send({ method, path, headers: given });
          if (form.name === "logout") assertRefusal(answer, "invalid_token");
          else assertFaultyFields(answer, ...required);
        }
      }
    },

    "brackets and colons inside strings are no structure": async ({ open }) => {
      const door = await open();
      const password = String.raw`a":{"b":[[[ \" \\ ]]}:"a"`;
      const ada = await aUser(door, { password });
      pairOf(await door.post(paths.login, { tag: ada.tag, password }));
    },

    "queries with repetitions, prototypes or junk are a 4xx and renew nothing": async ({
      open,
    }) => {
      const door = await open();
      const { refreshToken: token } = await aSignedIn(door);
      const renew = (query: string) => door.get(`${paths.renew}?${query}`);
      for (const query of [`refreshToken=${token}&refreshToken=${token}`, "__proto__=x"]) {
        assertRefusal(await renew(query), "malformed_request");
      }
      for (const query of ["", "refreshToken=", `refreshtoken=${token}`, "refreshToken%00=x"]) {
        assertRefusal(await renew(query), "invalid_input");
      }
      assertFaultyFields(await renew(`refreshToken=${token}&a=1`), "a");
      assertRefusal(await renew(`refreshToken[]=${token}`), "invalid_input");
      assertRefusal(await renew(`refreshToken=${token}&constructor=1`), "invalid_input");
      for (const value of ["%", "%ff", "%00", "%F0%9F%98%80", "a.b.c", "x".repeat(8192)]) {
        assertRefusal(await renew(`refreshToken=${value}`), "invalid_token");
      }
      assertFaultyFields(await renew(`refreshToken=${"x".repeat(8193)}`), "refreshToken");
      pairOf(await renew(`refreshToken=${token}`));
    },

    "an anonymous body is not looked at where somebody signed in is asked for": async ({
      open,
    }) => {
      const door = await open();
      const headers = ["content-type", "application/json"];
      const change = { method: "POST", path: paths.change };
      for (const body of ["{", "[]", '{"a":1}', '{"__proto__":1}']) {
        assertRefusal(await door.send({ ...change, headers, body }), "unauthenticated");
        const forged = [...headers, ...bearer("a.b.c")];
        assertRefusal(await door.send({ ...change, headers: forged, body }), "invalid_token");
      }
    },
  },
};
