import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { startProxy, type Proxy } from "../../../tools/services/proxy.ts";
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
import { anAccount, clientOf, codeIn, mailTo, pairOf } from "./support/client.ts";
import { startScripts, startService, type Service } from "./support/process.ts";
import { fieldsOf, send } from "./support/wire.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
}, patienceMs);
afterAll(() => browser.close());

const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await fill(page, { "Tag or email": name, Password: password });
  await control(page, "button", "Sign in").click();
}

/** The refusal beside a field, which a screen reader reads out with it. */
async function refusalOf(page: Page, label: string): Promise<string> {
  const wanted = field(page, label).and(page.locator("[aria-invalid=true]"));
  const id = (await wanted.getAttribute("aria-describedby"))?.split(" ")[0] ?? "";
  return page.locator(`[id="${id}"]`).innerText();
}

describe.each(startScripts)("npm run %s: the demo page", (SCRIPT) => {
  // Both serve the same files: it is enough to look closely once.
  const look = SCRIPT === "start" ? checkAccess : checkWidth;
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      ...{ SCRIPT, DATA_DIR: dataDir, POSTGRES_URL: await newDatabase() },
    });
  });
  afterAll(() => service.stop());

  it("registers, confirms, and tells beside its field what was refused", async () => {
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    await seeHeading(page, "Welcome back");
    await look(page);
    await control(page, "link", "Create account").click();
    await look(page);
    await control(page, "button", "Create account").click();
    assert.equal(await refusalOf(page, "First name"), "This field must not be empty.");
    await look(page);
    const words = { "First name": "Ada", "Last name": "Lovelace", Email: "ada@example.com" };
    await fill(page, { ...words, "Tag (optional)": "ada", Password: "too short" });
    await control(page, "button", "Create account").click();
    await seeText(page, "At least 15 characters.");
    assert.equal(await refusalOf(page, "Password"), "At least 15 characters.");
    assert.equal(await field(page, "First name").getAttribute("aria-invalid"), null);
    await control(page, "button", "Show the password").click();
    assert.equal(await field(page, "Password").getAttribute("type"), "text");
    await field(page, "Password").fill("an engine of no numbers");
    await control(page, "button", "Create account").click();

    await seeHeading(page, "Check your mail");
    assert.equal(await field(page, "Email").inputValue(), "ada@example.com");
    await look(page);
    const code = codeIn(await mailTo([service], "ada@example.com", "confirmation_code"));
    await field(page, "Code from the mail").fill(code === "000000" ? "000001" : "000000");
    await control(page, "button", "Confirm").click();
    assert.match(await refusalOf(page, "Code from the mail"), /^This code is not valid/);
    await look(page);
    const [mailbox] = await Promise.all([
      page.waitForEvent("popup"),
      control(page, "link", "demo mailbox").click(),
    ]);
    await mailbox.getByText("ada@example.com").first().waitFor();
    await mailbox.close();
    await field(page, "Code from the mail").fill(code);
    await control(page, "button", "Confirm").click();

    await seeHeading(page, "Welcome back");
    await seeText(page, /confirmed/);
    assert.equal(await field(page, "Tag or email").inputValue(), "ada");
    await visitor.leave();
  });

  it("signs in by tag and by email, shows who that is, and signs out", async () => {
    const { tag, email, password } = await anAccount(service, "grace");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    await signIn(page, tag, "not the password at all");
    await seeText(page, "The name or the password is wrong.");
    await look(page);
    for (const name of [tag, email]) {
      await signIn(page, name, password);
      await seeHeading(page, "Ada Lovelace");
      const facts = await page.locator("#account dl").innerText();
      for (const fact of [tag, email]) assert.ok(facts.includes(fact), facts);
      await control(page, "button", "Sign out").click();
      await seeText(page, "You are signed out.");
      const left = await page.locator("#account :is(h1, dd, ul)").allTextContents();
      assert.equal(left.join(""), "", "nothing of the account is left in the page");
    }
    await visitor.leave();
  });

  it("lists sessions, closes one, closes the others", async () => {
    const { tag, password } = await anAccount(service, "sessions");
    const client = clientOf(service);
    const others = [];
    for (let count = 0; count < 3; count += 1) {
      others.push(pairOf(await client.login(tag, password)));
    }
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    await signIn(page, tag, password);
    await seeHeading(page, "Ada Lovelace");
    const items = page.locator("#sessions li");
    assert.equal(await items.count(), 4);
    assert.match(await items.first().innerText(), /^Chrome\/Linux\s*This one\s*127\.0\.0\.1/);
    await look(page);
    await items.nth(1).getByRole("button").click();
    await items.nth(3).waitFor({ state: "detached" });
    assert.equal(await items.count(), 3);
    await control(page, "button", "Sign out everywhere else").click();
    await seeText(page, "You are signed out everywhere else.");
    assert.equal(await items.count(), 1);
    for (const { accessToken } of others) {
      assert.equal((await client.me(accessToken)).status, 401);
    }
    await look(page);
    await visitor.leave();
  });

  it("changes the password, which ends every other session, and stays signed in", async () => {
    const { tag, password } = await anAccount(service, "change");
    const client = clientOf(service);
    const other = pairOf(await client.login(tag, password));
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    await signIn(page, tag, password);
    await seeHeading(page, "Ada Lovelace");
    const wanted = "poetical science, 1843";
    const change = async (current: string, fresh: string, again: string): Promise<void> => {
      const labels = ["Current password", "New password", "New password again"] as const;
      const values = [current, fresh, again];
      await fill(page, Object.fromEntries(labels.map((label, at) => [label, values[at] ?? ""])));
      await control(page, "button", "Change password").click();
    };
    await change(password, wanted, "something else entirely");
    await seeText(page, "The two passwords differ.");
    assert.equal(await refusalOf(page, "New password again"), "The two passwords differ.");
    await change("not the password at all", wanted, wanted);
    await seeText(page, "The current password is wrong.");
    assert.equal(await refusalOf(page, "Current password"), "The current password is wrong.");
    await look(page);
    await change(password, "too short", "too short");
    await seeText(page, "At least 15 characters.");
    await change(password, wanted, wanted);
    await seeText(page, /^Your password was changed/);
    assert.equal(await page.locator("#sessions li").count(), 1);
    assert.equal((await client.me(other.accessToken)).status, 401);
    pairOf(await client.login(tag, wanted));
    await visitor.leave();
  });

  it("says so when the session is over, where renewing is the gateway's", async () => {
    const { tag, password } = await anAccount(service, "expired");
    const { page, ...visitor } = await visit(browser, service);
    await page.clock.install();
    await visitor.open("/");
    await signIn(page, tag, password);
    await seeText(page, /this service renews behind its gateway only$/);
    await page.clock.fastForward("09:30");
    await seeHeading(page, "Ada Lovelace");
    await page.clock.fastForward("00:40");
    await seeText(page, "Your session is over. Sign in again.");
    assert.equal(await field(page, "Password").inputValue(), "");
    await visitor.leave();
  });
});

describe("the demo page of a service that renews in public", () => {
  let service: Service;
  let proxy: Proxy;
  beforeAll(async () => {
    const database = new URL(await newDatabase());
    proxy = await startProxy({ host: database.hostname, port: Number(database.port) });
    database.host = `127.0.0.1:${proxy.port}`;
    const variables = { DATA_DIR: dataDir, POSTGRES_URL: database.href, PUBLIC_RENEW: "1" };
    service = await startService(variables);
  });
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
  });

  it("renews silently before the access token ends", async () => {
    const { tag, password } = await anAccount(service, "renewed");
    const { page, ...visitor } = await visit(browser, service);
    await page.clock.install();
    await visitor.open("/");
    await signIn(page, tag, password);
    await seeText(page, /^Renewed silently before/);
    const shown = page.locator("#account-token");
    for (let times = 0; times < 3; times += 1) {
      const before = await shown.innerText();
      const renewal = page.waitForResponse(/\/api\/v1\/tokens\/renew$/);
      await page.clock.fastForward("09:30");
      assert.equal((await renewal).status(), 200);
      await shown.filter({ hasNotText: before }).waitFor();
    }
    await control(page, "button", "Русский").click();
    await seeText(page, "Где выполнен вход");
    await visitor.leave();
  });

  it("keeps tokens in memory alone: nothing is stored, and a reload signs out", async () => {
    const { tag, password } = await anAccount(service, "memory");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    await signIn(page, tag, password);
    await seeHeading(page, "Ada Lovelace");
    const stored = "[localStorage.length, sessionStorage.length, document.cookie]";
    assert.deepEqual(await page.evaluate(stored), [0, 0, ""]);
    assert.deepEqual(await page.context().cookies(), []);
    await page.reload();
    await seeHeading(page, "Welcome back");
    await visitor.leave();
  });

  it("speaks Russian, and so do the refusals; on a phone it is no wider than the screen", async () => {
    const { tag, password } = await anAccount(service, "russian");
    const habits = { language: "ru", screen: "phone" } as const;
    const { page, ...visitor } = await visit(browser, service, habits);
    await visitor.open("/#register");
    await seeHeading(page, "Создайте учётную запись");
    await checkWidth(page);
    await control(page, "link", "Вход").click();
    await fill(page, { "Тег или электронная почта": tag, Пароль: "не тот пароль, увы" });
    await control(page, "button", "Войти").click();
    await seeText(page, "Неверное имя или пароль.");
    await checkWidth(page);
    await field(page, "Пароль").fill(password);
    await control(page, "button", "Войти").click();
    await seeHeading(page, "Ada Lovelace");
    assert.equal(await page.locator("html").getAttribute("lang"), "ru");
    await checkWidth(page);
    await checkAccess(page);
    await control(page, "button", "English").click();
    await seeText(page, "Where you are signed in");
    await visitor.leave();
  });

  it("can be used by keyboard alone", async () => {
    const { tag, password } = await anAccount(service, "keyboard");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    await tabTo(page, field(page, "Tag or email"));
    await page.keyboard.type(tag);
    await tabTo(page, field(page, "Password"));
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await seeHeading(page, "Ada Lovelace");
    await tabTo(page, control(page, "button", "Sign out"));
    await page.keyboard.press("Enter");
    await seeText(page, "You are signed out.");
    assert.ok(await page.getByRole("heading", { name: "Welcome back" }).isVisible());
    await visitor.leave();
  });

  it("asks the browser to run and load nothing but its own files", async () => {
    for (const path of ["/", "/demo/main.js", "/demo/style.css", "/demo/icon.svg"]) {
      const { status, headers } = await send("GET", `${service.url}${path}`);
      assert.equal(status, 200);
      assert.equal(headers["x-content-type-options"], "nosniff");
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    }
  });

  it("says so when somebody ended its session elsewhere", async () => {
    const { tag, password } = await anAccount(service, "ended");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    await signIn(page, tag, password);
    await seeHeading(page, "Ada Lovelace");
    const client = clientOf(service);
    const other = pairOf(await client.login(tag, password));
    fieldsOf(await client.closeAll(other.accessToken), 200);
    await fill(page, { "Current password": password, "New password": `${password}!` });
    await field(page, "New password again").fill(`${password}!`);
    await control(page, "button", "Change password").click();
    await seeText(page, "Your session is over. Sign in again.");
    assert.ok(await control(page, "button", "Sign in").isVisible());
    await visitor.leave();
  });

  it("says how long to wait after too many tries", async () => {
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/#register");
    const words = { "First name": "A", "Last name": "B", Email: "often@example.com" };
    await fill(page, { ...words, Password: "an engine of no numbers" });
    await control(page, "button", "Create account").click();
    await seeHeading(page, "Check your mail");
    const sendAnother = control(page, "button", "Send another code");
    await sendAnother.click();
    await page.locator("#notice:not(:empty), [role=alert]").first().waitFor();
    await sendAnother.click();
    await seeText(page, /Try again in \d+ (?:seconds|minutes)\.$/);
    assert.equal(await page.getByRole("alert").count(), 1);
    await checkAccess(page);
    await visitor.leave();
  });

  it("says to try again while a store is away, and then it works", async () => {
    const { tag, password } = await anAccount(service, "away");
    const { page, ...visitor } = await visit(browser, service);
    await visitor.open("/");
    proxy.behave({ replies: "cut" });
    proxy.cut();
    await signIn(page, tag, password);
    await seeText(page, /Try again in \d+ seconds?\.$/);
    assert.equal(await field(page, "Password").inputValue(), password);
    await checkAccess(page);
    proxy.behave({ replies: "pass" });
    await signIn(page, tag, password);
    await seeHeading(page, "Ada Lovelace");
    await visitor.leave();
  });
});
