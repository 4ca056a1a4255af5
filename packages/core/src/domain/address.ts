import { isIP, isIPv4 } from "node:net";

/**
 * The one spelling of an IP address, or null for anything else: an IPv4-mapped IPv6 address becomes
 * IPv4, IPv6 is compressed and lower-cased, zones are refused.
 */
export function parseAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  if (text.length > 45 || text.includes("%") || isIP(text) !== 6) return null;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) return canonical;
  const [high, low] = [mapped[1], mapped[2]].map((part) => Number.parseInt(part ?? "", 16));
  const bytes = [high, low].flatMap((part = 0) => [part >> 8, part & 255]);
  return bytes.join(".");
}

/**
 * What one customer of a network holds: the IPv4 address itself, or the IPv6 prefix of `bits`
 * (64 by default), since whoever has one IPv6 address has its whole /64.
 */
export function networkOf(address: string, bits = 64): string {
  if (isIPv4(address)) return address;
  const [head = "", tail = ""] = address.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? 8 - front.length - back.length : 0;
  const groups = [...front, ...Array.from({ length: zeros }, () => "0"), ...back];
  const kept = groups.map((group, index) => {
    const free = Math.min(16, Math.max(0, 16 * (index + 1) - bits));
    return ((Number.parseInt(group, 16) >> free) << free).toString(16);
  });
  return `${kept.join(":")}/${bits}`;
}
