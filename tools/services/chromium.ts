// One headless browser for a whole run. Each test has a context of its own: cookies, language, size.
import { chromium } from "playwright-core";
import { findChromium } from "./chromium-binary.ts";
import type { Service } from "./global-setup.ts";

/** A tests' machine is no desktop: no graphics, no updates, nothing asked of any other host. */
const flags = [
  ...["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--disable-default-apps"],
];

/** Its address is for `chromium.connect` of playwright-core. */
export async function startChromium(): Promise<Service> {
  const { path, environment } = await findChromium();
  const server = await chromium.launchServer({
    executablePath: path,
    args: flags,
    // As root, and in many containers, Chromium has no sandbox to start in; it only sees our pages.
    chromiumSandbox: false,
    env: { ...process.env, ...environment },
  });
  return { url: server.wsEndpoint(), stop: () => server.close() };
}
