import { describe, expect, it } from "vitest";
import { makeLink } from "./link.ts";

const values = { uid: "0b8a", token: "aa.bb.cc" };

describe("makeLink", () => {
  it("puts user and token where the template wants them, as often as it wants them", () => {
    const link = makeLink("https://example.com/{uid}/{token}/?again={token}", values);
    expect(link).toBe("https://example.com/0b8a/aa.bb.cc/?again=aa.bb.cc");
  });

  it("leaves out what the template does not name", () => {
    expect(makeLink("https://example.com/#/{token}", values)).toBe(
      "https://example.com/#/aa.bb.cc",
    );
  });

  it("percent-encodes values, so that none reaches beyond its place", () => {
    const link = makeLink("https://example.com/{uid}?t={token}", {
      uid: "../x?y#z",
      token: "a&b=c d\r\n<\"'",
    });
    expect(link).toBe("https://example.com/..%2Fx%3Fy%23z?t=a%26b%3Dc%20d%0D%0A%3C%22'");
  });

  it("never fills one value into another, and knows no replacement patterns", () => {
    const link = makeLink("https://example.com/{uid}/{token}", { uid: "{token}", token: "$&$1" });
    expect(link).toBe("https://example.com/%7Btoken%7D/%24%26%241");
  });
});
