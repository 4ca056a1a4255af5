import { describe, expect, it } from "vitest";
import { resolveConfig } from "./config.ts";
import { memoryMailer } from "./memory/mailer.ts";
import { memoryStores } from "./memory/stores.ts";

const publicUrl = "https://accounts.example.com";
const ports = { secret: undefined, stores: memoryStores(), mailer: memoryMailer() };

/** What a stranger may write in JavaScript. */
const resolve = (options: object): ReturnType<typeof resolveConfig> =>
  resolveConfig({ publicUrl, ...ports, ...options });

describe("publicUrl", () => {
  it.each([
    ["https://example.com", "https://example.com"],
    ["https://example.com/", "https://example.com"],
    ["https://example.com/accounts/", "https://example.com/accounts"],
    ["https://EXAMPLE.com:443", "https://example.com"],
    ["https://example.com:8443/", "https://example.com:8443"],
    ["https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai"],
    [" https://example.com\n", "https://example.com"],
    ["https:example.com", "https://example.com"],
    ["https:\\\\example.com\\a", "https://example.com/a"],
    ["https://exam\nple.com", "https://example.com"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["http://127.0.0.1:3000/", "http://127.0.0.1:3000"],
    ["http://127.1", "http://127.0.0.1"],
    ["http://[::1]:3000", "http://[::1]:3000"],
  ])("spells %j as %j in links and as the issuer", (text, canonical) => {
    const config = resolve({ publicUrl: text });
    expect(config.publicUrl).toBe(canonical);
    expect(config.tokens.issuer).toBe(canonical);
    expect(config.resetLinkTemplate).toBe(`${canonical}/password-reset/{uid}/{token}/`);
  });

  it.each([
    "http://example.com",
    "http://localhost.example.com",
    "http://evil-localhost",
    "http://evil.localhost",
    "http://127.0.0.1.example.com",
    "http://0.0.0.0",
    "http://10.0.0.1",
    "http://[::]",
    "http://[::ffff:127.0.0.1]",
    "ftp://localhost",
    "file:///etc",
    "javascript:alert(1)",
    "ws://localhost",
  ])("A-49: refuses %j: https, or http on a loopback host", (text) => {
    expect(() => resolve({ publicUrl: text })).toThrow(
      new TypeError("createAuth: publicUrl: use https; http is for loopback hosts only"),
    );
  });

  it.each([
    "https://ada:secret@example.com",
    "https://ada@example.com",
    "https://example.com/?a=1",
    "https://example.com/#a",
  ])("refuses %j, which is more than a base", (text) => {
    expect(() => resolve({ publicUrl: text })).toThrow(
      new TypeError(
        "createAuth: publicUrl: give the base URL without credentials, query or fragment",
      ),
    );
  });

  it.each(["", "example.com", "/accounts", "https://", undefined, null, 5, new URL(publicUrl)])(
    "A-49: refuses %j, which is no URL, and shows one",
    (value) => {
      expect(() => resolve({ publicUrl: value })).toThrow(
        new TypeError(
          "createAuth: publicUrl: give an absolute URL such as https://accounts.example.com",
        ),
      );
    },
  );
});

describe("links.resetPassword", () => {
  const template = (resetPassword: unknown): string =>
    resolve({ links: { resetPassword } }).resetLinkTemplate;

  it("is a path below publicUrl, or another https page", () => {
    expect(template("/reset?t={token}")).toBe(`${publicUrl}/reset?t={token}`);
    expect(template("https://app.example/#/{uid}/{token}")).toBe(
      "https://app.example/#/{uid}/{token}",
    );
    expect(template("http://localhost:5173/{token}")).toBe("http://localhost:5173/{token}");
    expect(template("HTTPS://App.example/{token}")).toBe("HTTPS://App.example/{token}");
  });

  it.each([
    "/reset",
    "/reset/{Token}",
    "reset/{token}",
    "http://app.example/{token}",
    "http://evil-localhost/{token}",
    "https://ada:secret@app.example/{token}",
    "javascript:alert('{token}')",
    "mailto:ada@example.com?body={token}",
    "data:text/html,{token}",
    "myapp://reset/{token}",
    " https://app.example/{token}",
    "https:app.example/{token}",
    "https:\\\\app.example/{token}",
    "https://app.example/{token}\r\nBcc: eve@evil.example",
    "/{token} now",
    "",
  ])("is refused as %j", (text) => {
    expect(() => template(text)).toThrow(
      new TypeError(
        "createAuth: links.resetPassword: give an https URL or a path with {token} in it",
      ),
    );
  });
});

describe("trustedProxies", () => {
  it.each(["10.0.0.0/8", "192.0.2.1", "0.0.0.0/0", "2001:db8::/32", "::1", "::1/128", "unix"])(
    "takes %j",
    (entry) => {
      expect(resolve({ trustedProxies: [entry] }).trustedProxies).toEqual([entry]);
    },
  );

  it.each([
    "10.0.0.0/33",
    "::1/129",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0/8 ",
    "fe80::1%eth0",
    "fe80::%eth0/64",
    "localhost",
    "loopback",
    "UNIX",
    "*",
    "",
    1,
    true,
    null,
  ])("refuses %j, and says what there is", (entry) => {
    expect(() => resolve({ trustedProxies: ["::1", entry] })).toThrow(
      new TypeError("createAuth: trustedProxies.1: give CIDRs such as 10.0.0.0/8, or unix"),
    );
  });

  it("is a list: neither a number of hops nor a switch", () => {
    for (const value of [1, true, "10.0.0.0/8", null]) {
      expect(() => resolve({ trustedProxies: value })).toThrow(/^createAuth: trustedProxies: /);
    }
  });
});

describe("links.login", () => {
  const login = (given: unknown, publicUrl_ = publicUrl): string =>
    resolve({ publicUrl: publicUrl_, links: { login: given } }).loginUrl;

  it("is a path below publicUrl, its root where nothing is said, or a whole https URL", () => {
    expect(login(undefined)).toBe(`${publicUrl}/`);
    expect(login("/sign-in?from=reset#form")).toBe(`${publicUrl}/sign-in?from=reset#form`);
    expect(login("/sign-in", `${publicUrl}/auth/`)).toBe(`${publicUrl}/auth/sign-in`);
    expect(login("https://app.example.com")).toBe("https://app.example.com/");
    expect(login("http://localhost:5173/sign-in")).toBe("http://localhost:5173/sign-in");
  });

  it.each([
    ...[
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "javascript:alert(1)",
      "https:evil",
    ],
    ...["data:text/html,x", "http://evil.example", "https://a@evil.example", "sign-in", "", " /x"],
    ...["/\tx", "/a\nb", "https://evil.example\n", "///evil.example", "ftp://evil.example"],
  ])("A-47: refuses %j", (given) => {
    expect(() => login(given)).toThrow(
      new TypeError("createAuth: links.login: give an https URL or a path"),
    );
  });
});

describe("paths.resetLinkPage", () => {
  it("is where mailed links lead, unless links.resetPassword says otherwise", () => {
    const paths = { resetLinkPage: "/forgotten/:uid/:token" };
    expect(resolve({ paths }).resetLinkTemplate).toBe(`${publicUrl}/forgotten/{uid}/{token}`);
    const links = { resetPassword: "/new-password#{token}" };
    expect(resolve({ paths, links }).resetLinkTemplate).toBe(`${publicUrl}/new-password#{token}`);
  });
});
