import { isIPv4, isIPv6 } from "node:net";

/** What the bytes of a packed address are. */
const kinds = { text: 0, v4: 4, v6: 6 } as const;

/** An address as its 4 or 16 bytes, or as its text where these would not give it back exactly. */
export function packAddress(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from([kinds.v4, ...address.split(".").map(Number)]);
  const groups = isIPv6(address) ? groupsOf(address) : [];
  if (groups.length === 8 && textOf(groups) === address) {
    return Buffer.from([kinds.v6, ...groups.flatMap((group) => [group >> 8, group & 0xff])]);
  }
  return Buffer.concat([Buffer.from([kinds.text]), Buffer.from(address)]);
}

export function unpackAddress(packed: Buffer): string {
  const bytes = packed.subarray(1);
  if (packed[0] === kinds.v4) return [...bytes].join(".");
  if (packed[0] !== kinds.v6) return bytes.toString();
  return textOf(Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index)));
}

/** The eight groups of an address in hexadecimal notation; none where it is written otherwise. */
function groupsOf(address: string): readonly number[] {
  const [before = [], after] = address
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  const missing = after === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: missing }, () => "0"), ...(after ?? [])];
  const hexadecimal = groups.every((group) => /^[0-9a-f]{1,4}$/.test(group));
  return hexadecimal ? groups.map((group) => Number.parseInt(group, 16)) : [];
}

/** As RFC 5952 writes it: without leading zeros, the first longest run of zero groups left out. */
function textOf(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(":");
  const runs = text.match(/\b0(?::0)+\b/g) ?? [];
  const [longest] = runs.toSorted((one, other) => other.length - one.length);
  if (longest === undefined) return text;
  return text.replace(new RegExp(`(?:^|:)\\b${longest}\\b(?::|$)`), "::");
}
