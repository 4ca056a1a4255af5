import type { LimitRule } from "@latchkey/core/ports";
import type { BrokenVariant } from "./variant.ts";

/** Codes whose tries are counted in a command of their own. */
export const brokenCodes: readonly BrokenVariant<"codes">[] = [
  {
    name: "looks at the count by GET, and counts by INCR after it has compared",
    of: (redis, sound) => ({
      ...sound,
      async attempt(request, limits, now) {
        const { emailKey, registrationId } = request;
        const [most, whose] =
          registrationId === undefined
            ? [limits.perEmail, emailKey]
            : [limits.perRegistration, registrationId];
        const key = `broken:tries:${whose}`;
        if (Number(await redis.get(key)) >= most) return { outcome: "exhausted" };
        const unlimited = { perRegistration: 1_000_000, perEmail: 1_000_000 };
        const answer = await sound.attempt(request, unlimited, now);
        await redis.incr(key);
        return answer;
      },
    }),
    caughtBy: [
      "parallel wrong codes of a claim stop at its limit",
      "wrong codes amid right ones stop at the limit, and then the right one is not compared either",
    ],
  },
  {
    name: "keeps a code by DEL and SET",
    of: (redis, sound) => ({
      ...sound,
      async put(request, now) {
        await redis.del(`broken:c:${request.emailKey}`);
        return sound.put(request, now);
      },
    }),
    caughtBy: ["a code of an earlier sequence is superseded, and voids nothing"],
  },
  {
    name: "leaves expiry to Redis, by its own clock",
    of: (redis, sound) => ({
      ...sound,
      async put(request, now) {
        const answer = await sound.put(request, now);
        await redis.pexpireat(`broken:c:${request.emailKey}`, request.expiresAt.getTime());
        return answer;
      },
    }),
    caughtBy: ["a code matches its own claim, with and without its id"],
  },
];

const countOf = (subject: string, { name, scope }: LimitRule): string =>
  `broken:count:${subject}:${name}:${scope}`;

/** Limits without a script. */
export const brokenLimits: readonly BrokenVariant<"limits">[] = [
  {
    name: "reads its counts by GET and writes them by SET",
    of: (redis, sound) => ({
      ...sound,
      async take(subject, rules, now) {
        for (const rule of rules) {
          if (rule.kind !== "window") return sound.take(subject, rules, now);
          const kept = (await redis.get(countOf(subject, rule))) ?? "0 0";
          const [count = 0, end = 0] = kept.split(" ").map(Number);
          const [used, until] =
            now.getTime() < end ? [count, end] : [0, now.getTime() + rule.windowSeconds * 1000];
          if (used >= rule.limit) {
            const retryAfterSeconds = Math.ceil((until - now.getTime()) / 1000);
            return { outcome: "limited", retryAfterSeconds, rule: rule.name };
          }
          await redis.set(countOf(subject, rule), `${used + 1} ${until}`);
        }
        return { outcome: "allowed" };
      },
    }),
    caughtBy: ["however many are made at once, a window allows no more than its limit"],
  },
  {
    name: "counts by INCR and leaves the window to EXPIRE",
    of: (redis, sound) => ({
      ...sound,
      async take(subject, rules, now) {
        for (const rule of rules) {
          if (rule.kind !== "window") return sound.take(subject, rules, now);
          const count = await redis.incr(countOf(subject, rule));
          if (count === 1) await redis.expire(countOf(subject, rule), rule.windowSeconds);
          if (count > rule.limit) {
            return { outcome: "limited", retryAfterSeconds: rule.windowSeconds, rule: rule.name };
          }
        }
        return { outcome: "allowed" };
      },
    }),
    caughtBy: [
      "each attempt counts for the length of the window, by the time it is asked at",
      "rules are taken in order: what one refuses counts in those before it alone",
    ],
  },
];
