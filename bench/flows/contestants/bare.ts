import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { headersOf, note, type Contestant } from "./contestant.ts";

/** What is sent everywhere, to somebody who does not look at it. */
const requests: Contestant["requests"] = async () => [
  { method: "GET", path: "/notes/1", headers: headersOf(1, { authorization: "Bearer a.b.c" }) },
];

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
