import type { MailAddress } from "./mail-transport-like.ts";

/** What every control character, line break and change of direction is. */
const invisible = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

// A dot-atom (RFC 5321, section 4.1.2) at a host name, in ASCII: what no parser can read as two.
const local = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Whether a text is one plain address and nothing else: no line break, comma, quote, comment, group,
 * angle bracket, address literal or letter outside ASCII, each of which nodemailer reads as more.
 */
export function isPlainAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  const [name, host] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const labels = host.split(".");
  return (
    text.length <= 254 &&
    name.length <= 64 &&
    local.test(name) &&
    (host === "localhost" || labels.length > 1) &&
    labels.every((part) => label.test(part)) &&
    !/^\d+$/.test(labels.at(-1) ?? "")
  );
}

/** `anna@example.com` or `Anna <anna@example.com>` as an address, or null. */
export function parseSender(text: string): MailAddress | null {
  const [, quoted, bare = "", bracketed] =
    /^(?:"([^"\\]*)"|([^<>"]*?)) ?<([^<>]*)>$/.exec(text) ?? [];
  const name = quoted ?? bare;
  const address = bracketed ?? text;
  if (!isPlainAddress(address) || name.length > 100 || invisible.test(name)) return null;
  return { name, address };
}
