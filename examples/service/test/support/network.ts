import { startProxy, type Proxy, type ProxyTarget } from "../../../../tools/services/proxy.ts";

/** How a network fails: nobody listens, all stands still, all breaks, or no answer ever comes. */
export type Failure = "refused" | "frozen" | "cut" | "dropped";

/** The way to a real server, which can be broken and mended. */
export interface Network {
  /** The server's address, by this way. */
  readonly url: string;
  readonly proxy: Proxy;
  fail(how: Failure): Promise<void>;
  heal(): Promise<void>;
  /** Ends every connection; new ones reach another server, as after a change of DNS. */
  leadTo(server: ProxyTarget): void;
  stop(): Promise<void>;
}

export async function behindProxy(target: string): Promise<Network> {
  const url = new URL(target);
  let server: ProxyTarget = { host: url.hostname, port: Number(url.port) };
  let proxy = await startProxy(server);
  const { port } = proxy;
  url.port = String(port);
  let isListening = true;
  return {
    url: url.href,
    get proxy() {
      return proxy;
    },
    async fail(how) {
      if (how === "frozen") proxy.behave({ traffic: "hold" });
      if (how === "dropped") proxy.behave({ replies: "drop" });
      if (how === "cut") {
        proxy.behave({ replies: "cut" });
        proxy.cut();
      }
      if (how === "refused") {
        isListening = false;
        await proxy.stop();
      }
    },
    async heal() {
      if (!isListening) proxy = await startProxy(server, port);
      isListening = true;
      proxy.behave({ traffic: "pass", replies: "pass" });
    },
    leadTo(next) {
      server = next;
      proxy.leadTo(next);
      proxy.cut();
    },
    stop: () => (isListening ? proxy.stop() : Promise.resolve()),
  };
}
