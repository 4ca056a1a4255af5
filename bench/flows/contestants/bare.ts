import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { headersOf, note, times, type Contestant } from "./contestant.ts";

/** As long as an access token of Latchkey is, and looked at by nobody. */
const authorization = `Bearer ${"a".repeat(460)}`;

const requests: Contestant["requests"] = async (_flow, count) =>
  times(count, (index) => ({
    ...{ method: "GET", path: "/notes/1" },
    headers: headersOf(index, { authorization }),
  }));

export async function bareFastify(): Promise<Contestant> {
  const app = Fastify();
  app.get("/notes/:id", async () => note);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: (app.server.address() as AddressInfo).port, requests };
}

export async function bareExpress(): Promise<Contestant> {
  const app = express();
  app.get("/notes/:id", (_request, response) => void response.json(note));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: (server.address() as AddressInfo).port, requests };
}
