import { unavailable, rememberErrors } from "./failures.ts";
import { type BufferCommands, isCluster, type RedisLike } from "./redis-like.ts";
import type { Script } from "./script.ts";
import { sendingTogether } from "./sending-together.ts";

export type Value = string | number | Buffer;

/** Speaks to Redis: one round trip a call, an answer or `store_unavailable` before the deadline. */
export interface Runner {
  /** One field of the hash at a key. */
  field(key: string, field: Buffer): Promise<Buffer | null>;
  /** A script on one key. */
  run(script: Script, key: string, values: readonly Value[]): Promise<unknown>;
  /** The same, and until so many replicas have it. */
  runOnReplicas(script: Script, key: string, values: readonly Value[]): Promise<unknown>;
}

export interface RunnerOptions {
  readonly deadlineMs: number;
  readonly waitReplicas: number;
}

/** After its first success, so that a client which has never worked is not asked more. */
export type OnFirstAnswer = () => void;

const mostAttempts = 5;

export function runner(
  redis: RedisLike,
  { deadlineMs, waitReplicas }: RunnerOptions,
  onFirstAnswer: OnFirstAnswer,
): Runner {
  rememberErrors(redis);
  const bytes = redis as RedisLike & BufferCommands;
  const together = sendingTogether(redis);

  // How far the server's clock is ahead of this process's monotonic one. Unknown until the server
  // refuses a command as late and says its time; of a cluster's servers, the one most ahead.
  let ahead = Number.NEGATIVE_INFINITY;
  redis.on("ready", () => {
    ahead = Number.NEGATIVE_INFINITY;
  });
  const learn = (late: string): void => {
    ahead = Math.max(ahead, Number(late.split(" ")[1]) - performance.now());
  };

  const send = async (
    { lua, sha }: Script,
    values: readonly Value[],
    way: Way,
  ): Promise<unknown> => {
    together();
    if (!way.alone && !way.replicated) {
      return way.known
        ? bytes.evalshaBuffer(sha, 1, ...values)
        : bytes.evalBuffer(lua, 1, ...values);
    }
    // A pipeline of its own: on a cluster, WAIT has to follow to the same server.
    const evaluate = way.known ? ["evalshaBuffer", sha] : ["evalBuffer", lua];
    const wait = ["wait", waitReplicas, Math.floor(deadlineMs / 4)];
    const commands = [[...evaluate, 1, ...values], ...(way.replicated ? [wait] : [])];
    const [done, waited] = (await redis.pipeline(commands).exec()) ?? [];
    const error = done?.[0] ?? waited?.[0];
    if (error !== undefined && error !== null) throw error;
    if (way.replicated && Number(waited?.[1]) < waitReplicas) {
      throw new Error(`only ${Number(waited?.[1])} of ${waitReplicas} replicas have confirmed`);
    }
    return done?.[1];
  };

  // Only what Redis refused before doing anything is sent again.
  const evaluate = async (
    script: Script,
    key: string,
    values: readonly Value[],
    replicated: boolean,
  ): Promise<unknown> => {
    const givesUpAt = performance.now() + deadlineMs;
    const way: Way = { known: true, alone: false, replicated: false };
    for (let attempt = 1; ; attempt += 1) {
      const until = Math.max(0, Math.floor(ahead + givesUpAt));
      // What is about to be refused for its time needs no replicas.
      way.replicated = replicated && until > 0;
      try {
        return await send(script, [key, until, ...values], way);
      } catch (error) {
        const text = error instanceof Error ? error.message : "";
        if (text.startsWith("LATE ")) learn(text);
        // Flushed, restarted, or another server than before: the script goes along this once.
        else if (text.startsWith("NOSCRIPT")) way.known = false;
        // ioredis follows redirections, but not of single commands in an automatic pipeline.
        else if (isCluster(redis) && !way.alone && /^(?:MOVED|ASK|TRYAGAIN) /.test(text)) {
          way.alone = true;
        } else throw error;
        if (attempt === mostAttempts || performance.now() >= givesUpAt) throw error;
      }
    }
  };

  let answered = false;
  const answer = async <Reply>(work: () => Promise<Reply>): Promise<Reply> => {
    try {
      const reply = await within(deadlineMs, work());
      if (!answered) {
        answered = true;
        onFirstAnswer();
      }
      return reply;
    } catch (error) {
      // A cluster's client does not look for another primary while the one it knows is silent.
      if (isCluster(redis)) redis.refreshSlotsCache?.();
      throw unavailable(redis, error);
    }
  };

  return {
    field(key, field) {
      together();
      return answer(() => redis.hgetBuffer(key, field));
    },
    run: (script, key, values) => answer(() => evaluate(script, key, values, false)),
    runOnReplicas: (script, key, values) =>
      answer(() => evaluate(script, key, values, waitReplicas > 0)),
  };
}

/** How a command is sent. */
interface Way {
  /** Redis should know the script by its digest. */
  known: boolean;
  /** In a pipeline of its own. */
  alone: boolean;
  /** Followed by a wait for replicas. */
  replicated: boolean;
}

/** The work's answer, or a failure when it takes too long. */
export async function within<Answer>(deadlineMs: number, work: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
