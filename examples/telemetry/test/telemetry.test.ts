import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { startProgram } from "../../quickstart-fastify/test/support/program.ts";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = file("../src/main.ts");

/** A span as the console exporter prints it. */
interface Printed {
  readonly name: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly outcome: string | undefined;
}

function spansIn(text: string): readonly Printed[] {
  return text.split(/^(?=\{$)/m).flatMap((block) => {
    const id = /^ {2}id: '(\w+)'/m.exec(block)?.[1];
    const name = /^ {2}name: '([^']+)'/m.exec(block)?.[1];
    if (id === undefined || name === undefined) return [];
    const parent = /spanId: '(\w+)'/.exec(block)?.[1];
    const outcome = /'latchkey\.outcome': '(\w+)'/.exec(block)?.[1];
    return [{ name, id, parent, outcome }];
  });
}

describe("the telemetry example", () => {
  it("has less than 60 lines", () => {
    assert.ok(readFileSync(source, "utf8").trimEnd().split("\n").length < 60);
  });

  it("prints the spans of a request, each below the other, the mail's, and the metrics", async () => {
    const program = startProgram(source, randomBytes(32).toString("base64url"));
    try {
      await program.until(() => program.url() !== "");
      const ada = { email: "ada@example.com", tag: "ada", password: "an engine of no numbers" };
      const names = { firstName: "Ada", lastName: "Lovelace" };
      await program.post("/api/v1/users/public/create", { ...ada, ...names }, 201);
      const named = (name: string): Printed | undefined =>
        spansIn(program.printed()).find((span) => span.name === name);
      const wanted = ["POST", "latchkey mail confirmation_code", "latchkey job send-confirmation"];
      await program.until(() => wanted.every((name) => named(name) !== undefined));
      const [request, flow] = [named("POST"), named("latchkey flow register")];
      assert.equal(flow?.parent, request?.id);
      assert.equal(flow?.outcome, "ok");
      assert.equal(named("latchkey store users.addRegistration")?.parent, flow?.id);
      assert.equal(named("latchkey hash hash")?.parent, flow?.id);
      assert.equal(named(wanted[1] ?? "")?.parent, named(wanted[2] ?? "")?.id);
      program.child.kill("SIGTERM");
      assert.deepEqual(await once(program.child, "close"), [0, null]);
      assert.match(program.printed(), /name: 'latchkey\.flow\.outcomes'/);
      assert.match(program.printed(), /'latchkey\.outbox\.standing': 'buried'/);
      assert.equal(program.complaints(), "");
    } finally {
      program.child.kill("SIGKILL");
    }
  });

  it("is started by one command", async () => {
    const root = file("../../..");
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
      scripts: Readonly<Record<string, string>>;
    };
    // As npm would, but for its port.
    const command = (scripts["example:telemetry"] ?? "").replace(/^exec node/, process.execPath);
    const preload = file("../../quickstart-fastify/test/support/preload.ts");
    const [program = "", ...given] = command.split(" ");
    const child = spawn(program, ["--import", preload, ...given], {
      cwd: root,
      env: { PATH: process.env["PATH"] ?? "" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    try {
      const [message] = (await once(child, "message")) as [{ port?: number }];
      const answer = await fetch(`http://localhost:${message.port}/openapi.json`);
      assert.equal(answer.status, 200);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
