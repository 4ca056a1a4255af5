// A Chromium to run the browser tests in, wherever one can be found.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { apt, libraryPath, unpacked } from "./debian-packages.ts";

export interface ChromiumBinary {
  readonly path: string;
  /** What it has to be started with, to find its libraries and letters. */
  readonly environment: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const application = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
/** The browser, and a typeface with Latin and Cyrillic letters. */
const packages = ["chromium", "fonts-inter"];

let search: Promise<ChromiumBinary> | undefined;

/**
 * A browser on PATH, else one in the cache folder, else one that is downloaded into it from Debian's
 * packages (nothing is installed).
 */
export function findChromium(): Promise<ChromiumBinary> {
  search ??= find();
  return search;
}

async function find(): Promise<ChromiumBinary> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  for (const path of [...paths, application]) {
    const binary = { path, environment: {} };
    if (await works(binary)) return binary;
  }
  const root = await unpacked({
    name: "chromium",
    title: "Chromium",
    packages: packagesNeeded,
    works: async (folder) => works(await binaryIn(folder)),
    cure: "install one: `apt-get install chromium`, or `brew install --cask google-chrome`",
  });
  await writeFile(fontSettings(root), fontConfiguration(root));
  return binaryIn(root);
}

async function binaryIn(root: string): Promise<ChromiumBinary> {
  return {
    path: join(root, "usr/lib/chromium/chromium"),
    environment: { LD_LIBRARY_PATH: await libraryPath(root), FONTCONFIG_FILE: fontSettings(root) },
  };
}

async function works({ path, environment }: ChromiumBinary): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    // Ubuntu's chromium-browser may be a script that only says how to get one.
    await run(path, ["--version"], { env: { ...process.env, ...environment } });
    return true;
  } catch {
    return false;
  }
}

/** What apt would install here: the browser and every library that this machine lacks. */
async function packagesNeeded(): Promise<readonly string[]> {
  const plan = await apt("apt-get", "install", "-s", "--no-install-recommends", ...packages);
  const lines = [...plan.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? []);
  // The loader and its C library go together: those of the machine stay.
  return lines.length === 0 ? packages : lines.filter((name) => !/^(libc6|libc-bin)$/.test(name));
}

function fontSettings(root: string): string {
  return join(root, "fonts.conf");
}

/** A machine without a screen may have neither letters nor settings for them. */
function fontConfiguration(root: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${join(root, "usr/share/fonts")}</dir>
  <cachedir>${join(root, "fonts-cache")}</cachedir>
  <alias binding="same"><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
</fontconfig>
`;
}
