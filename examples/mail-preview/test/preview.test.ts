import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { previewServer } from "../src/preview.ts";

const kinds = [
  ...["confirmation_code", "reset_link", "reset_code"],
  ...["password_changed", "account_exists", "no_account"],
] as const;
let server: Server;
let url = "";

beforeAll(async () => {
  server = await previewServer("Ключница & Co");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const read = async (path: string): Promise<{ status: number; type: string; text: string }> => {
  const response = await fetch(`${url}${path}`);
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text: await response.text() };
};

it("lists every mail in both languages", async () => {
  const { text } = await read("/");
  const listed = [...text.matchAll(/href="([^"]+)"/g)].map(([, path]) => path);
  const all = ["en", "ru"].flatMap((locale) => kinds.map((kind) => `/${locale}/${kind}`));
  expect(new Set(listed)).toEqual(new Set(all));
  expect(listed).toHaveLength(all.length);
});

it.each(["en", "ru"].flatMap((locale) => kinds.map((kind) => ({ locale, kind }))))(
  "shows $kind in $locale for light and dark screens and as text, as it would be sent",
  async ({ locale, kind }) => {
    const path = `/${locale}/${kind}`;
    const [page, html, text] = await Promise.all(
      ["", ".html", ".txt"].map((end) => read(path + end)),
    );
    expect([page?.status, html?.status, text?.status]).toEqual([200, 200, 200]);
    expect(html?.text).toContain(`<html lang="${locale}"`);
    expect(html?.text).toContain("Ключница &amp; Co");
    expect(text?.type).toBe("text/plain; charset=utf-8");
    expect(text?.text).toContain("Ключница & Co");
    for (const scheme of ["light", "dark"]) {
      expect(page?.text).toContain(`src="${path}.${scheme}.html"`);
      const framed = await read(`${path}.${scheme}.html`);
      expect(framed.text).toContain(`@media ${scheme === "dark" ? "all" : "not all"} {`);
    }
    const [first = ""] = text?.text.split("\n") ?? [];
    expect(page?.text).toContain(first);
  },
);

it("has nothing else", async () => {
  expect((await read("/../package.json")).status).toBe(404);
  expect((await read("/de/reset_link")).status).toBe(404);
});
