import assert from "node:assert/strict";
import { aBrowser, fieldsOf, formType, ownForm } from "../browser.ts";
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
import { assertOk, assertRefusal } from "../refusals.ts";
import { send } from "../wire.ts";

const newPassword = "poetical science, 1843";
const both = { newPassword, confirmPassword: newPassword };

export const pagesStory: HttpSuite = {
  about: "the reset pages",
  behaviours: {
    "the whole story: ask, open the mailed link, set a password, sign in": async ({ open }) => {
      const door = await openPaged(open);
      const ada = await aUser(door);
      const browser = aBrowser(door);
      const asking = await browser.open(pages.request);
      assert.equal(assertPage(asking, 200), "Forgot your password?");
      const asked = await browser.submit(asking, { email: ada.email });
      assert.equal(asked.path, pages.done);
      assert.equal(assertPage(asked, 200), "Check your mail");
      await door.runJobs();

      const { link } = door.mailer.last(ada.email, "reset_link").data;
      const opened = await browser.open(new URL(link).pathname);
      assert.match(opened.path, /^\/password-reset\/[0-9a-f-]{36}\/set-password\/$/);
      assert.equal(assertPage(opened, 200), "Choose a new password");
      assert.match(opened.text, /15 or more characters/);
      const set = await browser.submit(opened, both);
      assert.equal(set.path, pages.complete);
      assert.equal(assertPage(set, 200), "Your password was changed");
      assert.equal(browser.cookies.size, 0);
      for (const hop of [...asked.hops, ...opened.hops, ...set.hops]) assertPageHeaders(hop);
      await signIn(door, { ...ada, password: newPassword });
      await door.runJobs();
      door.mailer.last(ada.email, "password_changed");
    },

    "A-32 GET and HEAD use nothing up, however often, and a form that failed does not either":
      async ({ open }) => {
        const door = await openPaged(open);
        const ada = await aLinked(door);
        const browser = aBrowser(door);
        for (const method of ["GET", "HEAD", "GET", "HEAD", "OPTIONS"]) {
          const answer = await send(door.url, { method, path: ada.link });
          assert.equal(answer.status, method === "OPTIONS" ? 404 : 303);
        }
        for (const [typed, status] of [
          [{ ...both, newPassword: "too short", confirmPassword: "too short" }, 422],
          [{ ...both, confirmPassword: `${newPassword} ` }, 400],
          [{ newPassword: "", confirmPassword: "" }, 400],
          [{ newPassword: "x".repeat(129), confirmPassword: "x".repeat(129) }, 400],
          [{ newPassword: `${newPassword}\0`, confirmPassword: `${newPassword}\0` }, 400],
        ] as const) {
          const opened = await browser.open(ada.link);
          const again = await browser.submit(opened, typed);
          assert.equal(assertPage(again, status), "Choose a new password");
          assert.match(again.text, /aria-invalid="true"/);
          const { newPassword: kept, confirmPassword: keptToo } = fieldsOf(again);
          assert.deepEqual([kept, keptToo], ["", ""], "no password is shown again");
          assert.ok(!again.text.includes("too short") && !again.text.includes(newPassword));
          assertOk(await door.post(paths.check, { token: ada.token }));
        }
        const opened = await browser.open(ada.link);
        assertPage(await browser.submit(opened, both), 200);
      },

    "what is wrong stands beside its field, and in a summary that leads there": async ({
      open,
    }) => {
      const door = await openPaged(open);
      const ada = await aLinked(door);
      const browser = aBrowser(door);
      const opened = await browser.open(ada.link);
      const weak = await browser.submit(opened, { newPassword: "short", confirmPassword: "short" });
      assert.match(weak.text, /<title>Error: Choose a new password/);
      assert.match(weak.text, /<a href="#newPassword">At least 15 characters\.<\/a>/);
      assert.match(
        weak.text,
        /<input id="newPassword"[^>]* aria-describedby="newPassword-hint newPassword-fault" aria-invalid="true" autofocus>/,
      );
      assert.match(weak.text, /<p class="fault" id="newPassword-fault">At least 15 characters\.</);
      const differing = await browser.submit(opened, { ...both, confirmPassword: "another one" });
      assert.match(differing.text, /id="confirmPassword-fault">The two passwords differ\.</);
      assert.doesNotMatch(differing.text, /id="newPassword-fault"/);
      const asking = await browser.open(pages.request);
      const wrong = await browser.submit(asking, { email: `"><b>x@y` });
      assert.equal(assertPage(wrong, 400), "Forgot your password?");
      assert.match(wrong.text, /id="email-fault">This is not an email address/);
      assert.match(wrong.text, /value="&quot;&gt;&lt;b&gt;x@y"/);
    },

    "the answers are the same for a known and an unknown address": async ({ open }) => {
      const door = await openPaged(open);
      const ada = await aUser(door);
      const texts: string[] = [];
      for (const email of [ada.email, "nobody@mail.example"]) {
        const browser = aBrowser(door);
        const shown = await browser.submit(await browser.open(pages.request), { email });
        const { date: _, ...headers } = shown.hops[0]?.headers ?? {};
        texts.push(JSON.stringify([shown.path, shown.text, headers]));
      }
      assert.equal(texts[0], texts[1]);
      await door.runJobs();
      assert.equal(door.mailer.messages.filter(({ kind }) => kind === "reset_link").length, 1);
    },

    "a second submit of the same form says that the link is used, and offers both ways on": async ({
      open,
    }) => {
      const door = await openPaged(open);
      const ada = await aLinked(door);
      const browser = aBrowser(door);
      const opened = await browser.open(ada.link);
      const kept = new Map(browser.cookies);
      assertPage(await browser.submit(opened, both), 200);
      for (const [name, value] of kept) browser.cookies.set(name, value);
      const second = await browser.submit(opened, { ...both, newPassword: newPassword });
      assert.equal(assertPage(second, 400), "This link no longer works");
      assert.match(second.text, /href="[./]*\/password-reset\/">Send a new link</);
      assert.match(second.text, /href="https:\/\/auth\.example\.com\/">Sign in</);
      assert.equal(browser.cookies.size, 0);
      const without = await browser.submit(opened, both);
      assert.equal(assertPage(without, 400), "Open the link in your mail");
      assert.equal(assertPage(await browser.open(ada.link), 400), "This link no longer works");
      await signIn(door, { ...ada, password: newPassword });
    },

    "a link that is expired, superseded, forged, cut off or somebody else's leads to no form":
      async ({ open }) => {
        const door = await openPaged(open);
        const ada = await aLinked(door);
        const eve = await aLinked(door);
        const heading = async (path: string): Promise<string> => {
          const answer = await aBrowser(door).open(path);
          assert.equal(answer.headers["set-cookie"], undefined, path);
          return assertPage(answer, 400);
        };
        const [broken, dead] = ["This is not a complete link", "This link no longer works"];
        const flipped = ada.token.replace(/.$/, (last) => (last === "A" ? "E" : "A"));
        for (const token of [
          ...[ada.token.slice(0, -9), `x${ada.token}`, "x", "..", "%20", "x.y.z", "a%2Fb", "%00"],
          ...[`${ada.token}%0a`, `${ada.token}%3B%20Path%3D%2Fx`, `${ada.token}%0d%0aX-Y:%201`],
          ...["x".repeat(3000), `${ada.token}${"x".repeat(5000)}`, "SET-PASSWORD"],
        ]) {
          // Dots alone are a way up, for whoever reads the address.
          if (token !== "..") assert.equal(await heading(pages.link(ada.uid, token)), broken);
        }
        // Only a signature tells what was forged from what is gone.
        const isSigned = ada.token.split(".").length === 3;
        const forged = await heading(pages.link(ada.uid, flipped));
        assert.equal(forged, isSigned ? broken : dead);
        assert.equal(await heading(pages.link(eve.uid, ada.token)), broken);
        assert.equal(await heading(pages.link("x", ada.token)), broken);
        door.clock.advance({ minutes: 31 });
        assert.equal(await heading(ada.link), dead);
      },

    "a cookie that was swapped for another link's resets neither account": async ({ open }) => {
      const door = await openPaged(open);
      const [ada, eve] = [await aLinked(door), await aLinked(door)];
      const browser = aBrowser(door);
      const opened = await browser.open(ada.link);
      for (const [cookie, path, digest] of [
        [eve.token, opened.path, undefined],
        [eve.token, pages.form(eve.uid), undefined],
        [ada.token, pages.form(eve.uid), undefined],
        [ada.token, opened.path, "A".repeat(43)],
      ] as const) {
        browser.cookies.set(linkCookie, cookie);
        const typed = { ...both, ...(digest !== undefined && { linkDigest: digest }) };
        const answer = await browser.submit({ ...opened, path }, typed);
        assert.equal(assertPage(answer, 400), "This form is out of date");
      }
      const shown = await browser.open(pages.form(eve.uid));
      assert.equal(assertPage(shown, 400), "This form is out of date");
      for (const person of [ada, eve]) {
        await signIn(door, person);
        assertOk(await door.post(paths.check, { token: person.token }));
      }
    },

    "the JSON endpoint still asks for the email: a link's digest does not stand for it": async ({
      open,
    }) => {
      const door = await openPaged(open);
      const { token, uid, link, email } = await aLinked(door);
      const { linkDigest = "" } = fieldsOf(await aBrowser(door).open(link));
      assert.match(linkDigest, /^[\w-]{43}$/);
      for (const fields of [{}, { linkDigest }, { linkDigest, userId: uid }]) {
        assertRefusal(
          await door.post(paths.reset, { token, newPassword, ...fields }),
          "invalid_input",
        );
        const extra = { token, email, newPassword, ...fields, userId: uid };
        assertRefusal(await door.post(paths.reset, extra), "invalid_input");
      }
      assert.deepEqual(Object.keys(assertOk(await door.post(paths.check, { token }))), [
        "expiresAt",
      ]);
    },

    "forms post urlencoded to pages, JSON to endpoints, and neither to the other": async ({
      open,
    }) => {
      const door = await openPaged(open);
      const ada = await aLinked(door);
      for (const path of [pages.request, pages.form(ada.uid)]) {
        const post = (type: readonly string[], body: string) =>
          door.send({ method: "POST", path, headers: [...type, ...ownForm], body });
        for (const type of [
          ...["application/json", "text/plain", "multipart/form-data; boundary=x", ""],
          ...["application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form"],
        ]) {
          const headers = type === "" ? [] : ["content-type", type];
          assertPage(await post(headers, JSON.stringify({ email: ada.email })), 415);
        }
        assertPage(await post([...formType, ...formType], "email=x"), 415);
        assertPage(await post([...formType, "content-encoding", "gzip"], "email=x"), 415);
        assertPage(await post(formType, "x".repeat(16_385)), 413);
      }
      const twice = `email=${ada.email}&email=${ada.email}`;
      for (const body of [twice, "email=a%40b.example&extra=1", "__proto__=x", "email[]=x"]) {
        const headers = [...formType, ...ownForm];
        assertPage(await door.send({ method: "POST", path: pages.request, headers, body }), 400);
      }
      const form = { method: "POST", path: paths.forgot, headers: formType };
      const answer = await door.send({ ...form, body: `email=${ada.email}` });
      assertRefusal(answer, "unsupported_media_type");
    },

    "every page speaks Russian to whoever asks for it": async ({ open }) => {
      const door = await openPaged(open);
      const ada = await aLinked(door);
      const russian = ["accept-language", "ru-RU, en;q=0.5"];
      const browser = aBrowser(door);
      for (const [path, status, heading] of [
        [pages.request, 200, "Забыли пароль?"],
        [pages.done, 200, "Проверьте почту"],
        [pages.complete, 200, "Пароль изменён"],
        [pages.form(ada.uid), 400, "Откройте ссылку из письма"],
        [pages.link(ada.uid, "x"), 400, "Ссылка неполная"],
        [ada.link, 200, "Новый пароль"],
      ] as const) {
        const shown = await browser.open(path, russian);
        assert.equal(assertPage(shown, status), heading);
        assert.equal(shown.headers["content-language"], "ru");
        const words = shown.text.replace(/<style>[^]*<\/style>|auth\.example\.com|cookie/g, "");
        assert.doesNotMatch(words, />[^<]*[a-z]{3}[^<]*</, "no word of another language");
      }
      const opened = await browser.open(ada.link, russian);
      const weak = { newPassword: "мало", confirmPassword: "мало" };
      const shown = await browser.submit(opened, weak, [...ownForm, ...russian]);
      assert.match(shown.text, /Не менее 15 символов\./);
    },
  },
};
