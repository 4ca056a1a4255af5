import { getAuth, latchkey, requireAuth } from "@latchkey/adapter-express";
import { createAuth } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import express from "express";

const auth = createAuth({
  publicUrl: "http://127.0.0.1:3000",
  secret: process.env["AUTH_SECRET"],
  stores: memoryStores(),
  mailer: { send: async (mail) => console.log(mail.text) },
  handlers: { "user.confirmed": async (event) => console.log("make a profile for", event.userId) },
});

const app = express();
app.use(latchkey(auth, { publicRenew: true }));
app.get("/notes/:id", requireAuth(auth), (req, res) => {
  res.json({ note: req.params.id, owner: getAuth(req).userId });
});
const server = app.listen(3000, (error) => {
  if (error) throw error;
  void auth.start();
});
server.on("close", () => void auth.stop());
process.once("SIGTERM", () => server.close());
