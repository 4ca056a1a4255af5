import assert from "node:assert/strict";
import { aBrowser } from "../browser.ts";
import type { Door } from "../door.ts";
import type { HttpSuite } from "../harness.ts";
import { aLinked, assertPage, openPaged, pages } from "../page-checks.ts";
import { aPerson, aUser, paths } from "../people.ts";
import { assertOk } from "../refusals.ts";
import { jsonOf } from "../wire.ts";

const newPassword = "poetical science, 1843";
const both = { newPassword, confirmPassword: newPassword };

/** Every link of a page, as a browser standing at `path` reads it. */
function linksOf(text: string, path: string): readonly string[] {
  const found = [...text.matchAll(/ href="([^"#]*)"/g)].map(([, href = ""]) => href);
  return found.map((href) => new URL(href, new URL(path, "http://here.example")).href);
}

/** Registers and confirms somebody where every path stands behind a prefix. */
async function registerBehind(prefix: string, door: Door, email: string): Promise<void> {
  const created = await door.post(`${prefix}${paths.register}`, { ...aPerson({ email }) });
  await door.runJobs();
  const confirmationCode = door.mailer.last(email, "confirmation_code").data.code;
  const { registrationId } = assertOk(created, 201);
  const confirmation = { email, confirmationCode, registrationId };
  assertOk(await door.post(`${prefix}${paths.confirm}`, confirmation));
}

export const pagesPlaces: HttpSuite = {
  about: "where the reset pages stand",
  behaviours: {
    "they are there where they were asked for, among the public endpoints, and nowhere else":
      async ({ open }) => {
        const door = await open({ mount: { expose: ["public"] } });
        const inner = await open({ mount: { expose: ["internal"], pages: true } });
        for (const path of [pages.request, pages.done, pages.complete, pages.link("x", "y")]) {
          for (const each of [door, inner]) assert.equal((await each.get(path)).status, 404);
        }
      },

    "no other spelling of a path leads to a page": async ({ open }) => {
      const door = await openPaged(open);
      const { link, uid, token } = await aLinked(door);
      const form = pages.form(uid);
      for (const path of [
        ...["/password-reset", "/Password-Reset/", "//password-reset/", "/password-reset//"],
        ...["/password-reset/done", "/password-reset/Done/", "/password-reset/complete"],
        ...[link.slice(0, -1), `${link}/`, `${link}x`, `${link}x/`, `/${link.slice(1)}/y/`],
        ...[form.slice(0, -1), `${form}/`, form.replace("password-reset", "PASSWORD-RESET")],
        ...[`/password-reset/${uid}//`, `/password-reset//${token}/`, `/password-reset/${uid}/`],
        ...[form.replace(uid, `#${uid}`), form.replace(uid, `${uid}#`), `${link}#`, `${form}#x`],
      ]) {
        const answer = await door.get(path);
        assert.deepEqual([answer.status, jsonOf(answer)], [404, { host: "nothing here" }], path);
      }
    },

    "behind a prefix every redirect, link and form stays behind it": async ({ open }) => {
      const prefix = "/auth";
      const publicUrl = `https://auth.example.com${prefix}`;
      const door = await openPaged(open, { auth: { publicUrl }, mount: { prefix } });
      const email = "ada@mail.example";
      await registerBehind(prefix, door, email);
      const browser = aBrowser(door);
      const asking = await browser.open(`${prefix}${pages.request}`);
      const asked = await browser.submit(asking, { email });
      assert.equal(asked.path, `${prefix}${pages.done}`);
      const again = `http://here.example${prefix}${pages.request}`;
      assert.deepEqual(linksOf(asked.text, asked.path), [again, `${publicUrl}/`]);
      await door.runJobs();
      const { pathname } = new URL(door.mailer.last(email, "reset_link").data.link);
      assert.ok(pathname.startsWith(`${prefix}/password-reset/`));
      const opened = await browser.open(pathname);
      assert.equal(assertPage(opened, 200), "Choose a new password");
      const set = await browser.submit(opened, both);
      assert.equal(set.path, `${prefix}${pages.complete}`);
      const dead = await browser.open(pathname);
      assert.deepEqual(linksOf(dead.text, dead.path), [again, `${publicUrl}/`]);
    },

    "they may be renamed in the one place, and mailed links follow": async ({ open }) => {
      const door = await openPaged(open, {
        auth: {
          paths: {
            ...{ resetRequestPage: "/forgotten", resetDonePage: "/forgotten/sent" },
            ...{ resetLinkPage: "/a/b/:uid/c/:token", resetCompletePage: "/" },
          },
          links: { login: "https://app.example.com/sign-in" },
        },
      });
      const ada = await aUser(door);
      const browser = aBrowser(door);
      const asked = await browser.submit(await browser.open("/forgotten"), { email: ada.email });
      assert.equal(asked.path, "/forgotten/sent");
      assert.ok(linksOf(asked.text, asked.path).includes("http://here.example/forgotten"));
      await door.runJobs();
      const { pathname } = new URL(door.mailer.last(ada.email, "reset_link").data.link);
      assert.match(pathname, /^\/a\/b\/[0-9a-f-]{36}\/c\/[\w.-]+$/);
      const opened = await browser.open(pathname);
      assert.match(opened.path, /^\/a\/b\/[0-9a-f-]{36}\/c\/set-password$/);
      const set = await browser.submit(opened, both);
      assert.equal(set.path, "/");
      assert.equal(assertPage(set, 200), "Your password was changed");
      assert.deepEqual(linksOf(set.text, set.path), ["https://app.example.com/sign-in"]);
      assert.equal((await door.get(pages.request)).status, 404);
    },

    "the contract of the endpoints says nothing of pages: they are for people": async ({
      open,
    }) => {
      const door = await openPaged(open);
      const { text } = await door.get(paths.contract);
      assert.ok(!/resetRequestPage|\/password-reset\//.test(text));
    },
  },
};
