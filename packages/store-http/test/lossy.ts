// A bad network that knows where a request ends: what it loses has been done on the other side.
import { once } from "node:events";
import { createServer, request as send, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What becomes of the first sending of an operation. */
const fates = ["cut", "half", "repeated", "cut", "late", "silent"] as const;

export interface LossyNetwork {
  readonly url: string;
  /** How often each happened. */
  readonly happened: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Every n-th operation has a bad first sending; others, and what is sent again, come through. */
export async function lossyNetwork(target: string, every: number): Promise<LossyNetwork> {
  const seen = new Set<string>();
  const happened = new Map<string, number>();
  let bad = 0;

  const fateOf = (incoming: IncomingMessage): (typeof fates)[number] | "well" => {
    const operation = incoming.headers.authorization?.split(" ")[3] ?? "";
    if (seen.has(operation)) return "well";
    seen.add(operation);
    if (seen.size % every !== 0) return "well";
    bad += 1;
    // Silence takes a while each time, so there is less of it.
    const fate = fates[bad % fates.length] ?? "cut";
    return fate === "silent" && bad % 30 > fates.length ? "cut" : fate;
  };

  const server = createServer((incoming, outgoing) => {
    const fate = fateOf(incoming);
    happened.set(fate, (happened.get(fate) ?? 0) + 1);
    const { method = "GET", url = "/", headers } = incoming;
    const forward = async (body: Buffer) => {
      const out = send(new URL(url, target), { method, headers, agent: false });
      out.end(body);
      const [reply] = (await once(out, "response")) as [IncomingMessage];
      return { reply, answer: await bodyOf(reply) };
    };
    const pass = async (): Promise<void> => {
      const body = await bodyOf(incoming);
      if (fate === "late") await pause(20);
      const { reply, answer } = await forward(body);
      // The same bytes once more, a while after: their answer goes nowhere.
      if (fate === "repeated") void pause(15).then(() => forward(body).catch(() => undefined));
      if (fate === "silent") return;
      if (fate === "cut") return void incoming.socket.destroy();
      outgoing.writeHead(reply.statusCode ?? 0, reply.headers);
      if (fate !== "half") return void outgoing.end(answer);
      outgoing.write(answer.subarray(0, answer.length / 2), () => incoming.socket.destroy());
    };
    outgoing.on("error", () => {});
    pass().catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    happened,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
