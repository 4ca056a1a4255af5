import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { startRedis, type RedisService } from "../../../tools/services/redis.ts";
import { dumpPostgres, dumpRedis, foundIn } from "./support/dumps.ts";
import { startService, type Service } from "./support/process.ts";
import { aStory, type Story } from "./support/story.ts";
import { send } from "./support/wire.ts";

// A life of an account, rightly and wrongly, with marked passwords, codes, tokens, links and
// cookies. Then everything the service wrote anywhere is searched for them.

interface Mail {
  readonly to: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
let redis: RedisService;
let service: Service;
let story: Story;
let mails: readonly Mail[];
let tables: Readonly<Record<string, string>>;
let keys: string;
let isMailed: (secret: string) => boolean;

beforeAll(async () => {
  const postgresUrl = await newDatabase();
  redis = await startRedis();
  const urls = { POSTGRES_URL: postgresUrl, REDIS_URL: redis.url };
  service = await startService({ DATA_DIR: dataDir, ...urls });
  story = await aStory(service);
  // Two notices are among them, which the story does not wait for.
  for (mails = []; mails.length < 4; await pause(20)) {
    mails = JSON.parse((await send("GET", `${service.url}/dev/mailbox.json`)).text) as Mail[];
  }
  [tables, keys] = await Promise.all([dumpPostgres(postgresUrl), dumpRedis(redis.url)]);
  const link = story.secrets.find((secret) => secret.startsWith("http")) ?? "";
  isMailed = (secret) => /^\d{6}$/.test(secret) || link.includes(secret);
});
afterAll(async () => {
  await service.stop();
  await redis.stop();
  rmSync(dataDir, { recursive: true });
});

describe("A-50 no password, code, token, link or cookie of a whole story", () => {
  it("is found where there is none of them, in whatever spelling it is looked for", () => {
    assert.ok(story.secrets.length > 30);
    const [password = ""] = story.secrets;
    const bytes = Buffer.from(`x${password}y`);
    for (const text of [
      ...[`"${password}"`, encodeURIComponent(password), bytes.toString("hex")],
      ...[bytes.toString("base64"), bytes.toString("base64url")],
    ]) {
      assert.deepEqual(foundIn(text, story.secrets), [password], text);
    }
    assert.deepEqual(foundIn("nothing at all 123", story.secrets), []);
  });

  it("stands in stdout, stderr or an event", () => {
    const written = service.stdout() + service.stderr();
    assert.match(written, /"event":"reset\.completed"/);
    assert.deepEqual(foundIn(written, story.secrets), []);
  });

  it("stands in the body of a refusal", () => {
    assert.ok(story.refusals.length > 15);
    assert.deepEqual(foundIn(story.refusals.join("\n"), story.secrets), []);
  });

  it("stands in a row of any table, the outbox's included", () => {
    for (const name of ["users", "jobs"]) assert.notEqual(tables[name], "", name);
    assert.match(tables["jobs"] ?? "", /send-reset-link/);
    assert.match(tables["jobs"] ?? "", /send-confirmation/);
    for (const [name, rows] of Object.entries(tables)) {
      assert.deepEqual(foundIn(rows, story.secrets), [], name);
    }
  });

  it("stands in a key or a value of Redis", () => {
    for (const part of [":s:", ":c:", ":l:"]) assert.ok(keys.includes(part), part);
    assert.deepEqual(foundIn(keys, story.secrets), []);
  });

  it("stands in the subject of a mail; codes and links stand in the bodies of their own mails alone", () => {
    assert.deepEqual(foundIn(mails.map(({ subject }) => subject).join("\n"), story.secrets), []);
    const bodies = (kind: (name: string) => boolean): string =>
      mails.flatMap((mail) => (kind(mail.kind) ? [mail.text, mail.html] : [])).join("\n");
    const never = story.secrets.filter((secret) => !isMailed(secret));
    assert.deepEqual(
      foundIn(
        bodies(() => true),
        never,
      ),
      [],
    );
    const others = bodies((kind) => kind !== "confirmation_code" && kind !== "reset_link");
    assert.deepEqual(foundIn(others, story.secrets), []);
    const mailed = story.secrets.filter(isMailed);
    const found = foundIn(
      bodies((kind) => kind === "confirmation_code" || kind === "reset_link"),
      mailed,
    );
    assert.deepEqual(found, mailed, "and there they stand, so that the search finds what there is");
  });
});
