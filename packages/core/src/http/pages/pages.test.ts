import { parse } from "parse5";
import { describe, expect, it } from "vitest";
import { aMessage, type RequestParts } from "../../../test/request.ts";
import { makeWorld, type WorldOptions } from "../../../test/world.ts";
import { AuthError } from "../../errors.ts";
import type { EndpointReply } from "../endpoint.ts";
import { endpoints } from "../mount.ts";
import { style } from "./style.ts";

const place = "/password-reset/:uid/:token/";

const postedForm = [
  ["Content-Type", "application/x-www-form-urlencoded"],
  ["Sec-Fetch-Site", "same-origin"],
] as const;

/** What the page at a path answers, and what its world was told. */
async function ask(path: string, parts: RequestParts = {}, options: WorldOptions = {}) {
  const world = makeWorld(options);
  const found = endpoints(world.auth, { pages: true }).find((each) => each.path === path);
  if (found === undefined) throw new TypeError(`nothing stands at ${path}`);
  const at = path.replace(/:(\w+)/g, (_, name: string) => parts.params?.[name] ?? "x");
  const reply = await found.handle(aMessage({ method: "GET", ...parts }, at), parts.body);
  const form = { method: "POST", headers: postedForm };
  return { reply, world, refused: (error: Error) => found.handle(aMessage(form, at), error) };
}

const english = async (path: string, options: WorldOptions): Promise<string> =>
  (await ask(path, {}, options)).reply.body ?? "";

describe("a page", () => {
  it("escapes the product's name wherever it stands", async () => {
    const productName = `<b onclick="x">Ada & 'Co'</b>`;
    const body = await english("/password-reset/", { productName });
    expect(body).not.toContain(productName);
    expect(body).toContain("— &lt;b onclick=&quot;x&quot;&gt;Ada &amp; &#39;Co&#39;&lt;/b&gt;");
    // Whatever its name, a page is the same elements.
    const elements = (html: string): readonly string[] => {
      const walk = (node: { childNodes?: unknown[]; tagName?: string }): string[] => [
        ...(node.tagName === undefined ? [] : [node.tagName]),
        ...(node.childNodes ?? []).flatMap((child) => walk(child as typeof node)),
      ];
      return walk(parse(html));
    };
    expect(elements(body)).toEqual(elements(await english("/password-reset/", {})));
  });

  it("asks for nothing from anywhere: its style holds no address", () => {
    expect(style).not.toMatch(/url\(|@import|https?:/);
  });

  it("says what is asked of a password, in the policy's own numbers", async () => {
    const cases: readonly (readonly [string, WorldOptions["passwords"], string])[] = [
      ["en", {}, "15 or more characters."],
      [
        "en",
        { minLength: 8, require: ["letter", "digit"] },
        "8 or more characters, with a letter and a digit among them.",
      ],
      ["ru", {}, "Не менее 15 символов."],
      ["ru", { minLength: 21, require: ["digit"] }, "Не менее 21 символа, среди них цифра."],
    ];
    for (const [language, passwords, words] of cases) {
      const { reply } = await ask(
        place,
        {
          method: "POST",
          params: { uid: "3f0e8a52-5a3e-4c51-8f5d-0c4f6b8f9a10", token: "set-password" },
          headers: [
            ["Accept-Language", language],
            ["Content-Type", "application/x-www-form-urlencoded"],
            ["Cookie", "__Host-latchkey-reset=x"],
          ],
          body: `linkDigest=${"A".repeat(43)}&newPassword=&confirmPassword=`,
        },
        passwords === undefined ? {} : { passwords },
      );
      expect(reply.status).toBe(400);
      expect(reply.body).toContain(`<p class="hint" id="newPassword-hint">${words} `);
    }
  });
});

describe("a page that another site has fetched", () => {
  const link = { params: { uid: "3f0e8a52-5a3e-4c51-8f5d-0c4f6b8f9a10", token: "a.b.c" } };
  const said = (site: string, dest: string, ...more: (readonly [string, string])[]) => [
    ["Sec-Fetch-Site", site] as const,
    ["Sec-Fetch-Dest", dest] as const,
    ...more,
  ];

  it.each([
    ["an image", said("cross-site", "image")],
    ["a frame", said("cross-site", "iframe")],
    ["a script's request", said("cross-site", "empty")],
    ["a part of a neighbour's page", said("same-site", "image")],
    [
      "a guess of where people go next",
      said("cross-site", "document", ["Sec-Purpose", "prefetch;prerender"]),
    ],
  ])("as %s is refused, and counts nothing for whoever visits it", async (_name, headers) => {
    for (const method of ["GET", "HEAD"]) {
      const { reply, world } = await ask(place, { ...link, method, headers });
      expect(reply.status).toBe(403);
      expect(world.calls).toEqual([]);
    }
  });

  it.each([
    ["opened from a mail on the web", said("cross-site", "document")],
    ["opened from a mail program", said("none", "document")],
    ["opened by whatever says nothing", []],
    ["fetched ahead by its own site", said("same-origin", "document", ["Sec-Purpose", "prefetch"])],
  ])("but not one %s", async (_name, headers) => {
    const { reply, world } = await ask(place, { ...link, headers });
    expect(reply.status).toBe(400);
    expect(world.calls).not.toEqual([]);
  });
});

describe("what went wrong before a page was asked", () => {
  const statusOf = ({ status, headers }: EndpointReply): unknown => [
    status,
    headers["content-type"],
    headers["cache-control"],
  ];

  it("is a page too: a body too long, a type unheard of, a fault of the host", async () => {
    const { refused, world } = await ask("/password-reset/");
    const html = "text/html; charset=utf-8";
    const tooLarge = Object.assign(new Error("entity too large"), { statusCode: 413 });
    expect(statusOf(await refused(tooLarge))).toEqual([413, html, "no-store"]);
    const malformed = new AuthError("malformed_request");
    expect(statusOf(await refused(malformed))).toEqual([400, html, "no-store"]);
    expect(statusOf(await refused(new Error("secret")))).toEqual([500, html, "no-store"]);
    expect((await refused(new Error("secret"))).body).not.toContain("secret");
    expect(world.eventNames()).toEqual(["fault", "fault"]);
  });
});
