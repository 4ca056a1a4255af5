import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { Pool } from "pg";
import { createAuth, type Auth } from "@latchkey/core";
import * as onExpress from "@latchkey/adapter-express";
import * as onFastify from "@latchkey/adapter-fastify";
import { memoryMailer } from "@latchkey/core/memory";
import { guardPool, migrate, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import { beginSession } from "../../../packages/core/src/domain/session.ts";
import { argon2Hasher } from "../../../packages/core/src/passwords/argon2-hasher.ts";
import { systemRandom } from "../../../packages/core/src/system.ts";
import { makeAccessTokens } from "../../../packages/core/src/tokens/access-token.ts";
import { makeKeys } from "../../../packages/core/src/tokens/keys.ts";
import { makeRefreshTokens } from "../../../packages/core/src/tokens/refresh-token.ts";
import { publicUrl, secret } from "../../../tools/revocation/people.ts";
import { addPeople } from "../../growth/fill.ts";
import type { Flow, Request } from "../messages.ts";
import {
  aStranger,
  argon2,
  eachOf,
  headersOf,
  note,
  password,
  people,
  post,
  times,
  type Contestant,
  type Places,
} from "./contestant.ts";

const expose = ["public", "internal"] as const;
const lifetimes = { refreshIdleSeconds: 604_800, sessionTtlSeconds: 2_592_000 };

interface Person {
  readonly id: string;
  readonly tag: string;
  readonly epoch: number;
}

/** How Latchkey is set up. */
export interface Setting {
  readonly framework: "fastify" | "express";
  readonly nearCacheEntries: number;
  /** Whether the application's route asks who calls. */
  readonly isGuarded: boolean;
}

/** Latchkey with every default, but behind a proxy: the limits count each client's own address. */
export async function latchkey(
  { framework, nearCacheEntries, isGuarded }: Setting,
  { postgresUrl, redisUrl }: Places,
): Promise<Contestant> {
  const pool = guardPool(new Pool({ ...poolSettings, connectionString: postgresUrl, max: 10 }));
  await migrate(pool);
  const everybody = await seed(pool);
  const connection = connectRedis(redisUrl);
  await connection.ready();
  const stores = { ...postgresStores(pool), ...redisStores(connection.redis) };
  const auth = createAuth({
    ...{ publicUrl, secret, stores, mailer: memoryMailer() },
    trustedProxies: ["127.0.0.0/8"],
    sessions: { nearCacheEntries },
  });
  const common = { issuer: publicUrl, clockToleranceSeconds: 5 };
  const keys = makeKeys([secret], undefined);
  const access = makeAccessTokens({
    ...{ ...common, ring: keys.access, audience: publicUrl, ttlSeconds: 600, remembered: 0 },
  });
  const refresh = makeRefreshTokens({ ...common, ring: keys.refresh });

  const signIn = async (index: number) => {
    const person = everybody[index % everybody.length];
    if (person === undefined) throw new Error("nobody was seeded");
    const now = new Date();
    const of = { id: randomUUID(), userId: person.id, epoch: person.epoch };
    const session = beginSession({ ...of, ip: "192.0.2.1", agent: "bench" }, lifetimes, now);
    await stores.sessions.open(session, 100_000, now);
    const [accessToken, refreshToken] = await Promise.all([
      access.issue(session, person.tag),
      refresh.issue(session),
    ]);
    const authorization = `Bearer ${accessToken.token}`;
    return { authorization, refreshToken: refreshToken.token };
  };
  const login = (index: number): Request =>
    post("/api/v1/tokens/public/login", {
      tag: everybody[index % everybody.length]?.tag ?? "",
      password,
    });
  const prepare: Record<Flow, (count: number) => Promise<readonly Request[]>> = {
    authenticate: (count) =>
      eachOf(count, async (index): Promise<Request> => {
        const { authorization } = await signIn(index);
        return { method: "GET", path: "/notes/1", headers: headersOf(index, { authorization }) };
      }),
    login: async (count) => times(count, login),
    "login, one at a time": async (count) => times(count, login),
    renew: (count) =>
      eachOf(count, async (index) => {
        const { refreshToken } = await signIn(index);
        return post("/api/v1/tokens/renew", { refreshToken });
      }),
    register: async (count) => times(count, () => post("/api/v1/users/public/create", aStranger())),
    forgot: async (count) =>
      times(count, () => post("/api/auth/forgot-password", { email: aStranger().email })),
    logout: (count) =>
      eachOf(count, async (index): Promise<Request> => {
        const { authorization } = await signIn(index);
        const headers = headersOf(index, { authorization });
        return { method: "DELETE", path: "/api/v1/tokens/logout", headers };
      }),
  };
  return {
    port: await (framework === "fastify" ? listenOnFastify : listenOnExpress)(auth, isGuarded),
    requests: (flow, count) => prepare[flow](count),
  };
}

async function listenOnFastify(auth: Auth, isGuarded: boolean): Promise<number> {
  const app = Fastify();
  await app.register(onFastify.latchkey, { auth, expose });
  const guards = isGuarded ? { onRequest: onFastify.requireAuth(auth) } : {};
  app.get("/notes/:id", guards, async () => note);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

async function listenOnExpress(auth: Auth, isGuarded: boolean): Promise<number> {
  const app = express();
  const answer: express.RequestHandler = (_request, response) => void response.json(note);
  if (isGuarded) app.get("/notes/:id", onExpress.requireAuth(auth), answer);
  else app.get("/notes/:id", answer);
  app.use(onExpress.latchkey(auth, { expose }));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

/** Who is there already, or a few people; a choice of them. */
async function seed(pool: Pool): Promise<readonly Person[]> {
  const hasher = argon2Hasher({ ...argon2, concurrency: 1, queue: 1, random: systemRandom });
  await addPeople(pool, people, await hasher.hash(password));
  const { rows } = await pool.query<{ id: string; tag: string }>(
    "SELECT id, tag FROM latchkey.users ORDER BY md5(id::text) LIMIT 2000",
  );
  return rows.map((row) => ({ ...row, epoch: 1 }));
}
