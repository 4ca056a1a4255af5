import { createAuth } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import { application } from "./application.ts";

const auth = createAuth({
  publicUrl: "http://localhost:3000",
  secret: process.env["AUTH_SECRET"],
  stores: memoryStores(),
  mailer: { send: async (mail) => console.log(mail.text) },
});
await auth.start();
const app = application(auth);
app.addHook("onClose", () => auth.stop());
await app.listen({ port: 3000 });
process.once("SIGTERM", () => void app.close());
