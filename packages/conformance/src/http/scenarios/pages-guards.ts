import assert from "node:assert/strict";
import { AuthError } from "@latchkey/core";
import { aBrowser, fieldsOf, formType, ownForm } from "../browser.ts";
import type { Setting } from "../door.ts";
import type { HttpSuite } from "../harness.ts";
import {
  aLinked,
  assertPage,
  assertPageHeaders,
  linkCookie,
  openPaged,
  pages,
} from "../page-checks.ts";
import { aUser, paths, signIn } from "../people.ts";
import { assertOk } from "../refusals.ts";
import { rawRequest, sendRaw, type Answer } from "../wire.ts";

const newPassword = "poetical science, 1843";
const both = { newPassword, confirmPassword: newPassword };
const here = "https://auth.example.com";

/** What a browser may say of a form's origin: whose form it was, and whether it is taken. */
const origins: readonly (readonly [boolean, readonly string[]])[] = [
  [true, ["sec-fetch-site", "same-origin", "origin", "null"]],
  [true, ["sec-fetch-site", "same-origin", "origin", here]],
  [true, ["sec-fetch-site", "same-origin"]],
  [true, ["sec-fetch-site", "none", "origin", "null"]],
  [true, ["origin", here]],
  [true, []],
  [false, ["sec-fetch-site", "cross-site", "origin", "https://evil.example"]],
  [false, ["sec-fetch-site", "cross-site", "origin", "null"]],
  [false, ["sec-fetch-site", "cross-site", "origin", here]],
  [false, ["sec-fetch-site", "cross-site"]],
  [false, ["sec-fetch-site", "same-site", "origin", "https://other.example.com"]],
  [false, ["sec-fetch-site", "same-site"]],
  [false, ["sec-fetch-site", "same-origin", "origin", "https://evil.example"]],
  [false, ["sec-fetch-site", "SAME-ORIGIN", "origin", "null"]],
  [false, ["sec-fetch-site", "same-origin, cross-site"]],
  [false, ["sec-fetch-site", "", "origin", here]],
  [false, ["sec-fetch-site", "same-origin", "sec-fetch-site", "cross-site"]],
  [false, ["origin", "null"]],
  [false, ["origin", "https://evil.example"]],
  [false, ["origin", "http://auth.example.com"]],
  [false, ["origin", "https://auth.example.com:8443"]],
  [false, ["origin", "https://auth.example.com.evil.example"]],
  [false, ["origin", here, "origin", "https://evil.example"]],
  [false, ["origin", ""]],
];

/** Cookie headers that must not be taken for ours. */
const strangeCookies = (name: string, token: string): readonly string[] => [
  `${name}=`,
  name,
  `${name.toLowerCase()}=${token}`,
  `\u00a0${name}=${token}`,
  `${name}\u00a0=${token}`,
  `\u000b${name}=${token}`,
  `x${name}=${token}`,
  `a=b, ${name}=${token}`,
  `"${name}"=${token}`,
  `${name}="${token}"`,
  `latchkey-reset=${token}`,
];

export const pagesGuards: HttpSuite = {
  about: "what the reset pages let nobody do",
  behaviours: {
    "A-46 a form is taken from a page of ours alone, and what is refused does nothing": async ({
      open,
    }) => {
      const door = await openPaged(open);
      const ada = await aUser(door);
      for (const [taken, headers] of origins) {
        const { length } = door.events;
        const request = { method: "POST", path: pages.request };
        const body = `email=${encodeURIComponent(ada.email)}`;
        const answer = await door.send({ ...request, headers: [...formType, ...headers], body });
        if (taken) assert.equal(answer.status, 303, headers.join(" "));
        else assert.equal(assertPage(answer, 403), "This was not sent from here");
        assertPageHeaders(answer);
        assert.equal(door.events.length - length, taken ? 1 : 0, headers.join(" "));
      }
    },

    "A-46 a password is set from a page of ours alone": async ({ open }) => {
      const door = await openPaged(open);
      const ada = await aLinked(door);
      const browser = aBrowser(door);
      const opened = await browser.open(ada.link);
      for (const [taken, headers] of origins) {
        if (taken) continue;
        assertPage(await browser.submit(opened, both, headers), 403);
      }
      await signIn(door, ada);
      assertPage(await browser.submit(opened, both), 200);
    },

    "A-46 the cookie is for https alone where the service is, and ends with the link": async ({
      open,
    }) => {
      const settings: readonly (readonly [Setting, string, string])[] = [
        [{}, "__Host-latchkey-reset", "Path=/; HttpOnly; SameSite=Lax; Secure"],
        [
          { auth: { publicUrl: "http://127.0.0.1:3000" } },
          ...(["latchkey-reset", "Path=/; HttpOnly; SameSite=Lax"] as const),
        ],
      ];
      for (const [setting, name, attributes] of settings) {
        const door = await openPaged(open, setting);
        const ada = await aLinked(door);
        door.clock.advance({ minutes: 10 });
        const first = await door.get(ada.link);
        const kept = `${name}=${ada.token}; Max-Age=1200; ${attributes}`;
        assert.deepEqual(first.headers["set-cookie"], [kept]);
        const browser = aBrowser(door);
        const set = await browser.submit(await browser.open(ada.link), both);
        const cleared = `${name}=; Max-Age=0; ${attributes}`;
        assert.deepEqual(set.hops[0]?.headers["set-cookie"], [cleared]);
        assert.equal(set.headers["set-cookie"], undefined);
      }
    },

    "no other spelling of the cookie's name is ours, and of two the first is": async ({ open }) => {
      const door = await openPaged(open);
      const [ada, eve] = [await aLinked(door), await aLinked(door)];
      const path = pages.form(ada.uid);
      const ask = (cookie: string): Promise<string> => {
        const sent = rawRequest(`GET ${path}`, [`Cookie: ${cookie}`]);
        return sendRaw(door.url, Buffer.from(sent, "latin1"));
      };
      for (const cookie of strangeCookies(linkCookie, ada.token)) {
        assert.match(await ask(cookie), /^HTTP\/1\.1 400 /, JSON.stringify(cookie));
      }
      for (const cookie of [
        `${linkCookie}=${ada.token}`,
        `a=b;\t${linkCookie}=${ada.token}\t; c`,
        `\u00a0${linkCookie}=${eve.token}; ${linkCookie}=${ada.token}`,
        `${linkCookie}=${ada.token}; ${linkCookie}=${eve.token}`,
        `a=b\r\nCookie: ${linkCookie}=${ada.token}`,
      ]) {
        assert.match(await ask(cookie), /^HTTP\/1\.1 200 /, JSON.stringify(cookie));
      }
      const swapped = await ask(`${linkCookie}=${eve.token}; ${linkCookie}=${ada.token}`);
      assert.match(swapped, /^HTTP\/1\.1 400 [^]*This form is out of date/);
    },

    "A-33 A-50 the token is in no address, page, header or event after it was opened": async ({
      open,
    }) => {
      const door = await openPaged(open);
      const ada = await aLinked(door);
      const browser = aBrowser(door);
      const opened = await browser.open(ada.link);
      const weak = await browser.submit(opened, { newPassword: "x", confirmPassword: "x" });
      const set = await browser.submit(opened, both);
      const dead = await browser.open(ada.link);
      const [, ...secrets] = ada.token.split(".");
      secrets.push(newPassword);
      for (const { text, headers } of [...opened.hops, ...weak.hops, ...set.hops, ...dead.hops]) {
        const { "set-cookie": _, ...others } = headers;
        const seen = `${text}${JSON.stringify(others)}`;
        for (const secret of secrets) assert.ok(!seen.includes(secret));
      }
      const told = JSON.stringify(door.events);
      for (const secret of secrets) assert.ok(!told.includes(secret));
    },

    "limits count what the pages are asked as they count the endpoints, and say when to come back":
      async ({ open }) => {
        const one = { limit: 1, windowSeconds: 900 };
        const forgetful = await openPaged(open, { auth: { limits: { forgotByNetwork: one } } });
        const browser = aBrowser(forgetful);
        const asking = await browser.open(pages.request);
        assertPage(await browser.submit(asking, { email: "nobody@mail.example" }), 200);
        const refused = await browser.submit(asking, { email: "nobody@mail.example" });
        assert.equal(assertPage(refused, 429), "Too many attempts");
        assert.equal(refused.headers["retry-after"], "900");
        assert.match(refused.text, /Please wait 15 minutes, then try again/);
        const direct = await forgetful.post(paths.forgot, { email: "nobody@mail.example" });
        assert.equal(direct.status, 429);

        const door = await openPaged(open, { auth: { limits: { resetByNetwork: one } } });
        const ada = await aLinked(door);
        const reader = aBrowser(door);
        const opened = await reader.open(ada.link);
        assert.equal(opened.hops[0]?.status, 303);
        assert.equal(assertPage(opened, 429), "Too many attempts");
        assertPage(await reader.open(ada.link), 429);
        assertPage(await reader.submit({ ...opened, path: pages.form(ada.uid) }, both), 400);
      },

    "a store that is down, or fails, is a page that says so, and the link still works": async ({
      open,
    }) => {
      let error: Error | null = null;
      const witness = (): void => {
        if (error !== null) throw error;
      };
      const door = await openPaged(open, { witness, auth: { limits: {} } });
      const ada = await aLinked(door);
      const browser = aBrowser(door);
      const [asking, opened] = [await browser.open(pages.request), await browser.open(ada.link)];
      const down = new AuthError("store_unavailable", { cause: new Error("hunter2") });
      for (const [fault, status, heading] of [
        [down, 503, "One moment, please"],
        [new Error("hunter2"), 500, "Something went wrong"],
      ] as const) {
        error = fault;
        const answers: readonly Answer[] = [
          await browser.open(ada.link),
          await browser.open(pages.form(ada.uid)),
          await browser.submit(opened, both),
          await browser.submit(asking, { email: ada.email }),
        ];
        error = null;
        for (const answer of answers) {
          assert.equal(assertPage(answer, status), heading);
          assert.ok(!answer.text.includes("hunter2"));
          assert.equal(answer.headers["set-cookie"], undefined);
        }
      }
      assertPage(await browser.submit(opened, both), 200);
    },

    "A-31 no header decides where a page leads": async ({ open }) => {
      const door = await openPaged(open);
      const ada = await aLinked(door);
      const evil = "evil.example";
      const lies = [
        ...["host", evil, "x-forwarded-host", evil, "x-forwarded-proto", "http"],
        ...["x-forwarded-prefix", "/evil", "forwarded", `host=${evil};proto=http`],
        ...["referer", `https://${evil}/`, "x-original-url", "/evil", "x-rewrite-url", "/evil"],
      ];
      for (const path of [pages.request, pages.done, pages.complete, ada.link]) {
        const told = await door.get(path, lies);
        assert.ok(!JSON.stringify([told.headers, told.text]).includes("evil"), path);
      }
      const { location } = (await door.get(ada.link, lies)).headers;
      assert.equal(location, `../../../password-reset/${ada.uid}/set-password/`);
    },

    "another method is a 405 page that says which are offered": async ({ open }) => {
      const door = await openPaged(open);
      const { uid, link } = await aLinked(door);
      for (const [path, allow] of [
        [pages.request, "GET, HEAD, POST"],
        [pages.done, "GET, HEAD"],
        [pages.complete, "GET, HEAD"],
        [pages.form(uid), "GET, HEAD, POST"],
        [link, "GET, HEAD"],
      ] as const) {
        for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
          if (allow.includes(method)) continue;
          const answer = await door.send({ method, path, headers: [...formType, ...ownForm] });
          assert.equal(assertPage(answer, 405), "This does not work here");
          assert.equal(answer.headers["allow"], allow);
        }
        const head = await door.send({ method: "HEAD", path });
        assertPageHeaders(head);
        assert.equal(head.text, "");
      }
    },

    "A-48 no header, field or query turns a link that is opened into a password that is set":
      async ({ open }) => {
        const door = await openPaged(open);
        const ada = await aLinked(door);
        const browser = aBrowser(door);
        const opened = await browser.open(ada.link);
        const fields = new URLSearchParams({ ...fieldsOf(opened), ...both, _method: "POST" });
        const headers = ["x-http-method-override", "POST", "x-method-override", "POST"];
        assertPage(await browser.open(`${opened.path}?${fields.toString()}`, headers), 200);
        assertPage(await browser.open(`${ada.link}?${fields.toString()}`, headers), 200);
        assertOk(await door.post(paths.check, { token: ada.token }));
        await signIn(door, ada);
      },
  },
};
