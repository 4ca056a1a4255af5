import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, it } from "vitest";
import { fencesOf } from "../../../tools/documents/pages.ts";
import { file, startProgram, type Program } from "./support/program.ts";

const examples = ["quickstart-fastify", "quickstart-express"] as const;
const read = (path: string): string => readFileSync(file(`../../../../${path}`), "utf8");
const sourceOf = (example: string): string => file(`../../../${example}/src/main.ts`);

describe("the README's first program", () => {
  const documents = [
    { readme: "README.md", example: "quickstart-fastify" },
    { readme: "packages/adapter-fastify/README.md", example: "quickstart-fastify" },
    { readme: "packages/adapter-express/README.md", example: "quickstart-express" },
    { readme: "docs/start.md", example: "quickstart-fastify" },
    { readme: "docs/start.md", example: "quickstart-express" },
  ];
  for (const { readme, example } of documents) {
    it(`is in ${readme} as it is in ${example}`, () => {
      const program = `examples/${example}/src/main.ts`;
      const shown = fencesOf({ path: readme, text: read(readme) }).filter(
        (fence) => fence.program === program,
      );
      assert.deepEqual(
        shown.map((fence) => fence.text),
        [readFileSync(sourceOf(example), "utf8")],
      );
    });
  }

  for (const example of examples) {
    it(`${example} has at most 25 lines of code`, () => {
      const text = readFileSync(sourceOf(example), "utf8");
      const lines = text.split("\n").filter((line) => line.trim() !== "");
      assert.ok(lines.length <= 25, `${lines.length} lines`);
    });

    it(`${example} registers, confirms, signs in, guards a route, renews without a gateway, and ends in peace`, async () => {
      const program = startProgram(sourceOf(example), randomBytes(32).toString("base64url"));
      try {
        await tellStory(program);
        assert.equal(program.complaints(), "");
        const ended = once(program.child, "close");
        program.child.kill("SIGTERM");
        assert.deepEqual(await ended, [0, null]);
      } finally {
        program.child.kill("SIGKILL");
      }
    });

    it(`${example} answers what docs/start.md tells people to type`, async () => {
      const program = startProgram(sourceOf(example), randomBytes(32).toString("base64url"));
      try {
        assert.match(await typed(program), /\{"note":"7","owner":"[0-9a-f-]{36}"\}\s*$/);
      } finally {
        program.child.kill("SIGKILL");
      }
    });

    it(`${example} does not start without a secret, and says how to make one`, async () => {
      const { child, complaints } = startProgram(sourceOf(example), "");
      const code = await new Promise((resolve) => child.once("close", resolve));
      assert.equal(code, 1);
      assert.match(complaints(), /TypeError: secret is missing; make one with: node -e/);
    });
  }
});

/** What the walk of docs/start.md prints, with the code of the mail typed into it. */
async function typed({ url, printed, until }: Program): Promise<string> {
  await until(() => url() !== "");
  const fences = fencesOf({ path: "docs/start.md", text: read("docs/start.md") });
  const walk = fences.find(({ text }) => text.startsWith("API="))?.text ?? "";
  const [before = "", after = ""] = walk.split("CODE=000000");
  const mailed = (): string => /^\d{6}$/m.exec(printed())?.[0] ?? "";
  const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
  const bash = spawn("bash", ["--norc", "-euo", "pipefail"], { env });
  let said = "";
  bash.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  bash.stdin.write(before.replace("http://127.0.0.1:3000", url()));
  await until(() => mailed() !== "");
  bash.stdin.end(`CODE=${mailed()}${after}`);
  await once(bash, "close");
  return said;
}

async function tellStory({ url, printed, until, post }: Program): Promise<void> {
  await until(() => url() !== "");
  const ada = { email: "ada@example.com", tag: "ada", password: "an engine of no numbers" };
  const register = { ...ada, firstName: "Ada", lastName: "Lovelace" };
  const { registrationId } = await post("/api/v1/users/public/create", register, 201);
  const mailed = (): string | undefined => /^\d{6}$/m.exec(printed())?.[0];
  await until(() => mailed() !== undefined);
  const confirmation = { email: ada.email, confirmationCode: mailed(), registrationId };
  await post("/api/v1/users/public/confirm", confirmation);
  const profiled = (): string | undefined =>
    /^make a profile for ([0-9a-f-]{36})$/m.exec(printed())?.[1];
  await until(() => profiled() !== undefined);

  const login = { tag: ada.tag, password: ada.password };
  const pair = await post("/api/v1/tokens/public/login", login);
  const next = await post("/api/v1/tokens/renew", { refreshToken: pair["refreshToken"] });
  for (const { accessToken } of [pair, next]) {
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await fetch(`${url()}/notes/7`, { headers });
    assert.deepEqual(await response.json(), { note: "7", owner: profiled() });
  }
  assert.equal((await fetch(`${url()}/notes/7`)).status, 401);
}
