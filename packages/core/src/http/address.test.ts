import { isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientOf, trustIn } from "./address.ts";

/** The address found for a peer and its X-Forwarded-For lines, where some proxies are trusted. */
function addressOf(
  peerAddress: string | undefined,
  forwarded: string | readonly string[],
  proxies: readonly string[],
): string {
  const rawHeaders = [forwarded].flat().flatMap((line) => ["X-Forwarded-For", line]);
  return clientOf({ rawHeaders, peerAddress }, trustIn(proxies), "en").ip;
}

const inside = ["10.0.0.0/8", "fd00::/8"];
const many = (count: number, hop: string): string =>
  Array.from({ length: count }, () => hop).join(", ");

describe("a peer nobody trusts", () => {
  it.each(["192.0.2.1", "10.0.0.1", "127.0.0.1", "2001:db8::1", "::1"])(
    "is the client itself, whatever it says of others: %s",
    (peer) => {
      expect(addressOf(peer, "203.0.113.9", [])).toBe(peer);
    },
  );

  it("is not believed for being near a trusted network", () => {
    expect(addressOf("11.0.0.1", "203.0.113.9", inside)).toBe("11.0.0.1");
    expect(addressOf("fe00::1", "203.0.113.9", inside)).toBe("fe00::1");
    expect(addressOf("::1", "203.0.113.9", ["127.0.0.1"])).toBe("::1");
  });

  it("has one address in every spelling", () => {
    expect(addressOf("::ffff:192.0.2.1", "", [])).toBe("192.0.2.1");
    expect(addressOf("::FFFF:c000:0201", "", [])).toBe("192.0.2.1");
    expect(addressOf("2001:DB8:0:0::1", "", [])).toBe("2001:db8::1");
  });

  it("keeps its address without the interface it came through", () => {
    expect(addressOf("fe80::1%eth0", "203.0.113.9", [])).toBe("fe80::1");
  });
});

describe("a trusted proxy", () => {
  it("is believed about the one that called it", () => {
    expect(addressOf("10.0.0.1", "203.0.113.9", inside)).toBe("203.0.113.9");
    expect(addressOf("fd00::1", "2001:db8::9", inside)).toBe("2001:db8::9");
    expect(addressOf("::ffff:10.0.0.1", "::ffff:203.0.113.9", inside)).toBe("203.0.113.9");
  });

  it("is read from the right, as far as each hop is trusted itself", () => {
    expect(addressOf("10.0.0.1", "203.0.113.9, 10.0.0.3, 10.0.0.2", inside)).toBe("203.0.113.9");
    expect(addressOf("10.0.0.1", "198.51.100.7, 203.0.113.9, 10.0.0.2", inside)).toBe(
      "203.0.113.9",
    );
  });

  it("does not pass on what the client claims of itself, further to the left", () => {
    for (const spoofed of ["127.0.0.1", "10.0.0.9", "::1", "<script>", "unknown", ""]) {
      expect(addressOf("10.0.0.1", `${spoofed}, 203.0.113.9`, inside)).toBe("203.0.113.9");
    }
  });

  it("gives one list in several headers", () => {
    expect(addressOf("10.0.0.1", ["198.51.100.7", "203.0.113.9, 10.0.0.2"], inside)).toBe(
      "203.0.113.9",
    );
    expect(addressOf("10.0.0.1", ["203.0.113.9", "10.0.0.2"], inside)).toBe("203.0.113.9");
  });

  it("stands for itself where it says nothing", () => {
    expect(clientOf({ rawHeaders: [], peerAddress: "10.0.0.1" }, trustIn(inside), "en").ip).toBe(
      "10.0.0.1",
    );
    expect(addressOf("10.0.0.1", "", inside)).toBe("10.0.0.1");
    expect(addressOf("10.0.0.1", [], inside)).toBe("10.0.0.1");
  });

  it.each([
    "unknown",
    "_hidden",
    "<script>",
    "localhost",
    "203.0.113",
    "203.0.113.256",
    "203.0.113.09",
    "203.0.113.9/32",
    "203.0.113.9:",
    "203.0.113.9:port",
    "203.0.113.9:80x",
    "x203.0.113.9:80",
    "x[2001:db8::9]:80",
    "[203.0.113.9]x",
    "[2001:db8::9",
    "2001:db8::9]:80",
    "fe80::1%eth0",
    "[fe80::1%eth0]:80",
    "for=203.0.113.9",
    '"203.0.113.9"',
    "203.0.113.9;evil",
    "203.0.113.9 198.51.100.7",
    ",",
  ])("that wrote %j is where the walk ends", (junk) => {
    expect(addressOf("10.0.0.1", `203.0.113.9, ${junk}`, inside)).toBe("10.0.0.1");
    expect(addressOf("10.0.0.1", `203.0.113.9, ${junk}, 10.0.0.2`, inside)).toBe("10.0.0.2");
  });

  it.each([
    ["203.0.113.9:4711", "203.0.113.9"],
    ["[2001:db8::9]:4711", "2001:db8::9"],
    ["[2001:DB8::9]", "2001:db8::9"],
    ["[::ffff:203.0.113.9]:80", "203.0.113.9"],
    ["  203.0.113.9\t", "203.0.113.9"],
  ])("may append a port: %j", (hop, address) => {
    expect(addressOf("10.0.0.1", `198.51.100.7, ${hop}`, inside)).toBe(address);
  });

  it("leads no further left than 32 hops", () => {
    expect(addressOf("10.0.0.1", `203.0.113.9, ${many(31, "10.0.0.2")}`, inside)).toBe(
      "203.0.113.9",
    );
    expect(addressOf("10.0.0.1", `203.0.113.9, ${many(32, "10.0.0.2")}`, inside)).toBe("10.0.0.2");
    expect(addressOf("10.0.0.1", many(100_000, "10.0.0.2"), inside)).toBe("10.0.0.2");
  });

  it("is not looked for in any other header", () => {
    const rawHeaders = [
      ["Forwarded", "for=198.51.100.7"],
      ["X-Real-IP", "198.51.100.7"],
      ["X-Client-IP", "198.51.100.7"],
      ["CF-Connecting-IP", "198.51.100.7"],
      ["X-Forwarded-Host", "evil.example"],
    ].flat();
    expect(clientOf({ rawHeaders, peerAddress: "10.0.0.1" }, trustIn(inside), "en").ip).toBe(
      "10.0.0.1",
    );
  });
});

describe("the list of trusted proxies", () => {
  it("takes single addresses and networks of both families", () => {
    expect(addressOf("192.0.2.1", "203.0.113.9", ["192.0.2.1"])).toBe("203.0.113.9");
    expect(addressOf("192.0.2.2", "203.0.113.9", ["192.0.2.1"])).toBe("192.0.2.2");
    expect(addressOf("2001:db8::1", "203.0.113.9", ["2001:db8::1"])).toBe("203.0.113.9");
    expect(addressOf("2001:db8::2", "203.0.113.9", ["2001:db8::1"])).toBe("2001:db8::2");
    expect(addressOf("10.9.9.9", "203.0.113.9", ["10.1.2.3/8"])).toBe("203.0.113.9");
    expect(addressOf("198.51.100.127", "203.0.113.9", ["198.51.100.0/25"])).toBe("203.0.113.9");
    expect(addressOf("198.51.100.128", "203.0.113.9", ["198.51.100.0/25"])).toBe("198.51.100.128");
  });

  it("covers an IPv4 peer by a mapped IPv6 network", () => {
    expect(addressOf("10.0.0.1", "203.0.113.9", ["::ffff:10.0.0.0/104"])).toBe("203.0.113.9");
    expect(addressOf("11.0.0.1", "203.0.113.9", ["::ffff:10.0.0.0/104"])).toBe("11.0.0.1");
  });

  it("takes everything, where everything is what it was told", () => {
    expect(addressOf("192.0.2.1", "198.51.100.7, 203.0.113.9", ["0.0.0.0/0"])).toBe("198.51.100.7");
  });
});

describe("a Unix socket", () => {
  it("is believed only where unix is in the list", () => {
    expect(addressOf(undefined, "203.0.113.9", ["unix"])).toBe("203.0.113.9");
    expect(addressOf(undefined, "203.0.113.9", inside)).toBe("0.0.0.0");
    expect(addressOf(undefined, "203.0.113.9, 10.0.0.2", ["unix", ...inside])).toBe("203.0.113.9");
    expect(addressOf(undefined, "", ["unix"])).toBe("0.0.0.0");
    expect(addressOf(undefined, "unknown", ["unix"])).toBe("0.0.0.0");
  });

  it("is not what a peer with a strange address is", () => {
    for (const peer of ["", "unknown", "fe80::1%eth0", "/run/app.sock"]) {
      expect(addressOf(peer, "203.0.113.9", ["unix"])).not.toBe("203.0.113.9");
    }
    expect(addressOf("192.0.2.1", "203.0.113.9", ["unix"])).toBe("192.0.2.1");
  });
});

describe("whatever is sent", () => {
  it("an address is found, and never one that only the client wrote", () => {
    const hop = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ maxLength: 12 }),
      fc.constantFrom("10.0.0.2", ""),
    );
    const line = fc.array(hop, { maxLength: 6 }).map((hops) => hops.join(", "));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), (lines) => {
        expect(isIP(addressOf("10.0.0.1", lines, inside))).toBeGreaterThan(0);
        expect(addressOf("10.0.0.1", [...lines, "203.0.113.9"], inside)).toBe("203.0.113.9");
        expect(addressOf("192.0.2.1", lines, inside)).toBe("192.0.2.1");
      }),
    );
  });
});

describe("clientOf", () => {
  const rawHeaders = (...pairs: readonly (readonly [string, string])[]): readonly string[] =>
    pairs.flat();

  it("reads agent and language, the first of several agents and all languages", () => {
    const headers = rawHeaders(
      ["USER-AGENT", "curl/8"],
      ["User-Agent", "Firefox/1"],
      ["Accept-Language", "de"],
      ["accept-language", "ru;q=0.5"],
    );
    const client = clientOf({ rawHeaders: headers, peerAddress: "192.0.2.1" }, trustIn([]), "en");
    expect(client).toEqual({ ip: "192.0.2.1", agent: "curl/8", locale: "ru" });
  });

  it("falls back to the configured language", () => {
    const client = clientOf({ rawHeaders: [], peerAddress: "192.0.2.1" }, trustIn([]), "ru");
    expect(client).toEqual({ ip: "192.0.2.1", agent: undefined, locale: "ru" });
  });
});
