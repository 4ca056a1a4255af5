// A second process that remembers sessions: authenticates the tokens it is asked to. Its notices
// may come over another road than its lookups, so that this road alone can be made bad.
import { setTimeout as pause } from "node:timers/promises";
import { createAuth, isAuthError } from "../../packages/core/src/index.ts";
import { memoryMailer, memoryStores } from "../../packages/core/src/memory.ts";
import { type Answer, machineMs, type Place, type Progress, type Question } from "./messages.ts";
import { publicUrl, secret } from "./people.ts";
import { openSessions } from "./sessions.ts";

const { kind, url, noticesUrl } = JSON.parse(process.argv[2] ?? "") as Place;
const lookups = openSessions(kind, url).sessions;
const notices = openSessions(kind, noticesUrl).sessions;
const auth = createAuth({
  ...{ publicUrl, secret, mailer: memoryMailer() },
  stores: {
    ...memoryStores(),
    sessions: { ...lookups, watch: (listener, signal) => notices.watch(listener, signal) },
  },
  sessions: { nearCacheEntries: 10_000 },
  // Where nothing can be heard, that is what the test is about.
  onEvent: () => undefined,
});

async function refusalOf(accessToken: string): Promise<string | null> {
  try {
    await auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
    return null;
  } catch (error) {
    return isAuthError(error) ? error.code : String(error);
  }
}

async function answer({ number, until, token }: Question): Promise<Answer> {
  let lastAt: number | null = null;
  for (;;) {
    const begunAt = machineMs();
    const refusal = await refusalOf(token);
    if (refusal === null) {
      if (lastAt === null) process.send?.({ number, isIn: true } satisfies Progress);
      lastAt = begunAt;
    }
    // A store that is away refuses nobody for good.
    if (until === "once" || refusal === "invalid_token") return { number, lastAt, refusal };
    await pause(1);
  }
}

process.on("message", (question: Question) => {
  void answer(question).then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit());
process.send?.({ number: 0, isIn: true } satisfies Progress);
