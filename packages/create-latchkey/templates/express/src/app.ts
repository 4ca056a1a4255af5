import { getAuth, latchkey, requireAuth } from "@latchkey/adapter-express";
import type { Auth } from "@latchkey/core";
import express, { type Express } from "express";

export function buildApp(auth: Auth): Express {
  const app = express();
  app.use(latchkey(auth, { publicRenew: true, pages: true }));
  app.get("/hello", requireAuth(auth), (req, res) => {
    res.json({ hello: getAuth(req).tag });
  });
  return app;
}
