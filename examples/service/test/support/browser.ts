import assert from "node:assert/strict";
import axe from "axe-core";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { serviceUrl } from "../../../../tools/services/client.ts";
import type { Service } from "./process.ts";

/** Where there is no browser yet, one is downloaded: a hundred megabytes. */
export const patienceMs = 300_000;

const chrome =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
const phone = { width: 360, height: 740 };
const desktop = { width: 1100, height: 800 };

/** The run's browser; closing it ends what this file opened in it, and nothing else. */
export async function openBrowser(): Promise<Browser> {
  return chromium.connect(await serviceUrl("chromium"));
}

export interface Habits {
  readonly language?: "en" | "ru" | undefined;
  readonly script?: boolean | undefined;
  readonly screen?: "desktop" | "phone" | undefined;
  readonly scheme?: "light" | "dark" | undefined;
}

/** Somebody in front of the browser, with cookies and settings of their own. */
export interface Visitor {
  readonly page: Page;
  /** Opens a path of the service. */
  open(path: string): Promise<void>;
  /** Another tab of the same browser. */
  tab(): Promise<Page>;
  /** Checks that nothing went wrong that a visitor does not see, and closes everything. */
  leave(): Promise<void>;
}

export async function visit(
  browser: Browser,
  { url }: Pick<Service, "url">,
  { language = "en", script = true, screen = "desktop", scheme = "light" }: Habits = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: scheme,
    javaScriptEnabled: script,
    locale: language === "ru" ? "ru-RU" : "en-US",
    userAgent: chrome,
    viewport: screen === "phone" ? phone : desktop,
  });
  context.setDefaultTimeout(10_000);
  const elsewhere: string[] = [];
  const faults: string[] = [];
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== url) elsewhere.push(request.url());
  });
  context.on("console", (message) => {
    // The browser's own line for each answer that refuses; the tests look at those themselves.
    const refusal = /^Failed to load resource: .* status of (?:4\d\d|503) /;
    const told = message.type() === "error" || message.type() === "warning";
    if (told && !refusal.test(message.text())) faults.push(message.text());
  });
  context.on("weberror", (error) => faults.push(String(error.error())));
  const page = await context.newPage();
  return {
    page,
    async open(path) {
      await page.goto(path);
    },
    tab: () => context.newPage(),
    async leave() {
      await context.close();
      assert.deepEqual(faults, [], "the console holds no error");
      assert.deepEqual(elsewhere, [], "nothing is asked of any other origin");
    },
  };
}

/** What a label names, among what can be seen. */
export function field(page: Page, label: string): Locator {
  return page.getByLabel(label, { exact: true }).filter({ visible: true });
}

/** A button or a link, by its words. */
export function control(page: Page, role: "button" | "link", name: string): Locator {
  return page.getByRole(role, { name, exact: true }).filter({ visible: true });
}

export async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await field(page, label).fill(value);
}

export async function seeHeading(page: Page, name: string): Promise<void> {
  await see(page, page.getByRole("heading", { name, level: 1, exact: true }));
}

/** A string is all that an element says. */
export async function seeText(page: Page, text: string | RegExp): Promise<void> {
  await see(page, page.getByText(text, { exact: true }).filter({ visible: true }).first());
}

/** Waits for something to be seen; what is seen instead is told. */
async function see(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor().catch(async (cause: unknown) => {
    const text = await page.locator("main").innerText();
    throw new Error(`${String(wanted)} is not in: ${text}`, { cause });
  });
}

/** What axe-core finds in the page as it stands: everything in the light, colours in the dark. */
export async function checkAccess(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const rules = colorScheme === "dark" ? ', { runOnly: ["color-contrast"] }' : "";
    const results = await page.evaluate<axe.AxeResults>(`axe.run(document${rules})`);
    for (const { id, nodes } of [...results.violations, ...results.incomplete]) {
      found.push(...nodes.map(({ html }) => `${colorScheme}: ${id}: ${html}`));
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(found, [], `on ${page.url()}`);
}

/** Whether the page fits the screen's width. */
export async function checkWidth(page: Page): Promise<void> {
  const tooWide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  assert.ok(Number(tooWide) <= 0, `${page.url()} is ${String(tooWide)} px too wide`);
}

/** Presses Tab until this has the focus; how often that took. */
export async function tabTo(page: Page, target: Locator): Promise<number> {
  for (let presses = 1; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await target.and(page.locator(":focus")).count()) > 0) return presses;
  }
  throw new Error(`${String(target)} cannot be reached by Tab`);
}
