import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hash, verify } from "@node-rs/argon2";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { Redis } from "ioredis";
import { Pool } from "pg";
import type { Request } from "../messages.ts";
import {
  aStranger,
  argon2,
  eachOf,
  headersOf,
  nowhere,
  password,
  people,
  post,
  times,
  type Contestant,
  type Places,
} from "./contestant.ts";

const secret = "a secret of the bench, which is long enough for it";
const baseURL = "http://127.0.0.1:3000";

/**
 * better-auth on Node's own server, with its sessions in Redis and the same hashes as everybody. Its
 * limits are off: they count in memory and would refuse.
 */
export async function betterAuthContestant({ postgresUrl, redisUrl }: Places): Promise<Contestant> {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const { memoryKiB, passes, lanes } = argon2;
  const parameters = {
    ...{ memoryCost: memoryKiB, timeCost: passes, parallelism: lanes },
  };
  const options: BetterAuthOptions = {
    ...{ secret, baseURL, trustedOrigins: ["*"] },
    database: new Pool({ connectionString: postgresUrl, max: 10 }),
    secondaryStorage: {
      get: (key) => redis.get(key),
      async set(key, value, ttl) {
        await (ttl === undefined ? redis.set(key, value) : redis.set(key, value, "EX", ttl));
      },
      async delete(key) {
        await redis.del(key);
      },
      getAndDelete: (key) => redis.getdel(key),
      async increment(key, ttl) {
        await redis.set(key, 0, "EX", ttl, "NX");
        return redis.incr(key);
      },
    },
    emailAndPassword: {
      enabled: true,
      autoSignIn: false,
      password: {
        hash: (text) => hash(text, parameters),
        verify: (given) => verify(given.hash, given.password),
      },
      sendResetPassword: async () => undefined,
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: "error" },
  };
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);
  const handle = toNodeHandler(auth);
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const context = await auth.$context;
  const stored = await hash(password, parameters);
  const ids = await eachOf(people, async (index) => {
    const email = `person_${index + 1}@example.org`;
    const { id } = await context.internalAdapter.createUser(
      { email, name: "Ada Lovelace" },
      { method: "email-password" },
    );
    const account = { userId: id, providerId: "credential", accountId: id, password: stored };
    await context.internalAdapter.linkAccount(account);
    return id;
  });
  const name = context.authCookies.sessionToken.name;
  const signIn = async (index: number): Promise<Readonly<Record<string, string>>> => {
    const { token } = await context.internalAdapter.createSession(ids[index % ids.length] ?? "");
    const signature = createHmac("sha256", secret).update(token).digest("base64");
    return { cookie: `${name}=${encodeURIComponent(`${token}.${signature}`)}`, origin: baseURL };
  };
  const login = (index: number): Request =>
    fromHere(
      post("/api/auth/sign-in/email", {
        email: `person_${(index % people) + 1}@example.org`,
        password,
      }),
    );

  const prepare: Partial<Record<string, (count: number) => Promise<readonly Request[]>>> = {
    authenticate: (count) =>
      eachOf(count, async (index): Promise<Request> => {
        const headers = headersOf(index, await signIn(index));
        return { method: "GET", path: "/api/auth/get-session", headers };
      }),
    login: async (count) => times(count, login),
    "login, one at a time": async (count) => times(count, login),
    register: async (count) =>
      times(count, () => {
        const { email, firstName } = aStranger();
        return fromHere(post("/api/auth/sign-up/email", { email, password, name: firstName }));
      }),
    forgot: async (count) =>
      times(count, (index) =>
        fromHere(
          post("/api/auth/request-password-reset", {
            email: `person_${(index % people) + 1}@example.org`,
          }),
        ),
      ),
    logout: (count) =>
      eachOf(count, async (index) => {
        const request = post("/api/auth/sign-out", {});
        return { ...request, headers: { ...request.headers, ...(await signIn(index)) } };
      }),
  };
  return {
    port: (server.address() as AddressInfo).port,
    requests: (flow, count) => (prepare[flow] ?? ((much) => nowhere(flow, much)))(count),
  };
}

function fromHere(request: Request): Request {
  return { ...request, headers: { ...request.headers, origin: baseURL } };
}
