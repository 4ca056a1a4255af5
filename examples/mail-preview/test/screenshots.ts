// Pictures of the mails. `npm run screenshots` takes them; no test does.
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serviceUrl } from "../../../tools/services/client.ts";
import { previewServer } from "../src/preview.ts";

const folder = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url));
let browser: Browser;
let server: Server;
beforeAll(async () => {
  server = await previewServer("Latchkey");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  browser = await chromium.connect(await serviceUrl("chromium"));
});
afterAll(async () => {
  await browser.close();
  server.close();
});

it.each([
  ["code", "en/confirmation_code", "light"],
  ["code", "ru/confirmation_code", "dark"],
  ["link", "en/reset_link", "dark"],
  ["link", "ru/reset_link", "light"],
  ["changed", "en/password_changed", "light"],
  ["exists", "ru/account_exists", "light"],
] as const)("mail-%s: %s, %s", async (name, path, colorScheme) => {
  const page = await browser.newPage({ colorScheme, viewport: { width: 680, height: 300 } });
  const { port } = server.address() as AddressInfo;
  const answer = await page.goto(`http://127.0.0.1:${port}/${path}.html`);
  expect(answer?.status()).toBe(200);
  const file = `mail-${name}-${path.slice(0, 2)}-${colorScheme}.png`;
  await page.screenshot({ path: `${folder}${file}`, fullPage: true });
  await page.close();
});
