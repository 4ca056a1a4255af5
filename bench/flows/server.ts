// One contestant in a process of its own: `node server.ts <contestant> <Postgres> <Redis>`.
import { countAsked } from "./counting.ts";
import { nowhere, type Contestant } from "./contestants/contestant.ts";
import type { Name } from "./contestants.ts";
import type { Question, Usage } from "./messages.ts";

const [name = "", postgresUrl = "", redisUrl = ""] = process.argv.slice(2);
const places = { postgresUrl, redisUrl };
const asked = countAsked();

// Each process loads what it runs, and nothing of the others.
const latchkey = async (
  framework: "fastify" | "express",
  nearCacheEntries: number,
  isGuarded = true,
): Promise<Contestant> => {
  const { latchkey: make } = await import("./contestants/latchkey.ts");
  return make({ framework, nearCacheEntries, isGuarded }, places);
};

const makers: Record<Name, () => Promise<Contestant>> = {
  Fastify: async () => (await import("./contestants/bare.ts")).bareFastify(),
  Express: async () => (await import("./contestants/bare.ts")).bareExpress(),
  "by hand": async () => (await import("./contestants/hand-written.ts")).handWritten(places),
  "better-auth": async () =>
    (await import("./contestants/better-auth.ts")).betterAuthContestant(places),
  "Latchkey on Fastify": () => latchkey("fastify", 0),
  "Latchkey on Express": () => latchkey("express", 0),
  "Latchkey on Fastify, near cache": () => latchkey("fastify", 10_000),
  "Latchkey on Express, near cache": () => latchkey("express", 10_000),
  "Fastify beside Latchkey, no guard": () => latchkey("fastify", 10_000, false),
  "Express beside Latchkey, no guard": () => latchkey("express", 10_000, false),
  "argon2 alone": async () => ({ port: 0, requests: nowhere }),
};

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    ...{ cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() },
    ...asked(),
  };
}

const contestant = await makers[name as Name]();

async function answer(question: Question): Promise<unknown> {
  if (question.ask === "usage") return usage();
  if (question.ask === "hash") {
    const { verifyFor } = await import("./contestants/hasher.ts");
    return verifyFor(question.seconds, question.inFlight);
  }
  return contestant.requests(question.flow, question.count);
}

process.on("message", (question) => {
  void answer(question as Question).then((answered) => process.send?.(answered));
});
process.on("disconnect", () => process.exit());
process.send?.(contestant.port);
