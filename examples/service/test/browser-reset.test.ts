import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import {
  checkAccess,
  checkWidth,
  control,
  field,
  fill,
  openBrowser,
  patienceMs,
  seeHeading,
  seeText,
  tabTo,
  visit,
} from "./support/browser.ts";
import {
  anAccount,
  clientOf,
  linkIn,
  mailsOf,
  mailTo,
  pairOf,
  type Person,
} from "./support/client.ts";
import { startScripts, startService, type Service } from "./support/process.ts";
import { codeOf } from "./support/wire.ts";
import { words } from "./support/words.ts";

const { choose, complete, dead, request } = words.en;
const fresh = "poetical science, 1843";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
}, patienceMs);
afterAll(() => browser.close());

const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

async function start(SCRIPT: string): Promise<Service> {
  // Two links for one person within a minute, as the tests of two tabs need them.
  const options = { limits: { forgotByEmail: { limit: 9, windowSeconds: 60 } } };
  writeFileSync(join(dataDir, "options.json"), JSON.stringify(options));
  const POSTGRES_URL = await newDatabase();
  const OPTIONS_FILE = join(dataDir, "options.json");
  return startService({ SCRIPT, DATA_DIR: dataDir, OPTIONS_FILE, POSTGRES_URL });
}

/** The address in the newest reset mail. */
async function linkTo(service: Service, { email }: Person): Promise<string> {
  const links = async () => (await mailsOf(service)).filter(({ to }) => to === email).length;
  const before = await links();
  await clientOf(service).forgot(email);
  while ((await links()) === before) await mailTo([service], email, "reset_link");
  return linkIn(await mailTo([service], email, "reset_link"));
}

async function set(page: Page, one: string, other: string = one): Promise<void> {
  await fill(page, { [choose.one]: one, [choose.other]: other });
  await control(page, "button", choose.action).click();
}

describe.each(startScripts)("npm run %s: a forgotten password", (SCRIPT) => {
  let service: Service;
  beforeAll(async () => {
    service = await start(SCRIPT);
  });
  afterAll(() => service.stop());

  it.each(["en", "ru"] as const)(
    "in %s, from the link under the password to signing in with the new one",
    async (language) => {
      const say = words[language];
      const { tag, email, password } = await anAccount(service, `forgetful-${language}`);
      const screen = language === "ru" ? "phone" : "desktop";
      const { page, ...visitor } = await visit(browser, service, { language, screen });
      // Both serve the same pages: it is enough to look closely once in each language.
      const closely = (SCRIPT === "start") === (language === "en");
      const check = async (): Promise<void> => {
        await checkWidth(page);
        if (closely) await checkAccess(page);
      };
      await visitor.open("/");
      await control(page, "link", say.forgot).click();
      await seeHeading(page, say.request.heading);
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      await check();
      await control(page, "button", say.request.action).click();
      await seeText(page, say.request.missing);
      await check();
      await field(page, say.request.email).fill(email);
      await control(page, "button", say.request.action).click();
      await seeHeading(page, say.done);
      await check();

      const link = linkIn(await mailTo([service], email, "reset_link"));
      await visitor.open("/dev/mailbox");
      const [tab] = await Promise.all([
        page.waitForEvent("popup"),
        page.locator("iframe").first().contentFrame().locator(`a[href="${link}"]`).first().click(),
      ]);
      await tab.close();
      await visitor.open(link);
      await seeHeading(page, say.choose.heading);
      assert.doesNotMatch(page.url(), /eyJ/, "the token has left the address");
      await check();
      await fill(page, { [say.choose.one]: "too short", [say.choose.other]: "too short" });
      await control(page, "button", say.choose.action).click();
      await seeText(page, say.weak);
      assert.equal(await field(page, say.choose.one).getAttribute("aria-invalid"), "true");
      await check();
      await fill(page, { [say.choose.one]: fresh, [say.choose.other]: `${fresh}!` });
      await control(page, "button", say.choose.action).click();
      await seeText(page, say.differ);
      await check();
      await fill(page, { [say.choose.one]: fresh, [say.choose.other]: fresh });
      await control(page, "button", say.choose.action).click();
      await seeHeading(page, say.complete.heading);
      await check();

      await control(page, "link", say.complete.action).click();
      await fill(page, { [say.name]: tag, [say.password]: fresh });
      await control(page, "button", say.signIn).click();
      await seeHeading(page, "Ada Lovelace");
      assert.equal(codeOf(await clientOf(service).login(tag, password)), "invalid_credentials");
      await visitor.open(link);
      await seeHeading(page, say.dead);
      await check();
      await control(page, "link", say.newLink).click();
      await seeHeading(page, say.request.heading);
      await visitor.leave();
    },
  );

  it("a double click resets once, and the answer is honest", async () => {
    const person = await anAccount(service, "impatient");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open(await linkTo(service, person));
    const resets = () => service.lines().filter(({ event }) => event === "reset.completed").length;
    const before = resets();
    await fill(page, { [choose.one]: fresh, [choose.other]: fresh });
    await control(page, "button", choose.action).dblclick();
    const answer = page.getByRole("heading", { level: 1 });
    await answer.filter({ hasNotText: choose.heading }).waitFor();
    const heading = await answer.innerText();
    assert.ok([complete.heading, dead, "Open the link in your mail"].includes(heading), heading);
    if (heading !== complete.heading) await seeText(page, /new password, it is set/);
    pairOf(await clientOf(service).login(person.tag, fresh));
    assert.equal(resets() - before, 1);
    await visitor.leave();
  });

  it("the form that the back button brings resets nothing any more", async () => {
    const person = await anAccount(service, "back");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open(await linkTo(service, person));
    await set(page, fresh);
    await seeHeading(page, complete.heading);
    await page.goBack();
    // Nothing was kept of the form: the browser asks again, and learns that there is no link.
    await seeHeading(page, "Open the link in your mail");
    await seeText(page, /new password, it is set/);
    await checkAccess(page);
    assert.equal((await clientOf(service).login(person.tag, fresh)).status, 200);
    await visitor.leave();
  });
});

describe("the reset pages", () => {
  let service: Service;
  beforeAll(async () => {
    service = await start("start");
  });
  afterAll(() => service.stop());

  it("of two links the newer one wins, whichever tab comes first", async () => {
    const person = await anAccount(service, "two-links");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open(await linkTo(service, person));
    await seeHeading(page, choose.heading);
    const newer = await linkTo(service, person);
    const tab = await visitor.tab();
    await tab.goto(newer);
    await seeHeading(tab, choose.heading);
    await set(page, "the older link's password");
    await seeHeading(page, "This form is out of date");
    await checkAccess(page);
    await set(tab, fresh);
    await seeHeading(tab, complete.heading);
    assert.equal((await clientOf(service).login(person.tag, fresh)).status, 200);
    await visitor.leave();
  });

  it("a cookie swapped under an open form resets nobody's password", async () => {
    const [one, other] = [await anAccount(service, "one"), await anAccount(service, "other")];
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open(await linkTo(service, one));
    await seeHeading(page, choose.heading);
    const tab = await visitor.tab();
    await tab.goto(await linkTo(service, other));
    await seeHeading(tab, choose.heading);
    await set(page, fresh);
    await seeHeading(page, "This form is out of date");
    const client = clientOf(service);
    for (const { tag, password } of [one, other]) {
      assert.equal((await client.login(tag, password)).status, 200);
    }
    await set(tab, fresh);
    await seeHeading(tab, complete.heading);
    pairOf(await client.login(other.tag, fresh));
    pairOf(await client.login(one.tag, one.password));
    await visitor.leave();
  });

  it("a link cut off says so, and leads to a new one", async () => {
    const person = await anAccount(service, "cut-off");
    const link = await linkTo(service, person);
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open(`${link.slice(0, -12)}/`);
    await seeHeading(page, "This is not a complete link");
    await checkAccess(page);
    await control(page, "link", words.en.newLink).click();
    await seeHeading(page, request.heading);
    assert.equal(new URL(page.url()).pathname, "/password-reset/");
    await visitor.leave();
  });

  it("can be used by keyboard alone, without a script", async () => {
    const { tag, email } = await anAccount(service, "keys-only");
    const { page, ...visitor } = await visit(browser, service, { script: false });
    await visitor.open("/password-reset/");
    await tabTo(page, field(page, request.email));
    await page.keyboard.type(email);
    await page.keyboard.press("Enter");
    await seeHeading(page, words.en.done);
    await visitor.open(linkIn(await mailTo([service], email, "reset_link")));
    await tabTo(page, field(page, choose.one));
    await page.keyboard.type("too short");
    await tabTo(page, field(page, choose.other));
    await page.keyboard.type("too short");
    await page.keyboard.press("Enter");
    await seeText(page, words.en.weak);
    // The first field that has to be corrected waits for the keys.
    await field(page, choose.one).and(page.locator(":focus")).waitFor();
    await page.keyboard.type(fresh);
    await tabTo(page, field(page, choose.other));
    await page.keyboard.type(fresh);
    await tabTo(page, control(page, "button", choose.action));
    await page.keyboard.press("Enter");
    await seeHeading(page, complete.heading);
    assert.equal((await clientOf(service).login(tag, fresh)).status, 200);
    await visitor.leave();
  });

  it("a link that another site's mail page opens works like any other", async () => {
    const person = await anAccount(service, "cross-site");
    const link = await linkTo(service, person);
    const { page, ...visitor } = await visit(browser, service);
    // A page of no origin is another site to every site.
    await page.setContent(`<a href="${link}">from a mail</a>`);
    await control(page, "link", "from a mail").click();
    await seeHeading(page, choose.heading);
    await set(page, fresh);
    await seeHeading(page, complete.heading);
    assert.equal((await clientOf(service).login(person.tag, fresh)).status, 200);
    await visitor.leave();
  });
});
