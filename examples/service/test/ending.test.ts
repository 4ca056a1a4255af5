import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import {
  freePorts,
  spawnService,
  startScripts,
  startService,
  type Ending,
  type Variables,
} from "./support/process.ts";
import { isListening } from "./support/wire.ts";

describe.each(startScripts)("npm run %s", (SCRIPT) => {
  const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
  afterAll(() => rmSync(dataDir, { recursive: true }));

  async function variables(): Promise<Variables> {
    return { SCRIPT, DATA_DIR: dataDir, POSTGRES_URL: await newDatabase() };
  }

  /** A connection and what came over it. */
  async function connected(url: string): Promise<{ socket: Socket; received: () => string }> {
    let text = "";
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
    socket.setEncoding("latin1").on("data", (part: string) => (text += part));
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    return { socket, received: () => text };
  }

  const body = JSON.stringify({
    ...{ firstName: "Ada", lastName: "Lovelace", email: "ada@example.com", tag: "ada" },
    password: "an engine of no numbers",
  });
  const head = [
    "POST /api/v1/users/public/create HTTP/1.1",
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ].join("\r\n");

  function assertEndedWell(ending: Ending): void {
    assert.deepEqual([ending.code, ending.signal, ending.stderr], [0, null, ""]);
  }

  describe.concurrent("the end of the service", () => {
    it("SIGTERM ends it with 0 at once, connections that wait for nothing included", async () => {
      const service = await startService(await variables());
      const kept = await connected(service.url);
      kept.socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      const ahead = await connected(service.url);
      const inner = await connected(service.internal);
      while (!kept.received().includes("200 OK")) await pause(10);
      const asked = Date.now();
      assertEndedWell(await service.stop());
      assert.ok(Date.now() - asked < 4500, "nothing was waited for");
      for (const { socket } of [kept, ahead, inner]) socket.destroy();
      assert.equal(await isListening(service.url), false);
    });

    it("SIGTERM lets a request in flight end well, on a connection that would be kept", async () => {
      const service = await startService(await variables());
      const { socket, received } = await connected(service.url);
      socket.write(`${head}\r\n\r\n${body.slice(0, 20)}`);
      await pause(200);
      const asked = Date.now();
      const ending = service.stop();
      while (await isListening(service.url)) await pause(10);
      socket.write(body.slice(20));
      assertEndedWell(await ending);
      assert.ok(Date.now() - asked < 4500, "the connection was not kept open");
      assert.match(received(), /^HTTP\/1\.1 201 /);
      assert.match(received(), /^connection: close\r$/im);
      const { stdout } = await ending;
      assert.match(stdout, /"event":"user\.registered"/);
      assert.match(stdout, /"message":"stopping","signal":"SIGTERM"/);
    });

    it("a request whose first line was under way is answered too, in the usual shape", async () => {
      const service = await startService(await variables());
      const { socket, received } = await connected(service.url);
      socket.write(head.slice(0, 30));
      await pause(200);
      const ending = service.stop();
      while (await isListening(service.url)) await pause(10);
      socket.write(`${head.slice(30)}\r\n\r\n{}${" ".repeat(Buffer.byteLength(body) - 2)}`);
      assertEndedWell(await ending);
      assert.match(received(), /^HTTP\/1\.1 400 /);
      assert.match(received(), /"code":"invalid_input"/);
    });

    it("SIGTERM ends it with 0 within 10 s though a client never ends its request", async () => {
      const service = await startService(await variables());
      const { socket } = await connected(service.url);
      socket.write(`${head}\r\n\r\n${body.slice(0, 20)}`);
      const other = await connected(service.url);
      other.socket.write(head.slice(0, 30));
      await pause(200);
      const asked = Date.now();
      assertEndedWell(await service.stop());
      assert.ok(Date.now() - asked < 10_000);
      for (const each of [socket, other.socket]) each.destroy();
    });

    it("a signal that comes while it starts, and a second one, end it with 0 as well", async () => {
      const [port] = await freePorts();
      const service = spawnService({ ...(await variables()), PORT: String(port) });
      while (service.stdout() === "") await pause(1);
      service.child.kill("SIGINT");
      service.child.kill("SIGTERM");
      assertEndedWell(await service.ended);
      assert.match(service.stdout(), /"message":"stopping","signal":"SIG(INT|TERM)"/);
    });
  });
});
