// An `auth` on memory stores that tells of every call it makes, in order.
import { createAuth } from "../../../packages/core/src/create-auth.ts";
import type { Auth } from "../../../packages/core/src/auth.ts";
import { manualClock, type ManualClock } from "../../../packages/core/src/memory/clock.ts";
import { memoryMailer, type MemoryMailer } from "../../../packages/core/src/memory/mailer.ts";
import { memoryStores } from "../../../packages/core/src/memory/stores.ts";
import type { AuthOptions } from "../../../packages/core/src/options.ts";
import { plainHasher } from "../../../packages/core/test/plain-hasher.ts";

/** One call of a port, or one event. */
export interface Step {
  /** The port: `users`, `outbox`, `sessions`, `codes`, `limits`, `hasher`, `mailer`, `event`. */
  readonly port: string;
  /** The method, or the event's name. */
  readonly method: string;
  /** What is worth saying of its arguments. */
  readonly detail: string;
}

export interface Witness {
  readonly auth: Auth;
  readonly mailer: MemoryMailer;
  readonly clock: ManualClock;
  /** Takes what happened since the last time. */
  taken(): readonly Step[];
}

/** Starts anew: nobody is known. */
export function witness(options: Partial<AuthOptions> = {}): Witness {
  let steps: Step[] = [];
  const seen = <Port extends object>(port: string, target: Port): Port =>
    new Proxy(target, {
      get(on, method) {
        const value: unknown = Reflect.get(on, method);
        if (typeof value !== "function" || typeof method !== "string") return value;
        return (...args: unknown[]) => {
          const step = { port, method, detail: detailOf(port, method, args) };
          steps.push(step);
          const answer: unknown = Reflect.apply(value, on, args);
          if (method !== "claim") return answer;
          // Which jobs there were is known with the answer.
          return Promise.resolve(answer).then((jobs) => {
            step.detail = jobsIn(jobs)
              .flatMap((job) => namesIn(job, "kind"))
              .join(", ");
            return jobs;
          });
        };
      },
    });
  const clock = manualClock("2026-01-01T00:00:00Z");
  const mailer = memoryMailer(clock);
  const { accounts, sessions, codes, limits } = memoryStores();
  const auth = createAuth({
    publicUrl: "https://accounts.example.com",
    // Anybody's: nothing here is kept.
    secret: "bGF0Y2hrZXktZG9jdW1lbnRzLXNlY3JldC1udW1iZXItMQ",
    clock,
    mailer: seen("mailer", mailer),
    stores: {
      accounts: { users: seen("users", accounts.users), outbox: seen("outbox", accounts.outbox) },
      sessions: seen("sessions", sessions),
      codes: seen("codes", codes),
      limits: seen("limits", limits),
    },
    passwords: { hasher: seen("hasher", plainHasher()) },
    jobs: { batch: 1 },
    onEvent: ({ name }) => steps.push({ port: "event", method: name, detail: "" }),
    ...options,
  });
  return {
    auth,
    mailer,
    clock,
    taken() {
      const taken = steps;
      steps = [];
      return taken;
    },
  };
}

/** The names of the limits that are counted, or the kinds of the jobs that are left. */
function detailOf(port: string, method: string, args: readonly unknown[]): string {
  if (port === "limits") return [...new Set(namesIn(args, "name"))].join(", ");
  if (port === "mailer") return namesIn(args, "kind").slice(0, 1).join("");
  if (method === "claim" || method === "done") return "";
  return jobsIn(args)
    .flatMap((job) => namesIn([job], "kind"))
    .join(", ");
}

function jobsIn(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  if ("kind" in value && "payload" in value) return [value];
  return Object.values(value).flatMap(jobsIn);
}

/** Values of a field, wherever they stand; not inside of what has one. */
function namesIn(value: unknown, field: string): readonly string[] {
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  const own: unknown = Reflect.get(value, field);
  if (typeof own === "string") return [own];
  return Object.values(value).flatMap((part) => namesIn(part, field));
}
