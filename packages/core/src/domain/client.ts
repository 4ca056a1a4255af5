import { isIPv4 } from "node:net";
import { networkOf, parseAddress } from "./address.ts";
import { isLocale, type Locale } from "./locale.ts";
import { agentLabel } from "./session.ts";

/** What one customer may hold at most (RFC 6177, section 2). */
const siteBits = 48;

/** Who calls a flow, as the caller of the library knows it. */
export interface ClientInput {
  /** The client's own IP address, already taken from trusted proxies. */
  readonly ip: string;
  /** The User-Agent header; only a short label of it is kept. */
  readonly agent?: string | undefined;
  /** The language of refusals and mails (default: the configured one). */
  readonly locale?: Locale | undefined;
}

/** Who calls a flow, in canonical form. */
export interface Client {
  readonly address: string;
  /** What limits count: the address, or its IPv6 prefix. */
  readonly network: string;
  /** The IPv6 /48 that the network lies in; null for IPv4, and where that is the network. */
  readonly site: string | null;
  readonly agent: string;
  readonly locale: Locale;
}

/**
 * A client in canonical form.
 *
 * @throws TypeError for an `ip` that is no IP address: a limit keyed by junk would be no limit.
 */
export function toClient(input: ClientInput, fallback: Locale, ipv6PrefixBits: number): Client {
  const address = typeof input.ip === "string" ? parseAddress(input.ip) : null;
  if (address === null) throw new TypeError("client.ip must be an IPv4 or IPv6 address");
  return {
    address,
    network: networkOf(address, ipv6PrefixBits),
    site: !isIPv4(address) && ipv6PrefixBits > siteBits ? networkOf(address, siteBits) : null,
    agent: agentLabel(input.agent),
    locale: isLocale(input.locale) ? input.locale : fallback,
  };
}
