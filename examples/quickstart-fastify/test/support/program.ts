import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A path beside this file, as the file system knows it. */
export const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A program that runs as it is, but for its port. */
export interface Program {
  readonly child: ChildProcess;
  readonly url: () => string;
  readonly printed: () => string;
  readonly complaints: () => string;
  /** Waits for something, and fails when the program ends before. */
  readonly until: (happened: () => boolean) => Promise<void>;
  readonly post: (path: string, fields: object, status?: number) => Promise<Record<string, string>>;
}

/** Starts a first program with a secret, or with none. */
export function startProgram(source: string, secret: string): Program {
  const flags = ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"];
  const given = [...flags, "--import", file("./preload.ts"), source];
  const env = { PATH: process.env["PATH"] ?? "", AUTH_SECRET: secret };
  const stdio = ["ignore", "pipe", "pipe", "ipc"] as const;
  const child = spawn(process.execPath, given, { env, stdio: [...stdio] });
  let url = "";
  let printed = "";
  let complaints = "";
  child.on("message", (message: { port?: number }) => {
    // The first of the loopback addresses that "localhost" has.
    if (message.port !== undefined && url === "") url = `http://localhost:${message.port}`;
  });
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  return {
    child,
    url: () => url,
    printed: () => printed,
    complaints: () => complaints,
    async until(happened) {
      while (!happened()) {
        assert.equal(child.exitCode, null, complaints);
        await pause(10);
      }
    },
    async post(path, fields, status = 200) {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(fields);
      const response = await fetch(`${url}${path}`, { method: "POST", headers, body });
      assert.equal(response.status, status);
      return (await response.json()) as Record<string, string>;
    },
  };
}
