import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const program = file("../src/main.ts");

let child: ChildProcess;
let url = "";
let printed = "";
let complaints = "";

beforeAll(async () => {
  const flags = ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"];
  child = start([...flags, "--import", file("./support/preload.ts")], secretOf());
  child.on("message", (message: { port?: number }) => {
    // The first of the loopback addresses that "localhost" has.
    if (message.port !== undefined && url === "") url = `http://localhost:${message.port}`;
  });
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  await until(() => url !== "");
});
afterAll(() => child.kill());

function secretOf(): string {
  return randomBytes(32).toString("base64url");
}

function start(flags: readonly string[], secret: string): ChildProcess {
  const env = { PATH: process.env["PATH"] ?? "", AUTH_SECRET: secret };
  const stdio = ["ignore", "pipe", "pipe", "ipc"] as const;
  return spawn(process.execPath, [...flags, program], { env, stdio: [...stdio] });
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) {
    assert.equal(child.exitCode, null, complaints);
    await pause(10);
  }
}

async function post(path: string, fields: object, status = 200): Promise<Record<string, string>> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(fields);
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body });
  assert.equal(response.status, status);
  return (await response.json()) as Record<string, string>;
}

describe("the README's first program", () => {
  it("is in the README as it is in its file, and has at most 25 lines of code", () => {
    const readme = readFileSync(file("../../../README.md"), "utf8");
    const text = readFileSync(program, "utf8");
    const marked = /<!-- program: (\S+) -->\n\n```ts\n([\s\S]*?)```/.exec(readme);
    assert.equal(marked?.[1], "examples/quickstart-fastify/src/main.ts");
    assert.equal(marked?.[2], text);
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    assert.ok(lines.length <= 25, `${lines.length} lines`);
  });

  it("registers, confirms, signs in, guards a route, and renews for clients without a gateway", async () => {
    const ada = { email: "ada@example.com", tag: "ada", password: "an engine of no numbers" };
    const register = { ...ada, firstName: "Ada", lastName: "Lovelace" };
    const { registrationId } = await post("/api/v1/users/public/create", register, 201);
    const mailed = (): string | undefined => /^\d{6}$/m.exec(printed)?.[0];
    await until(() => mailed() !== undefined);
    const confirmationCode = mailed();
    const confirmation = { email: ada.email, confirmationCode, registrationId };
    await post("/api/v1/users/public/confirm", confirmation);
    const profiled = (): string | undefined =>
      /^make a profile for ([0-9a-f-]{36})$/m.exec(printed)?.[1];
    await until(() => profiled() !== undefined);
    const userId = profiled();
    assert.ok(userId !== undefined, printed);

    const login = { tag: ada.tag, password: ada.password };
    const pair = await post("/api/v1/tokens/public/login", login);
    const { refreshToken } = pair;
    const next = await post("/api/v1/tokens/renew", { refreshToken });
    for (const { accessToken } of [pair, next]) {
      const headers = { authorization: `Bearer ${accessToken}` };
      const response = await fetch(`${url}/notes/7`, { headers });
      assert.deepEqual(await response.json(), { note: "7", owner: userId });
    }
    assert.equal((await fetch(`${url}/notes/7`)).status, 401);
    assert.equal(complaints, "");
  });

  it("does not start without a secret, and says how to make one", async () => {
    const refused = start(["--conditions=@latchkey/source"], "");
    let said = "";
    refused.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
    const code = await new Promise((resolve) => refused.once("close", resolve));
    assert.equal(code, 1);
    assert.match(said, /TypeError: secret is missing; make one with: node -e/);
  });
});
