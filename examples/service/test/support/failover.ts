import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { serviceUrl } from "../../../../tools/services/client.ts";
import { startPostgresPair, type PostgresPair } from "../../../../tools/services/postgres-pair.ts";
import { clientOf, untilReady, type Client } from "./client.ts";
import { behindProxy, type Network } from "./network.ts";
import { startService, type Service } from "./process.ts";
import { cheapPasswords, openStage, publicUrl, secret, type Stage } from "./stage.ts";
import { codeOf, type Answer } from "./wire.ts";

/** How long a watcher takes to notice that the primary is gone. */
const noticeMilliseconds = 300;
const patienceMilliseconds = 2000;

/** Two Postgres servers, and an address that can be moved from the one to the other. */
export interface FailoverStage {
  readonly pair: PostgresPair;
  readonly network: Network;
  /** Uses the same address, to make people and to judge. */
  readonly stage: Stage;
  /** Starts a service; from then on it is the one that mails. */
  serve(): Promise<Served>;
  close(): Promise<void>;
}

export interface Served {
  readonly service: Service;
  readonly client: Client;
  /** Kills the primary, promotes the replica, moves the address; milliseconds until all is ready. */
  readonly failOver: () => Promise<number>;
}

export async function openFailover(): Promise<FailoverStage> {
  const pair = await startPostgresPair();
  const network = await behindProxy(pair.primary.urlOf("postgres"));
  const redis = await serviceUrl("redis");
  const stage = await openStage({ postgres: network.url, redis });
  const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
  const OPTIONS_FILE = join(folder, "options.json");
  writeFileSync(OPTIONS_FILE, JSON.stringify({ limits: "off", passwords: cheapPasswords }));
  const variables = {
    ...{ POSTGRES_URL: network.url, REDIS_URL: redis, OPTIONS_FILE },
    ...{ AUTH_SECRET: secret, PUBLIC_URL: publicUrl },
  };
  const services: Service[] = [];
  return {
    ...{ pair, network, stage },
    async serve() {
      const service = await startService(variables);
      services.push(service);
      const failOver = async (): Promise<number> => {
        const start = performance.now();
        await pair.kill();
        await pause(noticeMilliseconds);
        await pair.promote();
        network.leadTo(pair.replica);
        await untilReady(service);
        return Math.round(performance.now() - start);
      };
      return { service, client: clientOf(service), failOver };
    },
    async close() {
      await Promise.all([stage.close(), ...services.map((service) => service.stop())]);
      await network.stop();
      await pair.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** How a question was answered, and how often it had to be asked again before. */
export interface Asked {
  readonly answer: Answer;
  readonly outages: number;
}

/** Asks until it is answered: what comes meanwhile has to be a 503, and in time. */
export async function untilAnswered(ask: () => Promise<Answer>): Promise<Asked> {
  for (let outages = 0; ; outages += 1) {
    const asked = performance.now();
    const answer = await ask();
    const took = performance.now() - asked;
    assert.ok(took < patienceMilliseconds, `answered after ${took} ms: ${answer.text}`);
    if (answer.status !== 503) return { answer, outages };
    assert.equal(codeOf(answer), "store_unavailable");
    await pause(25);
  }
}
