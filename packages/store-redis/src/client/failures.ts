import { AuthError } from "@latchkey/core";
import { isCluster, type RedisLike } from "./redis-like.ts";

interface Remedy {
  readonly pattern: RegExp;
  readonly says: string;
}

const credentials: Remedy = {
  pattern: /\b(?:WRONGPASS|NOAUTH)\b|invalid username-password|invalid password/,
  says: "Redis refused the credentials: check user and password of the address",
};

const remedies: readonly Remedy[] = [
  credentials,
  {
    pattern: /\bNOPERM\b/,
    says: "this Redis user lacks a right: README.md lists the commands, keys and channels needed",
  },
  {
    pattern: /^(?:MOVED|ASK|CROSSSLOT)\b/,
    says: "this server is part of a cluster: use an ioredis Cluster, or connectRedis([address, …])",
  },
  {
    pattern: /cluster support disabled/,
    says: "this server is not a cluster: use an ioredis Redis, or connectRedis(address)",
  },
  {
    pattern: /\bREADONLY\b/,
    says: "this server is a read-only replica: connect to the primary",
  },
  {
    pattern: /^no answer within|Command timed out|Socket timeout/,
    says: "Redis, or the network to it, is silent or too slow",
  },
  { pattern: /^LOADING\b/, says: "Redis is still loading its data" },
  { pattern: /^(?:BUSY|UNKILLABLE)\b/, says: "Redis is kept busy by a script of somebody's" },
  { pattern: /^OOM\b/, says: "Redis is out of memory: raise maxmemory" },
  {
    pattern: /^MISCONF\b/,
    says: "Redis cannot write its snapshot and takes no writes: see its log",
  },
  {
    // The last is what ioredis says of a slot that no node is known to serve.
    pattern: /CLUSTERDOWN|reading 'join'/,
    says: "the cluster serves not all of its slots",
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    says: "the name of the Redis server is not known: check the address",
  },
  {
    pattern:
      /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|isn't writeable|isn't ready|Connection is closed/,
    says: "no connection to Redis: check that it runs and that the address is right",
  },
];

/** Any fault as the one refusal that callers know, with cause and cure in its cause. */
export function unavailable(redis: RedisLike, fault: unknown): AuthError {
  const last = lastErrors.get(redis);
  // The client may now be looking for the primary, and know no better reason meanwhile.
  if (last !== undefined && textOf(fault).startsWith("READONLY")) last.error = fault;
  // What ioredis says of a command is that there is no connection; why, it said in an event.
  const reason = last?.error ?? fault;
  const text = textOf(reason);
  const remedy = remedies.find(({ pattern }) => pattern.test(text)) ?? null;
  const says = remedy?.says ?? "Redis did not do what was asked";
  return new AuthError("store_unavailable", {
    cause: new Error(`${says} (${text})`, { cause: fault }),
  });
}

/** The message, and that of the last node where a whole cluster could not be reached. */
function textOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { lastNodeError } = reason as { lastNodeError?: unknown };
  return lastNodeError instanceof Error ? lastNodeError.message : reason.message;
}

interface LastError {
  error: unknown;
}

const lastErrors = new WeakMap<RedisLike, LastError>();

/**
 * Remembers why a client has no connection, until it has one again. Listening also keeps ioredis
 * from writing each failed attempt to the console.
 */
export function rememberErrors(redis: RedisLike): void {
  if (lastErrors.has(redis)) return;
  const last: LastError = { error: undefined };
  lastErrors.set(redis, last);
  const note = (error: unknown): void => {
    last.error = error;
  };
  redis.on("error", note);
  redis.on("ready", () => note(undefined));
  // One node's trouble is not the cluster's, but a refused password is everyone's.
  if (isCluster(redis)) {
    redis.on("node error", (error: unknown) => {
      if (credentials.pattern.test(textOf(error))) note(error);
    });
  }
}
