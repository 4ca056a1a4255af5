import { getAuth, latchkey, requireAuth } from "@latchkey/adapter-fastify";
import { createAuth } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import Fastify from "fastify";

const auth = createAuth({
  publicUrl: "http://127.0.0.1:3000",
  secret: process.env["AUTH_SECRET"],
  stores: memoryStores(),
  mailer: { send: async (mail) => console.log(mail.text) },
  handlers: { "user.confirmed": async (event) => console.log("make a profile for", event.userId) },
});

const app = Fastify();
app.register(latchkey, { auth, publicRenew: true });
app.get<{ Params: { id: string } }>(
  "/notes/:id",
  { onRequest: requireAuth(auth) },
  async (request) => ({
    note: request.params.id,
    owner: getAuth(request).userId,
  }),
);
app.addHook("onReady", async () => auth.start());
app.addHook("onClose", () => auth.stop());
await app.listen({ port: 3000 });
process.once("SIGTERM", () => void app.close());
