// Pictures of every page, each once on a desktop in English and once on a phone, in the dark, in
// Russian. `npm run screenshots` takes them; no test does.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import {
  control,
  field,
  fill,
  openBrowser,
  patienceMs,
  visit,
  type Habits,
} from "./support/browser.ts";
import { aPerson, codeIn, linkIn, mailTo } from "./support/client.ts";
import { root, startService, type Service } from "./support/process.ts";

const folder = join(root, "docs/screenshots");
const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
let browser: Browser;
let service: Service;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  browser = await openBrowser();
  service = await startService({ DATA_DIR: dataDir, POSTGRES_URL: await newDatabase() });
}, patienceMs);
afterAll(async () => {
  await service.stop();
  await browser.close();
  rmSync(dataDir, { recursive: true });
});

/** What the pictures are taken of, in one visitor's words. */
interface Words {
  readonly firstName: string;
  readonly lastName: string;
  readonly tag: string;
  readonly labels: Readonly<
    Record<"first" | "last" | "email" | "tag" | "password" | "code", string>
  >;
  readonly actions: Readonly<Record<"register" | "confirm" | "signIn" | "link" | "set", string>>;
  readonly newPassword: string;
  readonly newPasswordAgain: string;
  readonly address: string;
}

const english: Words = {
  ...{ firstName: "Ada", lastName: "Lovelace", tag: "ada" },
  labels: {
    ...{ first: "First name", last: "Last name", email: "Email", tag: "Tag (optional)" },
    ...{ password: "Password", code: "Code from the mail" },
  },
  actions: {
    ...{ register: "Create account", confirm: "Confirm", signIn: "Sign in" },
    ...{ link: "Send the link", set: "Set the password" },
  },
  ...{ newPassword: "New password", newPasswordAgain: "New password again" },
  address: "Email address",
};

const russian: Words = {
  ...{ firstName: "Софья", lastName: "Ковалевская", tag: "sofya" },
  labels: {
    ...{ first: "Имя", last: "Фамилия", email: "Электронная почта", tag: "Тег (необязательно)" },
    ...{ password: "Пароль", code: "Код из письма" },
  },
  actions: {
    ...{ register: "Зарегистрироваться", confirm: "Подтвердить", signIn: "Войти" },
    ...{ link: "Прислать ссылку", set: "Сохранить пароль" },
  },
  ...{ newPassword: "Новый пароль", newPasswordAgain: "Новый пароль ещё раз" },
  address: "Адрес электронной почты",
};

const visitors: readonly (readonly [suffix: string, words: Words, habits: Habits])[] = [
  ["", english, {}],
  ["-phone", russian, { language: "ru", screen: "phone", scheme: "dark" }],
];

it.each(visitors)("takes every picture%s", async (suffix, words, habits) => {
  const { firstName, lastName, tag, labels, actions } = words;
  const { email, password } = aPerson(tag);
  const { page, ...visitor } = await visit(browser, service, habits);
  const taken: string[] = [];
  const take = async (name: string, whole = true): Promise<void> => {
    const picture = await page.screenshot({ fullPage: whole, animations: "disabled" });
    writeFileSync(join(folder, `${name}${suffix}.png`), picture);
    taken.push(name);
  };
  const press = (name: string) => control(page, "button", name).click();

  await visitor.open("/");
  await field(page, labels.password).waitFor();
  await take("sign-in");
  await visitor.open("/#register");
  await fill(page, { [labels.first]: firstName, [labels.last]: lastName, [labels.email]: email });
  await fill(page, { [labels.tag]: tag, [labels.password]: "1843" });
  await press(actions.register);
  await page.locator("[aria-invalid]").waitFor();
  await take("register-refused");
  await field(page, labels.password).fill(password);
  await press(actions.register);
  await field(page, labels.code).waitFor();
  await take("confirm");
  await field(page, labels.code).fill(codeIn(await mailTo([service], email, "confirmation_code")));
  await press(actions.confirm);
  await field(page, labels.password).fill(password);
  await signInElsewhere(email, password);
  await press(actions.signIn);
  await page.locator("#sessions li").nth(1).waitFor();
  await take("account");

  await visitor.open("/password-reset/");
  await take("reset-request");
  await field(page, words.address).fill(email);
  await press(actions.link);
  await settled(page);
  await take("reset-done");
  const link = linkIn(await mailTo([service], email, "reset_link"));
  await visitor.open(link);
  await take("reset-choose");
  await choose(page, words, "1843", "1842");
  await take("reset-refused");
  await choose(page, words, "poetical science, 1843", "poetical science, 1843");
  await take("reset-complete");
  await visitor.open(link);
  await take("reset-dead");
  await visitor.leave();
  expect(new Set(taken).size).toBe(10);
});

/** Another session, to have more than one to show. */
async function signInElsewhere(tag: string, password: string): Promise<void> {
  const iphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1";
  await fetch(`${service.url}/api/v1/tokens/public/login`, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": iphone },
    body: JSON.stringify({ tag, password }),
  });
}

async function choose(page: Page, words: Words, one: string, other: string): Promise<void> {
  await fill(page, { [words.newPassword]: one, [words.newPasswordAgain]: other });
  await control(page, "button", words.actions.set).click();
  await settled(page);
}

function settled(page: Page): Promise<void> {
  return page.waitForLoadState("load");
}
