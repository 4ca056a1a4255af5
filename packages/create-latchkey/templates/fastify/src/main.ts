import { createAuth } from "@latchkey/core";
import { buildApp } from "./app.ts";
import { openStores } from "./stores.ts";

const { HOST: host = "127.0.0.1", PORT: port = "3000" } = process.env;
const { stores, closeStores } = await openStores();
const auth = createAuth({
  publicUrl: process.env["PUBLIC_URL"] ?? `http://127.0.0.1:${port}`,
  secret: process.env["AUTH_SECRET"],
  locale: "{{language}}",
  stores,
  mailer: { send: async (mail) => console.log(mail.text) },
});
const app = buildApp(auth);
await auth.start();
console.log("listening on", await app.listen({ host, port: Number(port) }));

process.once("SIGTERM", async () => {
  await app.close();
  await auth.stop();
  await closeStores();
});
