import { describe, expect, it } from "vitest";
import { toClient } from "./client.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

describe("toClient", () => {
  it("brings address, network, agent and language into one form", () => {
    const client = toClient({ ip: "::ffff:192.0.2.1", agent: firefox, locale: "ru" }, "en", 64);
    expect(client).toEqual({
      address: "192.0.2.1",
      network: "192.0.2.1",
      site: null,
      agent: "Firefox/Linux",
      locale: "ru",
    });
  });

  it("counts an IPv6 client by the configured prefix", () => {
    const ip = "2001:db8:aaaa:bbbb::1";
    expect(toClient({ ip }, "en", 64).network).toBe("2001:db8:aaaa:bbbb:0:0:0:0/64");
    expect(toClient({ ip }, "en", 56).network).toBe("2001:db8:aaaa:bb00:0:0:0:0/56");
    expect(toClient({ ip }, "en", 64).address).toBe("2001:db8:aaaa:bbbb::1");
  });

  it("knows the /48 around an IPv6 network, and none where the network is one, or IPv4", () => {
    const ip = "2001:db8:aaaa:bbbb::1";
    expect(toClient({ ip }, "en", 64).site).toBe("2001:db8:aaaa:0:0:0:0:0/48");
    expect(toClient({ ip }, "en", 49).site).toBe("2001:db8:aaaa:0:0:0:0:0/48");
    expect(toClient({ ip }, "en", 48).site).toBeNull();
    expect(toClient({ ip: "::ffff:192.0.2.1" }, "en", 64).site).toBeNull();
  });

  it("takes the configured language where the client names none, or none of ours", () => {
    expect(toClient({ ip: "192.0.2.1" }, "ru", 64).locale).toBe("ru");
    const spoken = { ip: "192.0.2.1", locale: "de" as unknown as "en" };
    expect(toClient(spoken, "ru", 64).locale).toBe("ru");
  });

  it.each(["", "unknown", "localhost", "fe80::1%eth0", "192.0.2.1, 10.0.0.1"])(
    "refuses the address %j with a TypeError: a limit keyed by junk would be no limit",
    (ip) => {
      expect(() => toClient({ ip }, "en", 64)).toThrow(
        new TypeError("client.ip must be an IPv4 or IPv6 address"),
      );
    },
  );

  it.each([undefined, null, 2_130_706_433, ["192.0.2.1"], {}])(
    "refuses %j for an address in the same words",
    (ip) => {
      expect(() => toClient({ ip: ip as string }, "en", 64)).toThrow(
        new TypeError("client.ip must be an IPv4 or IPv6 address"),
      );
    },
  );
});
