// One contestant in a process of its own: `node server.ts <contestant> <Postgres> <Redis>`.
import { countAsked } from "./counting.ts";
import { bareExpress, bareFastify } from "./contestants/bare.ts";
import { betterAuthContestant } from "./contestants/better-auth.ts";
import { nowhere, type Contestant } from "./contestants/contestant.ts";
import { handWritten } from "./contestants/hand-written.ts";
import { verifyFor } from "./contestants/hasher.ts";
import { latchkey } from "./contestants/latchkey.ts";
import type { Name } from "./contestants.ts";
import type { Question, Usage } from "./messages.ts";

const [name = "", postgresUrl = "", redisUrl = ""] = process.argv.slice(2);
const places = { postgresUrl, redisUrl };
const asked = countAsked();

const makers: Record<Name, () => Promise<Contestant>> = {
  Fastify: bareFastify,
  Express: bareExpress,
  "by hand": () => handWritten(places),
  "better-auth": () => betterAuthContestant(places),
  "Latchkey on Fastify": () => latchkey("fastify", 0, places),
  "Latchkey on Express": () => latchkey("express", 0, places),
  "Latchkey on Fastify, near cache": () => latchkey("fastify", 10_000, places),
  "Latchkey on Express, near cache": () => latchkey("express", 10_000, places),
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
  if (question.ask === "hash") return verifyFor(question.seconds, question.inFlight);
  return contestant.requests(question.flow, question.count);
}

process.on("message", (question) => {
  void answer(question as Question).then((answered) => process.send?.(answered));
});
process.on("disconnect", () => process.exit());
process.send?.(contestant.port);
