// A network between the tests and a real server, which can count, delay, cut and lose.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What happens to what passes through. */
export interface ProxyBehaviour {
  /** How much later everything arrives, each way. */
  readonly delayMs: number;
  /** "hold" keeps everything back, both ways, until it is "pass" again. */
  readonly traffic: "pass" | "hold";
  /** "drop" loses what the server answers; "cut" ends the connection instead of answering. */
  readonly replies: "pass" | "drop" | "cut";
}

export interface Proxy {
  readonly port: number;
  /** How often a client spoke after the server had: round trips, while one thing is asked at a time. */
  readonly turns: number;
  /** Connections that are open at this moment. */
  readonly connections: number;
  behave(behaviour: Partial<ProxyBehaviour>): void;
  /** Ends every connection. */
  cut(): void;
  /** Leads new connections to another server. */
  leadTo(target: ProxyTarget): void;
  stop(): Promise<void>;
}

export interface ProxyTarget {
  /** This machine when absent. */
  readonly host?: string;
  readonly port: number;
}

const wellBehaved: ProxyBehaviour = { delayMs: 0, traffic: "pass", replies: "pass" };

/** What becomes of what is said; each is made anew for each connection. */
export interface Ways {
  /** Is told all that the client says. */
  readonly hearing?: () => (chunk: Buffer) => void;
  /** Changes the server's answers on their way. */
  readonly rewriting?: () => (chunk: Buffer) => Buffer;
}

/** @param listenOn a port to use again; a free one when absent */
export async function startProxy(
  firstTarget: ProxyTarget,
  listenOn: number = 0,
  { hearing = () => () => {}, rewriting = () => (chunk) => chunk }: Ways = {},
): Promise<Proxy> {
  let target = firstTarget;
  let behaviour = wellBehaved;
  let turns = 0;
  const links = new Set<Link>();

  const server = createServer((client) => {
    const upstream = connect({ host: target.host ?? "127.0.0.1", port: target.port });
    let serverSpokeLast = true;
    const [hear, rewrite] = [hearing(), rewriting()];
    const link: Link = { client, upstream, held: [] };
    links.add(link);

    const deliver = (to: Socket, chunk: Buffer): void => {
      const write = (): void => {
        if (behaviour.traffic === "hold") link.held.push(write);
        else if (!to.destroyed) to.write(chunk);
      };
      if (behaviour.delayMs > 0) setTimeout(write, behaviour.delayMs);
      else write();
    };
    const end = (): void => {
      links.delete(link);
      client.destroy();
      upstream.destroy();
    };

    client.on("data", (chunk: Buffer) => {
      if (serverSpokeLast) turns += 1;
      serverSpokeLast = false;
      hear(chunk);
      deliver(upstream, chunk);
    });
    upstream.on("data", (chunk: Buffer) => {
      serverSpokeLast = true;
      if (behaviour.replies === "cut") end();
      else if (behaviour.replies === "pass") deliver(client, rewrite(chunk));
    });
    for (const socket of [client, upstream]) socket.on("error", end).on("close", end);
  });
  server.listen(listenOn, "127.0.0.1");
  await once(server, "listening");

  const cut = (): void => {
    for (const { client, upstream } of links) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    get turns() {
      return turns;
    },
    get connections() {
      return links.size;
    },
    behave(changes) {
      behaviour = { ...behaviour, ...changes };
      if (behaviour.traffic === "hold") return;
      for (const link of links) for (const write of link.held.splice(0)) write();
    },
    cut,
    leadTo(next) {
      target = next;
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** What waits for the traffic to pass again, in order. */
  readonly held: (() => void)[];
}
