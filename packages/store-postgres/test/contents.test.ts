import { randomBytes } from "node:crypto";
import { createAuth, type Auth } from "@latchkey/core";
import { manualClock, memoryMailer } from "@latchkey/core/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

const clock = manualClock("2026-01-01T00:00:00Z");
const mailer = memoryMailer(clock);
const client = { ip: "192.0.2.77", agent: "curl/8" };
const ada = { firstName: "Ada", lastName: "Lovelace", email: "ada@mail.example" };
const passwords = ["correct horse battery staple", "another staple for the horse"] as const;

let database: TestDatabase;
let auth: Auth;

beforeAll(async () => {
  database = await testDatabase();
  auth = createAuth({
    publicUrl: "http://127.0.0.1:3000",
    secret: randomBytes(32).toString("base64url"),
    stores: postgresStores(database.pool()),
    mailer,
    clock,
  });
});
afterAll(async () => {
  await auth.stop();
  await database.end();
});

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const pool = database.pool(1);
  const tables = ["registrations", "users", "jobs", "sessions", "codes", "limits"];
  const texts = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await pool.query<{ text: string }>(
        `SELECT to_json(own)::text AS text FROM latchkey.${table} AS own`,
      );
      return rows.map(({ text }) => text).join("\n");
    }),
  );
  return texts.join("\n");
}

/** Six digits may well be part of a time or a digest: what would be kept is the code alone. */
function holds(text: string, secret: string): boolean {
  if (!/^\d{6}$/.test(secret)) return text.includes(secret);
  return new RegExp(`(?<![\\w.-])${secret}(?![\\w.-])`).test(text);
}

describe("the tables, after every flow", () => {
  // What was secret on the way, by what it was.
  const secrets = new Map<string, string>();
  const dumps: string[] = [];

  beforeAll(async () => {
    const { registrationId, tag } = await auth.register({ ...ada, password: passwords[0] }, client);
    await auth.runJobs();
    const { code } = mailer.last(ada.email, "confirmation_code").data;
    dumps.push(await dump());
    await auth.confirm({ email: ada.email, registrationId, confirmationCode: code }, client);
    const pair = await auth.login({ tag, password: passwords[0] }, client);
    await auth.renew({ refreshToken: pair.refreshToken }, client);
    dumps.push(await dump());
    clock.advance({ seconds: 5 });
    await auth.forgotPassword({ email: ada.email }, client);
    await auth.runJobs();
    const { link } = mailer.last(ada.email, "reset_link").data;
    dumps.push(await dump());
    const token = new URL(link).pathname.split("/").findLast((part) => part.includes(".")) ?? link;
    await auth.resetPassword({ token, email: ada.email, newPassword: passwords[1] }, client);
    await auth.runJobs();
    await auth.login({ tag: ada.email, password: passwords[1] }, client);
    dumps.push(await dump());

    secrets.set("the confirmation code", code);
    secrets.set("the reset link", token);
    secrets.set("an access token", pair.accessToken);
    secrets.set("a refresh token", pair.refreshToken);
    secrets.set("the first password", passwords[0]);
    secrets.set("the second password", passwords[1]);
    for (const [name, jws] of [...secrets]) {
      const [, payload, signature] = jws.split(".");
      if (payload !== undefined) secrets.set(`the claims of ${name}`, payload);
      if (signature !== undefined) secrets.set(`the signature of ${name}`, signature);
    }
  });

  it("hold no code, link, token or password", () => {
    expect(secrets.size).toBe(12);
    const found = [...secrets].filter(([, secret]) => dumps.some((text) => holds(text, secret)));
    expect(found).toEqual([]);
    // The dumps are no empty ones: what may be kept is there.
    expect(dumps[0]).toContain(ada.email);
    expect(dumps[3]).toContain("$argon2id$");
  });

  it("hold the client's address in the list of sessions alone", async () => {
    const { rows } = await database
      .pool(1)
      .query<{ text: string }>("SELECT to_json(own)::text AS text FROM latchkey.sessions AS own");
    const inSessions = rows.map(({ text }) => text).join("\n");
    const all = await dump();
    const count = (text: string): number => text.split(client.ip).length;
    expect(count(inSessions)).toBeGreaterThan(1);
    expect(count(all)).toBe(count(inSessions));
  });

  it("keep no hash of a password that is no longer one", async () => {
    const hashes = (dumps[3] ?? "").match(/\$argon2id\$[^"]+/g) ?? [];
    expect(new Set(hashes).size).toBe(1);
  });
});
