import { domainToASCII } from "node:url";

const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The one canonical form of an email address, or null. What this returns is what is looked up,
 * kept unique, signed for and mailed to, so that no two readings of an address can drift apart.
 *
 * - The local part is an ASCII dot-atom (RFC 5321, section 4.1.2): no quotes, comments, groups.
 * - The domain is IDNA (UTS 46) turned to ASCII, at least two labels, never an address literal.
 * - Only ASCII letters are folded; nothing is trimmed. At most 64 and 254 characters.
 */
export function parseEmailAddress(text: string): string | null {
  if (text.length > 254) return null;
  const at = text.lastIndexOf("@");
  const local = foldAscii(text.slice(0, Math.max(at, 0)));
  if (local.length > 64 || !localPart.test(local)) return null;
  const domain = canonicalDomain(text.slice(at + 1));
  if (domain === null) return null;
  const address = `${local}@${domain}`;
  return address.length > 254 ? null : address;
}

function canonicalDomain(text: string): string | null {
  // The URL parser behind domainToASCII also undoes percent-encoding and cuts at delimiters.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(text)) return null;
  const labels = domainToASCII(text).toLowerCase().split(".");
  const last = labels.at(-1) ?? "";
  const isName = labels.length > 1 && labels.every((part) => label.test(part));
  // A numeric last label is how a URL spells an IPv4 address.
  return isName && !/^\d+$/.test(last) ? labels.join(".") : null;
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
