import { describe, expect, it } from "vitest";
import { makeWorld } from "../../../test/world.ts";
import { endpoints } from "../mount.ts";
import { fill, pagePaths, wayFrom } from "./places.ts";

describe("the way from a page to a page", () => {
  const paths = [
    ...["/", "/a", "/a/", "/a/b", "/a/b/", "/password-reset/u/t/", "/x/y/z/", "/password-reset/"],
  ];
  it.each(paths)("from %s leads to every other, behind whatever prefix", (here) => {
    for (const prefix of ["", "/auth", "/deep/er"]) {
      for (const to of paths) {
        const { pathname } = new URL(wayFrom(here, to), `https://h.example${prefix}${here}`);
        expect(pathname).toBe(`${prefix}${to}`);
      }
    }
  });

  it("never names a host, whatever is put into it", () => {
    for (const uid of ["//evil.example", "..", "a/b", "?x", "#y", "\\\\evil"]) {
      const way = wayFrom("/r/:uid/:token/", fill("/r/:uid/:token/", { uid, token: "t" }));
      expect(new URL(way, "https://h.example/r/u/t/").host).toBe("h.example");
    }
  });
});

describe("renamed pages", () => {
  const mount = (paths: Readonly<Record<string, string>>, pages = true) =>
    endpoints(makeWorld({ paths }).auth, { pages }).map(({ path }) => path);

  it("stand where they were put, once each", () => {
    expect(mount({}).slice(-4)).toEqual(Object.values(pagePaths));
    expect(mount({ resetDonePage: "/sent" })).toContain("/sent");
    expect(mount({ resetDonePage: "/sent" })).not.toContain(pagePaths.resetDonePage);
    expect(mount({ resetLinkPage: "/r/:uid/:token" })).toContain("/r/:uid/:token");
  });

  it.each([
    [{ resetLinkPage: "/r/:uid/" }, "createAuth: paths.resetLinkPage: keep :token in it"],
    [{ resetLinkPage: "/r/:token/" }, "paths.resetLinkPage: keep :uid in it"],
    [{ resetLinkPage: "/r/:token/:uid/" }, "paths.resetLinkPage: put :token at its end"],
    [{ resetDonePage: "/password-reset/" }, "paths: two endpoints stand at /password-reset/"],
    [{ resetDonePage: "/openapi.json" }, "paths: two endpoints stand at /openapi.json"],
    [
      { resetCompletePage: "/api/auth/forgot-password" },
      "paths: two endpoints stand at /api/auth/forgot-password",
    ],
  ])("are refused as %j", (paths, message) => {
    expect(() => mount(paths)).toThrow(new TypeError(message));
  });
});
