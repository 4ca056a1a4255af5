// A Kafka broker of the tests' own: librdkafka's in-memory one, which speaks the protocol to any
// client. It is not a real broker: it compacts nothing, keeps nothing on disk, and has one replica.
// Where KAFKA_BROKERS is set, what needs no failing broker runs against those.
import type { Service } from "./global-setup.ts";
import { findKcat } from "./kcat-binary.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { startProcess, until, type ServerProcess } from "./server-process.ts";

const host = "127.0.0.1";

export interface KafkaService extends Service {
  readonly port: number;
  readonly process: ServerProcess;
}

export async function startKafka(): Promise<KafkaService> {
  const { path, environment } = await findKcat();
  // It consumes a topic that nobody writes to, and so stays.
  const mock = ["-X", "test.mock.num.brokers=1", "-d", "mock"];
  const command = [path, "-C", "-q", "-o", "end", "-t", "idle", "-b", "unused:1", ...mock];
  const server = await startProcess("kafka", command, environment);
  let port = 0;
  try {
    await until("Kafka to listen", async () => {
      const log = await server.log();
      if (!server.running) throw new Error(`Kafka does not start: ${log}`);
      port = Number(/bootstrap\.servers=127\.0\.0\.1:(\d+)/.exec(log)?.[1] ?? 0);
      return port > 0;
    });
  } catch (error) {
    await server.end();
    throw error;
  }
  return { url: `${host}:${port}`, port, process: server, stop: () => server.end() };
}

/** A broker that can be killed, comes back (empty) at its old address, and can be held up. */
export interface FailingKafka {
  readonly url: string;
  readonly proxy: Proxy;
  kill(): Promise<void>;
  revive(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFailingKafka(): Promise<FailingKafka> {
  let broker = await startKafka();
  // Brokers tell clients where to go: to the proxy, which has the old port after a revival too.
  const rewriting = (): ((chunk: Buffer) => Buffer) =>
    readdressing(
      () => broker.port,
      () => proxy.port,
    );
  const proxy = await startProxy({ port: broker.port }, 0, { rewriting });
  return {
    url: `${host}:${proxy.port}`,
    proxy,
    async kill() {
      await broker.stop();
      proxy.cut();
    },
    async revive() {
      broker = await startKafka();
      proxy.leadTo({ port: broker.port });
    },
    async stop() {
      await proxy.stop();
      await broker.stop();
    },
  };
}

/** Puts another port behind the host in whole answers: a length of four bytes, then the rest. */
function readdressing(from: () => number, to: () => number): (chunk: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let data = Buffer.concat([rest, chunk]);
    const whole: Buffer[] = [];
    while (data.length >= 4 && data.length >= 4 + data.readInt32BE(0)) {
      const end = 4 + data.readInt32BE(0);
      const frame = Buffer.from(data.subarray(0, end));
      const address = Buffer.concat([Buffer.from(host), portBytes(from())]);
      for (let at = frame.indexOf(address); at >= 0; at = frame.indexOf(address, at + 1)) {
        portBytes(to()).copy(frame, at + host.length);
      }
      whole.push(frame);
      data = data.subarray(end);
    }
    rest = data;
    return Buffer.concat(whole);
  };
}

function portBytes(port: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(port);
  return bytes;
}
