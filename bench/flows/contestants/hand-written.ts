// What a good engineer writes in an afternoon, tuned: prepared statements, one key imported once,
// commands sent together. It promises less: no limits, no epochs, no detection of a stolen refresh
// token, no jobs, no checks of what comes in beyond its being there.
import { createHash, randomBytes, randomUUID, webcrypto } from "node:crypto";
import type { AddressInfo } from "node:net";
import { hash, verify } from "@node-rs/argon2";
import Fastify, { type FastifyRequest } from "fastify";
import { Redis } from "ioredis";
import { jwtVerify, SignJWT } from "jose";
import { Pool } from "pg";
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

const issuer = "https://id.example.org";
const algorithms = ["HS256"];
const week = 604_800;

interface Person {
  readonly id: string;
  readonly tag: string;
}

export async function handWritten({ postgresUrl, redisUrl }: Places): Promise<Contestant> {
  const pool = new Pool({ connectionString: postgresUrl, max: 10 });
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await webcrypto.subtle.importKey("raw", randomBytes(32), hmac, false, [
    "sign",
    "verify",
  ]);
  const everybody = await seed(pool);

  const accessToken = ({ id, tag }: Person, sid: string): Promise<string> =>
    new SignJWT({ sid, tag })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer(issuer)
      .setSubject(id)
      .setIssuedAt()
      .setExpirationTime("10m")
      .sign(key);
  const pair = async (person: Person, sid: string) => {
    const refreshToken = randomBytes(32).toString("base64url");
    const kept = JSON.stringify({ sid, ...person });
    const [access] = await Promise.all([
      accessToken(person, sid),
      redis.set(`r:${digest(refreshToken)}`, kept, "EX", week),
      redis.set(`s:${sid}`, person.id, "EX", week),
    ]);
    return { accessToken: access, refreshToken, tokenType: "Bearer", expiresIn: 600 };
  };
  const sessionOf = async (request: FastifyRequest): Promise<string> => {
    const token = request.headers.authorization?.slice("Bearer ".length) ?? "";
    const { payload } = await jwtVerify(token, key, { algorithms, issuer });
    return String(payload["sid"]);
  };

  const app = Fastify();
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    if ((await redis.get(`s:${await sessionOf(request)}`)) === null) throw refusal();
  };
  app.get("/notes/:id", { onRequest }, async () => note);

  app.post("/login", async (request) => {
    const given = request.body as { readonly tag: string; readonly password: string };
    const { rows } = await pool.query<Person & { password_hash: string }>({
      name: "login",
      text: "SELECT id, tag, password_hash FROM people WHERE tag = $1",
      values: [given.tag],
    });
    const [person] = rows;
    if (person === undefined || !(await verify(person.password_hash, given.password))) {
      throw refusal();
    }
    return pair({ id: person.id, tag: person.tag }, randomUUID());
  });

  app.post("/renew", async (request) => {
    const { refreshToken } = request.body as { readonly refreshToken: string };
    const kept = await redis.getdel(`r:${digest(refreshToken)}`);
    if (kept === null) throw refusal();
    const { sid, ...person } = JSON.parse(kept) as Person & { readonly sid: string };
    return pair(person, sid);
  });

  app.post("/register", async (request, reply) => {
    const given = request.body as ReturnType<typeof aStranger>;
    const id = randomUUID();
    await pool.query({
      name: "register",
      text: "INSERT INTO people (id, tag, email, password_hash) VALUES ($1, $2, $3, $4)",
      values: [id, given.tag, given.email, await hashed(given.password)],
    });
    return reply.code(201).send({ id });
  });

  app.post("/forgot", async (request) => {
    const { email } = request.body as { readonly email: string };
    const token = digest(randomBytes(32).toString("base64url"));
    await pool.query({
      name: "forgot",
      text: "INSERT INTO links (id, email, digest) VALUES ($1, $2, $3)",
      values: [randomUUID(), email, token],
    });
    return { message: "A link is on its way." };
  });

  app.delete("/logout", async (request) => {
    await redis.del(`s:${await sessionOf(request)}`);
    return { message: "You are signed out." };
  });
  await app.listen({ port: 0, host: "127.0.0.1" });

  const signIn = (index: number) => {
    const person = everybody[index % everybody.length];
    if (person === undefined) throw new Error("nobody was seeded");
    return pair(person, randomUUID());
  };
  const prepare: Record<Flow, (count: number) => Promise<readonly Request[]>> = {
    authenticate: (count) =>
      eachOf(count, async (index) => asked("GET", "/notes/1", await signIn(index))),
    login: async (count) => times(count, (index) => post("/login", loginOf(index))),
    "login, one at a time": async (count) =>
      times(count, (index) => post("/login", loginOf(index))),
    renew: (count) =>
      eachOf(count, async (index) => {
        const { refreshToken } = await signIn(index);
        return post("/renew", { refreshToken });
      }),
    register: async (count) => times(count, () => post("/register", aStranger())),
    forgot: async (count) => times(count, () => post("/forgot", { email: aStranger().email })),
    logout: (count) =>
      eachOf(count, async (index) => asked("DELETE", "/logout", await signIn(index))),
  };
  return {
    port: (app.server.address() as AddressInfo).port,
    requests: (flow, count) => prepare[flow](count),
  };
}

async function seed(pool: Pool): Promise<readonly Person[]> {
  await pool.query(`
    CREATE TABLE people (id uuid PRIMARY KEY, tag text NOT NULL UNIQUE, email text NOT NULL UNIQUE,
      password_hash text NOT NULL);
    CREATE TABLE links (id uuid PRIMARY KEY, email text NOT NULL, digest text NOT NULL)`);
  const { rows } = await pool.query<Person>(
    `INSERT INTO people SELECT gen_random_uuid(), 'person_' || n, 'person_' || n || '@example.org', $1
     FROM generate_series(1, $2::int) AS n RETURNING id, tag`,
    [await hashed(password), people],
  );
  return rows;
}

function hashed(text: string): Promise<string> {
  const { memoryKiB, passes, lanes } = argon2;
  return hash(text, {
    ...{ memoryCost: memoryKiB, timeCost: passes, parallelism: lanes },
  });
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function refusal(): Error {
  return Object.assign(new Error("refused"), { statusCode: 401 });
}

function asked(
  method: "GET" | "DELETE",
  path: string,
  { accessToken }: { readonly accessToken: string },
): Request {
  return { method, path, headers: headersOf(1, { authorization: `Bearer ${accessToken}` }) };
}

function loginOf(index: number) {
  return { tag: `person_${(index % people) + 1}`, password };
}
