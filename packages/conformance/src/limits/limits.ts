import type { RateLimiter } from "@latchkey/core/ports";
import { type Harness, register } from "../harness.ts";
import { backoff } from "./backoff.ts";
import { forgiving } from "./forgiving.ts";
import { limitProperty } from "./property.ts";
import { limitRaces } from "./races.ts";
import { ruleOrder, windows } from "./windows.ts";

/** Everything that `RateLimiter` promises. */
export function rateLimiterConformance(harness: Harness<RateLimiter>): void {
  register(harness, "limits", [limitRaces, windows, backoff, ruleOrder, forgiving, limitProperty]);
}
