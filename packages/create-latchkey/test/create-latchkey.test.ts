import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, it } from "vitest";
import { questions } from "../src/answers.ts";
import { nameFor } from "../src/folder.ts";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const repository = file("../../../");
const noWarning = "--disable-warning=ExperimentalWarning";

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "create-latchkey-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs Node to its end, with no terminal. */
async function node(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"] ?? "" };
    execFile(process.execPath, [...args], { cwd, env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const create = async (...args: readonly string[]): Promise<Outcome> =>
  node(folder, noWarning, file("../src/create-latchkey.ts"), ...args);

/** Every file of a project that is committed, by its path. */
function committed(project: string): ReadonlyMap<string, string> {
  const entries = readdirSync(project, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name !== ".env")
    .map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1));
  return new Map(paths.map((path) => [path, readFileSync(join(project, path), "utf8")]));
}

describe("a project", () => {
  for (const { value: framework } of questions.framework.choices) {
    for (const { value: stores } of questions.stores.choices) {
      it(`on ${framework} with ${stores} has under 150 lines, type-checks strictly and passes its own tests`, async () => {
        const flags = ["--framework", framework, "--stores", stores, "--language", "ru"];
        const { status, stderr } = await create("app", ...flags);
        assert.equal(status, 0, stderr);
        const project = join(folder, "app");
        const files = committed(project);
        const lines = [...files.values()].flatMap((text) => text.trimEnd().split("\n"));
        assert.ok(lines.length < 150, `${lines.length} lines`);
        for (const [path, text] of files) assert.doesNotMatch(text, /\{\{/, path);

        symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
        const condition = "@latchkey/source";
        const tsc = join(repository, "node_modules/typescript/bin/tsc");
        const checked = await node(project, tsc, "--customConditions", condition);
        assert.equal(checked.status, 0, checked.stdout);
        const flagsOfNode = [`--conditions=${condition}`, noWarning, "--test"];
        const tested = await node(project, ...flagsOfNode, "test/**/*.test.ts");
        assert.equal(tested.status, 0, tested.stdout);
        assert.match(tested.stdout, /^(?:#|ℹ) pass 1$/m);
      }, 60_000);
    }
  }

  it("speaks the language that was chosen, in its mails and its README", async () => {
    await create("ru", "--yes", "--language", "ru");
    await create("en", "--yes");
    assert.match(readFileSync(join(folder, "ru/README.md"), "utf8"), /Учётные записи/);
    assert.match(readFileSync(join(folder, "ru/src/main.ts"), "utf8"), /locale: "ru"/);
    assert.match(readFileSync(join(folder, "en/README.md"), "utf8"), /Accounts by Latchkey/);
    assert.match(readFileSync(join(folder, "en/src/main.ts"), "utf8"), /locale: "en"/);
  });

  it("has a fresh secret in .env alone, which is not committed and nobody else's to read", async () => {
    await create("one", "--yes");
    await create("other", "--yes");
    const secretIn = (name: string): string | undefined =>
      /^AUTH_SECRET=([\w-]{43})$/m.exec(readFileSync(join(folder, name, ".env"), "utf8"))?.[1];
    const secret = secretIn("one");
    assert.ok(secret !== undefined);
    assert.notEqual(secret, secretIn("other"));
    assert.equal(statSync(join(folder, "one/.env")).mode & 0o077, 0);
    const files = committed(join(folder, "one"));
    assert.match(files.get(".gitignore") ?? "", /^\.env$/m);
    for (const [path, text] of files) assert.ok(!text.includes(secret), path);
  });

  it("asks for the Latchkey of its own version, and for libraries as the packages want them", async () => {
    await create("app", "--stores", "postgres-redis", "--framework", "express", "--yes");
    const read = (path: string): Record<string, Record<string, string>> =>
      JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;
    const project = read(join(folder, "app/package.json"));
    const asked = { ...project["dependencies"], ...project["devDependencies"] };
    const own = read(file("../package.json"))["version"];
    for (const [name, version] of Object.entries(asked)) {
      if (name.startsWith("@latchkey/")) assert.equal(version, own, name);
      assert.ok(version !== undefined && version !== "", name);
    }
    const known = read(file("../templates/versions.json")) as unknown as Record<string, string>;
    const folders = ["adapter-fastify", "adapter-express", "store-postgres", "store-redis"];
    for (const name of folders) {
      const { peerDependencies = {}, devDependencies = {} } = read(
        file(`../../${name}/package.json`),
      );
      for (const library of Object.keys(peerDependencies)) {
        assert.equal(known[library], devDependencies[library], library);
      }
    }
  });
});

describe("create-latchkey", () => {
  it("takes a folder that is there and empty, with a new repository in it or not", async () => {
    mkdirSync(join(folder, "My App/.git"), { recursive: true });
    const { status, stdout } = await create("My App", "--yes");
    assert.equal(status, 0);
    assert.match(stdout, /cd "My App" && npm install && npm start/);
    const manifest = JSON.parse(
      readFileSync(join(folder, "My App/package.json"), "utf8"),
    ) as object;
    assert.equal(Reflect.get(manifest, "name"), "my-app");
  });

  it("refuses a folder that holds something, and leaves it as it was", async () => {
    writeFileSync(join(folder, "mine.txt"), "mine");
    const { status, stderr } = await create(".", "--yes");
    assert.equal(status, 1);
    assert.match(stderr, /is not empty \(mine\.txt\): name another folder\n$/);
    assert.deepEqual(readdirSync(folder), ["mine.txt"]);
    const onFile = await create("mine.txt", "--yes");
    assert.equal(onFile.status, 1);
    assert.match(onFile.stderr, /mine\.txt is no folder\n$/);
  });

  it("asks three questions in a terminal, and writes what was chosen there", async () => {
    // A terminal of its own, by util-linux.
    const command = `stty cols 100 rows 30 && "${process.execPath}" ${noWarning} "${file("../src/create-latchkey.ts")}" app`;
    const terminal = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder });
    const down = "\u001b[B";
    const answers = [
      { to: "Which framework?", keys: `${down}\r` },
      { to: "Where are accounts kept?", keys: "\r" },
      { to: "Which language", keys: `${down}\r` },
    ];
    let shown = "";
    terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      if (answers[0] === undefined || !shown.includes(answers[0].to)) return;
      terminal.stdin.write(answers.shift()?.keys);
    });
    await once(terminal, "close");
    assert.match(shown, /Written\./);
    assert.match(readFileSync(join(folder, "app/src/app.ts"), "utf8"), /adapter-express/);
    assert.match(readFileSync(join(folder, "app/src/main.ts"), "utf8"), /locale: "ru"/);
  });

  it("asks nobody where nobody is there, and writes nothing", async () => {
    const { status, stderr } = await create("app", "--framework", "express");
    assert.equal(status, 1);
    assert.match(stderr, /nobody is there to ask: add --yes/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("says what it does not know, and what it does", async () => {
    const wrong = await create("app", "--framework", "koa");
    assert.equal(wrong.status, 1);
    assert.equal(wrong.stderr, "--framework koa is none of: fastify, express\n");
    assert.match((await create("--tests")).stderr, /Unknown option '--tests'/);
    assert.match((await create("a", "b")).stderr, /one folder at a time, not also: b/);
    assert.match((await create("--help")).stdout, /--stores memory \| postgres \| postgres-redis/);
    assert.equal((await create("--version")).stdout, "0.0.0\n");
    assert.deepEqual(readdirSync(folder), []);
  });

  it("gives a project a name that npm takes", () => {
    assert.equal(nameFor("/tmp/Ада"), "latchkey-app");
    assert.equal(nameFor("/tmp/_my app!"), "my-app");
    assert.equal(nameFor("/tmp/shop.example"), "shop.example");
  });
});
