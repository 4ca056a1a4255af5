import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Service } from "../services/global-setup.ts";
import { type PostgresService, startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { freePorts } from "../services/server-process.ts";
import { blockIn, blockOf } from "./blocks.ts";
import { brokenStore, ownStore } from "./own-store.ts";
import { installTools, publishTo, type Registry, startRegistry } from "./registry.ts";
import { nodes, type Place, type Running, shell, start } from "./shell.ts";
import { codeIn, signIn } from "./story.ts";

const minutes = 60_000;
const majors = process.platform === "linux" && process.arch === "x64";
const everyNode = majors
  ? ["20", "22", "24", "26"]
  : [process.versions.node.split(".", 1)[0] ?? ""];

let registry: Registry;
let version: string;
const folders: string[] = [];

beforeAll(async () => {
  await installTools();
  registry = await startRegistry();
  version = await publishTo(registry);
}, 5 * minutes);

afterAll(async () => {
  await registry.end();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder of somebody who has this Node. */
function emptyFolder(major: string): Place {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-stranger-"));
  folders.push(folder);
  const node = nodes().get(major);
  if (node === undefined) throw new Error(`Node ${major} is not installed beside the test`);
  return { folder, home: registry.home, node };
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Node 20 runs no TypeScript: the same text, without its types. */
function withoutTypes(text: string): string {
  return stripTypeScriptTypes(text).replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.mjs"');
}

describe("a stranger who follows the README", () => {
  const readmes = [
    { framework: "Fastify", path: "README.md", install: "adapter-fastify" },
    {
      framework: "Express",
      path: "packages/adapter-express/README.md",
      install: "adapter-express",
    },
  ];
  for (const { framework, path, install } of readmes) {
    describe(`on ${framework}`, () => {
      let folder: string;
      beforeAll(async () => {
        const place = emptyFolder(everyNode.at(-1) ?? "");
        folder = place.folder;
        await shell(place, blockOf(path, "sh", `npm install @latchkey/core @latchkey/${install}`));
        const program = blockOf(path, "ts", "createAuth");
        write(folder, "main.ts", program);
        write(folder, "main.mjs", withoutTypes(program));
        const preload = readFileSync(join(import.meta.dirname, "any-port.ts"), "utf8");
        write(folder, "any-port.mjs", withoutTypes(preload));
      }, 3 * minutes);

      for (const major of everyNode) {
        it(`signs in and is let through a guarded route, on Node ${major}`, async () => {
          const place = { ...emptyFolder(major), folder };
          const portFile = join(folder, `port-${major}`);
          const preload = `--import ${join(folder, "any-port.mjs")}`;
          const more = { PORT_FILE: portFile, NODE_OPTIONS: preload };
          const typed = blockOf(path, "text", "node main.ts");
          const command = major === "20" ? typed.replace("main.ts", "main.mjs") : typed;
          const program = start(place, command, more);
          try {
            const port = await program.wait("the port", () =>
              existsSync(portFile) ? /^\d+$/m.exec(readFileSync(portFile, "utf8"))?.[0] : undefined,
            );
            const url = `http://localhost:${port}`;
            const headers = await signIn(url, program);
            const response = await fetch(`${url}/notes/7`, { headers });
            const note = (await response.json()) as { note: string; owner: string };
            assert.equal(note.note, "7");
            await program.wait("the handler", () =>
              program.printed().includes(`make a profile for ${note.owner}`) ? true : undefined,
            );
            assert.equal((await fetch(`${url}/notes/7`)).status, 401);
          } finally {
            await program.end();
          }
        });
      }
    });
  }
});

describe("a stranger with a store of their own", () => {
  let folder: string;
  const suite = blockOf("docs/stores.md", "ts", "sessionStoreConformance");
  beforeAll(async () => {
    const place = emptyFolder(everyNode.at(-1) ?? "");
    folder = place.folder;
    await shell(place, blockOf("packages/core/README.md", "sh", "npm install @latchkey/core"));
    await shell(place, blockOf("docs/stores.md", "sh", "npm install --save-dev @latchkey"));
    for (const [name, text] of [["own", ownStore] as const, ["broken", brokenStore] as const]) {
      write(folder, `${name}/src/index.ts`, text);
      write(folder, `${name}/src/index.mjs`, withoutTypes(text));
      write(folder, `${name}/test/store.test.ts`, suite);
      const onNode = withoutTypes(suite).replace('"vitest"', '"node:test"');
      write(folder, `${name}/test/store.test.mjs`, onNode);
    }
  }, 3 * minutes);

  for (const major of everyNode) {
    // The newest vitest asks for a newer Node than 20; the kit does not.
    const runner = (name: string): string =>
      major === "20"
        ? `node --test ${name}/test/store.test.mjs`
        : `npx vitest run --root ${name} store.test.ts`;

    it(`finds it kept by the suites, on Node ${major}`, async () => {
      const printed = await shell({ ...emptyFolder(major), folder }, runner("own"));
      assert.match(printed, /Tests +\d+ passed|(?:#|ℹ) fail 0/);
    });

    it(`is told what is broken in it, on Node ${major}`, async () => {
      const place = { ...emptyFolder(major), folder };
      await assert.rejects(shell(place, runner("broken")), /clos/);
    });
  }
});

describe("a stranger who types npm create latchkey", () => {
  for (const major of everyNode) {
    it(
      `has a signed-in curl within a minute of commands, on Node ${major}`,
      async () => {
        const place = emptyFolder(major);
        const began = performance.now();
        const said = await shell(place, "npm create latchkey -- --yes");
        assert.match(said, /npm install && npm start/);
        const project = join(place.folder, "latchkey-app");
        const inside = { ...place, folder: project };
        const readme = readFileSync(join(project, "README.md"), "utf8");
        const typed = blockIn(readme, "sh", "npm start", "README.md").trim();
        if (major === "20") for (const path of ["app", "main", "stores"]) plain(project, path);
        // Node 20 cannot run what the project's own scripts start.
        const command = major === "20" ? "npm install && node --env-file=.env src/main.mjs" : typed;
        const [port = 0] = await freePorts(1);
        const program = start(inside, command, { PORT: String(port) });
        try {
          const url = await program.wait(
            "the address",
            () => /listening on (http\S+)/.exec(program.printed())?.[1],
          );
          const curls = blockIn(readme, "sh", "curl", "README.md")
            .replaceAll("http://127.0.0.1:3000", url)
            .split(/^(?=CODE=)/m);
          assert.equal(curls.length, 2);
          const [before = "", after = ""] = curls;
          await shell(inside, before);
          const code = await program.wait("the code", () => codeIn(program));
          const helper = before.slice(0, before.indexOf("\n"));
          const greeting = await shell(inside, `${helper}\n${after.replace("000000", code)}`);
          assert.match(greeting, /\{"hello":"ada"\}\s*$/);
          const seconds = (performance.now() - began) / 1000;
          console.log(`Node ${major}: ${seconds.toFixed(1)} s from nothing to a signed-in curl`);
          assert.ok(seconds < 60, `${seconds} s`);
        } finally {
          await program.end();
        }
        const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
          dependencies: Record<string, string>;
        };
        assert.equal(manifest.dependencies["@latchkey/core"], version);
      },
      3 * minutes,
    );
  }
});

describe("a stranger whose project keeps its accounts", () => {
  let postgres: PostgresService;
  let redis: Service;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  }, minutes);
  afterAll(() => Promise.all([postgres.stop(), redis.stop()]));

  it.each([
    ["fastify", "postgres"],
    ["express", "postgres-redis"],
  ])(
    "on %s in %s finds them again after a restart",
    async (framework, stores) => {
      const place = emptyFolder(everyNode.at(-1) ?? "");
      const flags = `--yes --framework ${framework} --stores ${stores} --language ru`;
      await shell(place, `npm create latchkey accounts -- ${flags}`);
      const inside = { ...place, folder: join(place.folder, "accounts") };
      await shell(inside, "npm install && npm test");
      const [port = 0] = await freePorts(1);
      const urls = { POSTGRES_URL: await postgres.createDatabase(), REDIS_URL: redis.url };
      const run = async <Outcome>(
        work: (url: string, program: Running) => Promise<Outcome>,
      ): Promise<Outcome> => {
        const program = start(inside, "npm start", { ...urls, PORT: String(port) });
        try {
          await program.wait("the address", () => /listening on/.exec(program.printed())?.[0]);
          return await work(`http://127.0.0.1:${port}`, program);
        } finally {
          await program.end();
        }
      };
      const headers = await run(signIn);
      const greeting = await run(async (url) => (await fetch(`${url}/hello`, { headers })).json());
      assert.deepEqual(greeting, { hello: "ada" });
    },
    3 * minutes,
  );
});

/** The file of a project without its types, beside it. */
function plain(project: string, name: string): void {
  const text = readFileSync(join(project, `src/${name}.ts`), "utf8");
  write(project, `src/${name}.mjs`, withoutTypes(text));
}
