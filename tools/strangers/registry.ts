// A registry of the tests' own, and the packages published to it as a release publishes them.
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePorts, startProcess, until } from "../services/server-process.ts";
import { workspaces } from "../sources.ts";

const run = promisify(execFile);
const repository = dirname(dirname(import.meta.dirname));

export interface Registry {
  readonly url: string;
  /** A home folder whose npm asks this registry. */
  readonly home: string;
  end(): Promise<void>;
}

/** What `package.json` beside this file names, installed when it is not or when it has changed. */
export async function installTools(): Promise<void> {
  const folder = import.meta.dirname;
  const wanted = join(folder, "package-lock.json");
  const stamp = join(folder, "node_modules/.installed.json");
  if (existsSync(stamp) && readFileSync(stamp).equals(readFileSync(wanted))) return;
  await run("npm", ["ci", "--ignore-scripts"], { cwd: folder, maxBuffer: 2 ** 26 });
  cpSync(wanted, stamp);
}

/** Brings a registry up that keeps ours itself, and fetches all else where npm fetches here. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-registry-"));
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/`;
  const { stdout } = await run("npm", ["config", "get", "registry"], { cwd: repository });
  const own = { access: "$all", publish: "$all" };
  const config = {
    storage: join(folder, "storage"),
    auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: -1 } },
    uplinks: { upstream: { url: stdout.trim(), maxage: "60m", timeout: "60s" } },
    packages: {
      "@latchkey/*": own,
      "create-latchkey": own,
      "**": { access: "$all", proxy: "upstream" },
    },
    max_body_size: "50mb",
    web: { enable: false },
    log: { type: "stdout", format: "pretty", level: "warn" },
  };
  const configFile = join(folder, "config.yaml");
  // JSON is YAML too.
  writeFileSync(configFile, JSON.stringify(config));
  const program = join(import.meta.dirname, "node_modules/verdaccio/bin/verdaccio");
  const server = await startProcess("verdaccio", [
    ...[process.execPath, program],
    ...["--config", configFile, "--listen", `127.0.0.1:${port}`],
  ]);
  try {
    await until("the registry", async () => {
      if (!server.running) throw new Error(`the registry ended:\n${await server.log()}`);
      return fetch(`${url}-/ping`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  } catch (error) {
    await server.end();
    throw error;
  }
  const home = join(folder, "home");
  mkdirSync(home);
  // npm publishes nothing without a token; this registry takes any.
  const token = `//127.0.0.1:${port}/:_authToken=anybody\n`;
  writeFileSync(
    join(home, ".npmrc"),
    `registry=${url}\n${token}fund=false\naudit=false\nloglevel=error\n`,
  );
  return {
    url,
    home,
    async end() {
      await server.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Builds the packages, and publishes a copy of them as a release would: `changeset version`, then
 * `changeset publish`. Answers the version.
 */
export async function publishTo({ home }: Registry): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-release-"));
  const here = { cwd: repository, maxBuffer: 2 ** 26 };
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, CI: "true", NO_COLOR: "1" };
  const there = { cwd: folder, env, maxBuffer: 2 ** 26 };
  try {
    await run("npm", ["run", "build"], here);
    const listed = ["ls-files", "-co", "--exclude-standard", "-z"];
    const { stdout } = await run("git", listed, here);
    const built = workspaces(repository, "packages").map((name) => `${name}/dist`);
    for (const path of [...stdout.split("\0").filter((name) => name !== ""), ...built]) {
      const source = join(repository, path);
      if (existsSync(source)) cpSync(source, join(folder, path), { recursive: true });
    }
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    // Where a package came from is attested by a build service alone.
    for (const name of workspaces(folder, "packages")) {
      const file = join(folder, name, "package.json");
      const text = readFileSync(file, "utf8").replace('"provenance": true', '"provenance": false');
      writeFileSync(file, text);
    }
    const author = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com"];
    await run("git", ["init", "--quiet", "--initial-branch=main"], there);
    await run("git", ["add", "--all"], there);
    await run("git", [...author, "commit", "--quiet", "--message", "Release"], there);
    const changeset = join(repository, "node_modules/.bin/changeset");
    await run(changeset, ["version"], there);
    await run(changeset, ["publish", "--no-git-tag"], there);
    const manifest = readFileSync(join(folder, "packages/core/package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
