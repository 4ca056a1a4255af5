// One contestant in a process of its own: `node server.ts <contestant> <Redis address>`.
import { createSecretKey } from "node:crypto";
import type { AddressInfo } from "node:net";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import express from "express";
import Fastify from "fastify";
import { Redis } from "ioredis";
import { jwtVerify } from "jose";
import { createAuth, type Auth } from "@latchkey/core";
import * as onExpress from "@latchkey/adapter-express";
import * as onFastify from "@latchkey/adapter-fastify";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import { makeKeys } from "../../packages/core/src/tokens/keys.ts";
import { publicUrl, secret } from "../../tools/revocation/people.ts";

const [contestant = "", redisUrl = ""] = process.argv.slice(2);
const note = { note: "1" };

function makeAuth(nearCacheEntries: number): Auth {
  const { redis } = connectRedis(redisUrl);
  return createAuth({
    ...{ publicUrl, secret, mailer: memoryMailer() },
    stores: { ...memoryStores(), ...redisStores(redis) },
    sessions: { nearCacheEntries },
  });
}

/** What somebody would write who promises no more than a signature and a key that is there. */
function handWritten(): (authorization: string | undefined) => Promise<boolean> {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const key = createSecretKey(makeKeys([secret], undefined).access.signing.sign.export());
  return async (authorization) => {
    const token = authorization?.slice("Bearer ".length) ?? "";
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"], issuer: publicUrl });
    return (await redis.get(`bench:${String(payload["sid"])}`)) !== null;
  };
}

async function listen(): Promise<number> {
  const isOn = (framework: string): boolean => contestant.startsWith(framework);
  const entries = contestant.endsWith("near cache") ? 10_000 : 0;
  const isGuarded = contestant.endsWith("cache");
  if (isOn("express")) {
    const app = express();
    const guards = isGuarded ? [onExpress.requireAuth(makeAuth(entries))] : [];
    app.get("/notes/:id", ...guards, (_request, response) => void response.json(note));
    return new Promise((resolve) => {
      const server = app.listen(0, "127.0.0.1", () =>
        resolve((server.address() as AddressInfo).port),
      );
    });
  }
  const app = Fastify();
  if (isGuarded) {
    app.get(
      "/notes/:id",
      { onRequest: onFastify.requireAuth(makeAuth(entries)) },
      async () => note,
    );
  } else if (contestant.endsWith("GET")) {
    const isIn = handWritten();
    const onRequest = async (request: { headers: { authorization?: string | undefined } }) => {
      if (!(await isIn(request.headers.authorization))) throw new Error("refused");
    };
    app.get("/notes/:id", { onRequest }, async () => note);
  } else {
    app.get("/notes/:id", async () => note);
  }
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send?.(await listen());
