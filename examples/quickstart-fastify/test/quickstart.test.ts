import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { file, startProgram, type Program } from "./support/program.ts";

const examples = ["quickstart-fastify", "quickstart-express"] as const;
const sourceOf = (example: string): string => file(`../../../${example}/src/main.ts`);

describe("the README's first program", () => {
  const documents = [
    { readme: "README.md", example: "quickstart-fastify" },
    { readme: "packages/adapter-fastify/README.md", example: "quickstart-fastify" },
    { readme: "packages/adapter-express/README.md", example: "quickstart-express" },
  ];
  for (const { readme, example } of documents) {
    it(`is in ${readme} as it is in its file`, () => {
      const text = readFileSync(file(`../../../../${readme}`), "utf8");
      const marked = /<!-- program: (\S+) -->\n\n```ts\n([\s\S]*?)```/.exec(text);
      assert.equal(marked?.[1], `examples/${example}/src/main.ts`);
      assert.equal(marked?.[2], readFileSync(sourceOf(example), "utf8"));
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

    it(`${example} does not start without a secret, and says how to make one`, async () => {
      const { child, complaints } = startProgram(sourceOf(example), "");
      const code = await new Promise((resolve) => child.once("close", resolve));
      assert.equal(code, 1);
      assert.match(complaints(), /TypeError: secret is missing; make one with: node -e/);
    });
  }
});

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
