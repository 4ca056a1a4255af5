import { expect, it } from "vitest";
import { packAddress, unpackAddress } from "./address.ts";

const compact: readonly (readonly [address: string, bytes: number])[] = [
  ["0.0.0.0", 5],
  ["255.255.255.255", 5],
  ["::", 17],
  ["::1", 17],
  ["1::", 17],
  ["2001:db8::1", 17],
  ["2001:db8:0:1:1:1:1:1", 17],
  ["2001:0:0:1::1", 17],
  ["1:0:0:2:0:0:3:4".replace("1:0:0:2", "1::2"), 17],
  ["2001:db8:1111:2222:3333:4444:5555:6666", 17],
];

it.each(compact)("%s comes back from its %i bytes", (address, bytes) => {
  const packed = packAddress(address);
  expect(packed).toHaveLength(bytes);
  expect(unpackAddress(packed)).toBe(address);
});

const asText = [
  "",
  "unknown",
  "2001:DB8::1",
  "::ffff:192.0.2.1",
  "fe80::1%eth0",
  "0:0:0:0:0:0:0:1",
];

it.each(asText)("%j comes back as it was written", (address) => {
  expect(unpackAddress(packAddress(address))).toBe(address);
});
