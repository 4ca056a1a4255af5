import type { AddressInfo } from "node:net";
import { getAuth, latchkey, requireAuth } from "@latchkey/adapter-express";
import type { HostOptions, Listen } from "@latchkey/conformance/http";
import type { Auth } from "@latchkey/core";
import express, { type Express, type NextFunction, type Request, type Response } from "express";

/** A host application as {@link Listen} describes it. */
export function hostApp(auth: Auth, options: HostOptions = {}): Express {
  const { prefix = "", ...mount } = options;
  const app = express();
  app.use(prefix === "" ? "/" : prefix, latchkey(auth, mount));

  const parsed = express.json();
  app.get("/notes/:id", requireAuth(auth), (request, response) => {
    response.json({ note: request.params.id, ...getAuth(request) });
  });
  app.post("/notes", requireAuth(auth), parsed, (request, response) => {
    response.json({ received: request.body as unknown });
  });
  app.post("/echo", parsed, (request, response) => {
    response.json({ received: request.body as unknown });
  });
  app.get("/unguarded", (request, response) => {
    try {
      response.json(getAuth(request));
    } catch (error) {
      response.json({ thrown: error instanceof Error ? error.name : "?" });
    }
  });
  app.get("/broken", () => {
    throw new Error("broken on purpose");
  });
  app.use((_request, response) => {
    response.status(404).json({ host: "nothing here" });
  });
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(418).json({ host: "broke" });
  });
  return app;
}

export const listen: Listen = async (auth, options) => {
  const server = hostApp(auth, options).listen(0, "127.0.0.1");
  await new Promise((resolve, reject) => {
    server.once("listening", resolve).once("error", reject);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
