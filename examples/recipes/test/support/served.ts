import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { type Auth, createAuth } from "@latchkey/core";
import { type ManualClock, manualClock, memoryMailer, memoryStores } from "@latchkey/core/memory";
import { freePorts } from "../../../../tools/services/server-process.ts";
import { application } from "../../src/application.ts";

export const ada = { email: "ada@example.com", tag: "ada", password: "an engine of no numbers" };

/** The example, listening, with somebody who has an account in it. */
export interface Served {
  readonly url: string;
  readonly auth: Auth;
  readonly clock: ManualClock;
  readonly userId: string;
  close(): Promise<void>;
}

export async function serve(): Promise<Served> {
  const [port = 0] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const clock = manualClock(new Date());
  const mailer = memoryMailer(clock);
  const { privateKey } = generateKeyPairSync("ed25519");
  const auth = createAuth({
    publicUrl: url,
    secret: randomBytes(32).toString("base64url"),
    keys: { keys: [privateKey.export({ format: "jwk" })] },
    stores: memoryStores(),
    mailer,
    clock,
  });
  const client = { ip: "192.0.2.1" };
  const names = { firstName: "Ada", lastName: "Lovelace" };
  const { registrationId } = await auth.register({ ...ada, ...names }, client);
  await auth.runJobs();
  const { code: confirmationCode } = mailer.last(ada.email, "confirmation_code").data;
  const confirmation = { email: ada.email, registrationId, confirmationCode };
  const { userId } = await auth.confirm(confirmation, client);

  const app = application(auth);
  const script = readFileSync(new URL("../../src/page-session.ts", import.meta.url), "utf8");
  app.get("/", async (_request, reply) => reply.type("text/html").send("<title>notes</title>"));
  app.get("/page-session.js", async (_request, reply) =>
    reply.type("text/javascript").send(stripTypeScriptTypes(script)),
  );
  await app.listen({ port, host: "localhost" });
  return { url, auth, clock, userId, close: () => app.close() };
}
