import { BlockList, isIP, isIPv4 } from "node:net";
import type { ClientInput } from "../domain/client.ts";
import { parseAddress } from "../domain/address.ts";
import { negotiateLocale, type Locale } from "../domain/locale.ts";
import { headerValues, type EndpointRequest } from "./endpoint.ts";

/** More hops than any real chain has; further to the left nothing is read. */
const maxHops = 32;

/** Stands for a peer that has no address (a Unix socket) and says nothing better. */
const noAddress = "0.0.0.0";

/** Proxies are few, and each is asked about with every request that it passes on. */
const rememberedAddresses = 256;

/** Who to believe about a client's address. */
export interface ProxyTrust {
  readonly unix: boolean;
  trusts(address: string): boolean;
}

/** The configured CIDRs (and `unix`), ready to be asked. */
export function trustIn(proxies: readonly string[]): ProxyTrust {
  const networks = new BlockList();
  for (const entry of proxies) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const all = family === "ipv6" ? 128 : 32;
    if (entry !== "unix") networks.addSubnet(address, Number(bits ?? all), family);
  }
  const known = new Map<string, boolean>();
  return {
    unix: proxies.includes("unix"),
    trusts(address) {
      if (proxies.length === 0) return false;
      const told = known.get(address);
      if (told !== undefined) return told;
      const trusted = networks.check(address, isIPv4(address) ? "ipv4" : "ipv6");
      // Whoever comes through many proxies, or makes up many addresses, is looked up again.
      if (known.size >= rememberedAddresses) known.clear();
      known.set(address, trusted);
      return trusted;
    },
  };
}

/** Who calls: address, agent and language, out of the raw request. */
export function clientOf(
  request: Pick<EndpointRequest, "rawHeaders" | "peerAddress">,
  trust: ProxyTrust,
  fallback: Locale,
): ClientInput & { readonly locale: Locale } {
  const [agent] = headerValues(request.rawHeaders, "user-agent");
  const languages = headerValues(request.rawHeaders, "accept-language").join(",");
  return {
    ip: clientAddress(request, trust),
    agent,
    locale: negotiateLocale(languages === "" ? undefined : languages, fallback),
  };
}

/**
 * The client's address: X-Forwarded-For is read from the right, as far as each hop is a trusted
 * proxy; the first that is not is the client. What stands further left is the client's own claim,
 * and an entry that is no address ends the walk at the proxy that wrote it.
 */
function clientAddress(
  request: Pick<EndpointRequest, "rawHeaders" | "peerAddress">,
  trust: ProxyTrust,
): string {
  // A link-local peer comes with its interface: `fe80::1%eth0`. Only a Unix socket has no address.
  const [text] = request.peerAddress?.split("%") ?? [];
  const peer = text === undefined ? null : parseAddress(text);
  const trusted = text === undefined ? trust.unix : peer !== null && trust.trusts(peer);
  if (!trusted) return peer ?? noAddress;

  const hops = headerValues(request.rawHeaders, "x-forwarded-for").join(",").split(",");
  let address = peer ?? noAddress;
  for (const hop of hops.slice(-maxHops).toReversed()) {
    const next = parseAddress(withoutPort(hop.trim()));
    if (next === null) return address;
    address = next;
    if (!trust.trusts(address)) return address;
  }
  return address;
}

/** Some proxies append the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
