import { isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { networkOf, parseAddress } from "./address.ts";

describe("parseAddress", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::1", "::1"],
    ["::", "::"],
    ["2001:db8::1", "2001:db8::1"],
    ["2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
    ["::192.0.2.1", "::c000:201"],
    ["ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ])("spells %j as %j", (text, canonical) => {
    expect(parseAddress(text)).toBe(canonical);
  });

  it.each([
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["0000:0000:0000:0000:0000:FFFF:C000:0201", "192.0.2.1"],
    ["::ffff:0.0.0.0", "0.0.0.0"],
    ["::ffff:0.0.1.2", "0.0.1.2"],
    ["::ffff:1.2.0.0", "1.2.0.0"],
    ["::ffff:255.255.255.255", "255.255.255.255"],
  ])("unmaps %j to %j, so that one client has one bucket", (text, canonical) => {
    expect(parseAddress(text)).toBe(canonical);
  });

  it("does not unmap what only looks mapped", () => {
    expect(parseAddress("::ffff:0:192.0.2.1")).toBe("::ffff:0:c000:201");
    expect(parseAddress("1::ffff:192.0.2.1")).toBe("1::ffff:c000:201");
  });

  it.each([
    "",
    " ",
    "localhost",
    "unknown",
    "example.com",
    "<script>",
    "192.0.2.1 ",
    " 192.0.2.1",
    "192.0.2.1\n",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.01",
    "0300.0.2.1",
    "0xc0000201",
    "3221225985",
    "１９２.0.2.1",
    "192.0.2.1:80",
    "[::1]",
    "[::1]:80",
    "::1:80:",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "::1%",
    ":::",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "::ffff:192.0.2.256",
    "::g",
    "2001:db8::1/64",
    "10.0.0.0/8",
    "::1]@evil.example[",
    "a".repeat(1e6),
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it("spells every spelling of one address the same, and its answer as itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const canonical = parseAddress(text) ?? "";
        expect(isIP(canonical)).toBeGreaterThan(0);
        expect(parseAddress(canonical)).toBe(canonical);
        expect(parseAddress(text.toUpperCase())).toBe(canonical);
      }),
    );
  });

  it("gives a mapped IPv4 address and the address itself one spelling", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(parseAddress(`::ffff:${text}`)).toBe(text);
      }),
    );
  });

  it("answers null or an address to any text, and never throws", () => {
    const junk = fc
      .array(fc.constantFrom("::", ":", ".", "%", "[", "]", "/", "ffff", "0", "255", "g", "\0"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(junk, fc.string({ unit: "binary" })), (text) => {
        const canonical = parseAddress(text);
        expect(canonical === null || isIP(canonical) > 0).toBe(true);
      }),
    );
  });
});

describe("networkOf", () => {
  it("leaves an IPv4 address alone: one customer, one address", () => {
    expect(networkOf("192.0.2.1")).toBe("192.0.2.1");
    expect(networkOf("192.0.2.1", 48)).toBe("192.0.2.1");
  });

  it.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:0:0:0:0/64"],
    ["2001:db8:1:2::", "2001:db8:1:2:0:0:0:0/64"],
    ["2001:db8::1", "2001:db8:0:0:0:0:0:0/64"],
    ["::1", "0:0:0:0:0:0:0:0/64"],
    ["::", "0:0:0:0:0:0:0:0/64"],
    ["::1:2:3:4:5", "0:0:0:1:0:0:0:0/64"],
    ["1:2:3:ffff::", "1:2:3:ffff:0:0:0:0/64"],
  ])("puts %j into %j", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    [48, "2001:db8:aaaa:0:0:0:0:0/48"],
    [52, "2001:db8:aaaa:b000:0:0:0:0/52"],
    [56, "2001:db8:aaaa:bb00:0:0:0:0/56"],
    [63, "2001:db8:aaaa:bbba:0:0:0:0/63"],
    [64, "2001:db8:aaaa:bbbb:0:0:0:0/64"],
  ])("takes %i bits of an IPv6 address", (bits, network) => {
    expect(networkOf("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", bits)).toBe(network);
  });

  it("gives every address of a /64 one network, and its neighbour another", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16));
    const four = fc.array(group, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(four, four, four, (prefix, one, other) => {
        // A prefix of zeros can make a mapped IPv4 address, which has no /64.
        const networks = [one, other].map((rest) =>
          networkOf(parseAddress(["2001", ...prefix.slice(1), ...rest].join(":")) ?? ""),
        );
        expect(networks[0]).toBe(networks[1]);
        const beside = ["2002", ...prefix.slice(1), ...one].join(":");
        expect(networkOf(parseAddress(beside) ?? "")).not.toBe(networks[0]);
      }),
    );
  });
});
