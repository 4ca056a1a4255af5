// A process that does nothing but run jobs, as the tests tell it: killed at any moment, or ended.
import { createAuth } from "@latchkey/core";
import { smtpMailer } from "@latchkey/mailer-smtp";
import { guardPool, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { Pool } from "pg";

/** What a worker is started with. */
export interface WorkerSettings {
  readonly postgresUrl: string;
  readonly smtpUrl: string;
  readonly secret: string;
}

const { postgresUrl, smtpUrl, secret } = JSON.parse(process.argv[2] ?? "{}") as WorkerSettings;
const pool = guardPool(new Pool({ connectionString: postgresUrl, max: 10, ...poolSettings }));
const mailer = smtpMailer({ url: smtpUrl, from: "no-reply@mail.example" });
const auth = createAuth({
  ...{ publicUrl: "http://localhost", secret, mailer, stores: postgresStores(pool) },
  jobs: {
    ...{ batch: 20, leaseSeconds: 10, pollSeconds: 0.1 },
    ...{ retrySeconds: 0.1, longestRetrySeconds: 0.5 },
  },
  // Five hundred codes at once are more than strangers could make us mail.
  limits: { mailsToNewAddresses: { limit: 10_000, windowSeconds: 300 } },
  // What is thrown is told by the event of the job; this process has no log.
  onEvent: () => {},
});

async function end(): Promise<void> {
  await auth.stop();
  await mailer.close();
  await pool.end();
  process.exit(0);
}

process.once("SIGTERM", () => void end());
await auth.start();
process.send?.("started");
