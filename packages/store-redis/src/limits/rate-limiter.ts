import type { LimitRule, RateLimiter } from "@latchkey/core/ports";
import { createHash } from "node:crypto";
import type { Runner, Value } from "../client/runner.ts";
import { forgiveScript, takeScript } from "./scripts.ts";

/** Limits: one hash per subject, `<prefix>:l:<subject>`, a counter per rule. */
export function redisLimits(runner: Runner, prefix: string): RateLimiter {
  const keyOf = (subject: string): string => `${prefix}:l:${subject}`;

  return {
    async take(subject, rules, now) {
      if (rules.length === 0) return { outcome: "allowed" };
      const values = [now.getTime(), ...rules.flatMap(valuesOf)];
      const reply = await runner.run(takeScript, keyOf(subject), values);
      const [position, wait] = (reply as readonly unknown[]).map(Number);
      const rule = position === undefined ? undefined : rules[position - 1];
      if (rule === undefined || wait === undefined) return { outcome: "allowed" };
      return { outcome: "limited", retryAfterSeconds: wait, rule: rule.name };
    },

    // Sent together, one script a subject: on a cluster these are keys of different servers.
    async forgive(forgiveness, now) {
      await Promise.all(
        forgiveness.map(({ subject, clear, giveBack }) =>
          runner.run(forgiveScript, keyOf(subject), [
            now.getTime(),
            clear.length,
            ...[...clear, ...giveBack].map(fieldOf),
          ]),
        ),
      );
    },
  };
}

function valuesOf(rule: LimitRule): readonly Value[] {
  const window = rule.windowSeconds * 1000;
  return rule.kind === "window"
    ? [fieldOf(rule), rule.kind, rule.limit, window, 0, 0]
    : [
        fieldOf(rule),
        rule.kind,
        rule.free,
        window,
        rule.baseSeconds * 1000,
        rule.maxSeconds * 1000,
      ];
}

/**
 * Kind and name to be read by people, and a short digest of the scope: within the 64 bytes up to
 * which Redis keeps a hash compact.
 */
function fieldOf({ kind, name, scope }: LimitRule): string {
  if (scope === "") return `${kind}:${name}:`;
  return `${kind}:${name}:${createHash("sha256").update(scope).digest("base64url").slice(0, 22)}`;
}
