import type { AddressInfo } from "node:net";
import { latchkey } from "@latchkey/adapter-express";
import { aBrowser, aLinked, openDoor, pages, type Listen } from "@latchkey/conformance/http";
import express from "express";
import { expect, it } from "vitest";

/** An application whose own parsers have read every body before Latchkey sees it. */
const listen: Listen = async (auth, mount) => {
  const app = express();
  app.use(express.json(), express.urlencoded({ extended: true }));
  app.use("/password-reset", (_request, response, next) => {
    response.setHeader("set-cookie", "host=1");
    next();
  });
  app.use(latchkey(auth, mount));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

it("forms that the host's own parser read are taken as they are, and its cookies stay", async () => {
  const door = await openDoor(listen, { mount: { pages: true } });
  try {
    const ada = await aLinked(door);
    const browser = aBrowser(door);
    const opened = await browser.open(ada.link);
    expect([opened.status, opened.path]).toEqual([200, pages.form(ada.uid)]);
    expect(opened.hops[0]?.headers["set-cookie"]).toEqual([
      "host=1",
      expect.stringMatching(/^__Host-latchkey-reset=/),
    ]);
    const list = await browser.submit(opened, { "newPassword[a]": "x", confirmPassword: "x" });
    expect(list.status).toBe(400);
    const newPassword = "poetical science, 1843";
    const set = await browser.submit(opened, { newPassword, confirmPassword: newPassword });
    expect([set.status, set.path]).toEqual([200, pages.complete]);
    const login = { tag: ada.tag, password: newPassword };
    expect((await door.post("/api/v1/tokens/public/login", login)).status).toBe(200);
  } finally {
    await door.close();
  }
});
