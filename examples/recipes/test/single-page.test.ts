import assert from "node:assert/strict";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { serviceUrl } from "../../../tools/services/client.ts";
import { ada, serve, type Served } from "./support/served.ts";

const json = { "content-type": "application/json" };
const login = { method: "POST", body: JSON.stringify({ tag: ada.tag, password: ada.password }) };
let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());

const ask = (path: string, init: RequestInit, headers: Record<string, string>): Promise<Response> =>
  fetch(`${served.url}${path}`, { ...init, headers });

const ours = { "sec-fetch-site": "same-origin" };

async function signedIn(): Promise<string> {
  const response = await ask("/session", login, { ...json, ...ours });
  assert.equal(response.status, 200);
  return response.headers.get("set-cookie") ?? "";
}

describe("the refresh token of a single-page application", () => {
  it("is in a cookie that no script reads, that only /session is sent, and in no answer", async () => {
    const response = await ask("/session", login, { ...json, ...ours });
    const cookie = response.headers.get("set-cookie") ?? "";
    assert.match(cookie, /^__Secure-refresh=\S+;/);
    for (const said of ["Path=/session", "HttpOnly", "Secure", "SameSite=Strict", "Max-Age="]) {
      assert.ok(cookie.includes(`; ${said}`), said);
    }
    assert.ok(!/domain/i.test(cookie));
    assert.equal(response.headers.get("cache-control"), "no-store");
    const body = (await response.json()) as object;
    assert.deepEqual(Object.keys(body).toSorted(), ["accessToken", "expiresIn"]);
  });

  it("is exchanged for the next one, and is dead after signing out", async () => {
    const first = (await signedIn()).split(";", 1)[0] ?? "";
    const renewed = await ask("/session/renew", { method: "POST" }, { ...ours, cookie: first });
    assert.equal(renewed.status, 200);
    const next = (renewed.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
    assert.notEqual(next, first);
    const out = await ask("/session", { method: "DELETE" }, { ...ours, cookie: next });
    assert.equal(out.status, 204);
    assert.match(out.headers.get("set-cookie") ?? "", /^__Secure-refresh=;.*Path=\/session/);
    const again = await ask("/session/renew", { method: "POST" }, { ...ours, cookie: next });
    assert.equal(again.status, 401);
    assert.match(again.headers.get("set-cookie") ?? "", /^__Secure-refresh=;/);
  });

  it("does nothing for another site, nor for one that does not say who it is", async () => {
    const cookie = (await signedIn()).split(";", 1)[0] ?? "";
    const strangers: readonly Record<string, string>[] = [
      {},
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "none" },
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site", origin: served.url },
    ];
    for (const headers of strangers) {
      for (const [path, method] of [
        ["/session/renew", "POST"],
        ["/session", "DELETE"],
      ] as const) {
        const response = await ask(path, { method }, { ...headers, cookie });
        assert.equal(response.status, 403, JSON.stringify(headers));
        assert.equal(response.headers.get("set-cookie"), null);
      }
      const response = await ask("/session", login, { ...json, ...headers });
      assert.equal(response.status, 403);
    }
    const renewed = await ask("/session/renew", { method: "POST" }, { origin: served.url, cookie });
    assert.equal(renewed.status, 200, "an old browser's own page");
  });

  it("is refused with problems of the contract, and login takes JSON alone", async () => {
    const wrong = { ...login, body: JSON.stringify({ tag: "ada", password: "not this one" }) };
    const refused = await ask("/session", wrong, { ...json, ...ours });
    assert.equal(refused.status, 401);
    assert.equal(((await refused.json()) as { code: string }).code, "invalid_credentials");
    const plain = await ask("/session", login, { "content-type": "text/plain", ...ours });
    assert.equal(plain.status >= 400 && plain.status < 500, true, String(plain.status));
    const nobody = await ask("/session/renew", { method: "POST" }, ours);
    assert.equal(nobody.status, 401);
  });
});

describe("the page, in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.connect(await serviceUrl("chromium"));
  }, 300_000);
  afterAll(() => browser.close());

  /** Runs text with `session`, made anew as after a reload. */
  const run = <T>(page: Page, text: string): Promise<T> =>
    page.evaluate<T>(`(async () => {
      const { pageSession } = await import("/page-session.js");
      const session = pageSession();
      ${text}
    })()`);

  it("stays signed in over a reload and over an access token's end, in two tabs, until it signs out", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(served.url);
    assert.equal(await run(page, "return session.resume();"), false);
    const signIn = `(await session.signIn("${ada.tag}", "${ada.password}")).status`;
    assert.equal(await run(page, `return ${signIn};`), 200);
    assert.equal(await page.evaluate("document.cookie"), "");

    const other = await context.newPage();
    await other.goto(served.url);
    const notes = `return (await session.request("/notes")).json();`;
    const answers = await Promise.all([page, other].map((tab) => run(tab, notes)));
    assert.deepEqual(answers, [{ owner: served.userId }, { owner: served.userId }]);

    await run(page, "globalThis.kept = session; await session.resume();");
    served.clock.advance({ minutes: 11 });
    const later = await page.evaluate(
      `Promise.all([1, 2, 3].map(async () => (await kept.request("/notes")).status))`,
    );
    assert.deepEqual(later, [200, 200, 200]);

    await run(page, "return session.signOut();");
    assert.equal(await run(other, "return session.resume();"), false);
    await context.close();
  });
});
