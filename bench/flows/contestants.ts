import type { Flow } from "./messages.ts";

/** Who is measured. */
export const names = [
  "Fastify",
  "Express",
  "by hand",
  "better-auth",
  "Latchkey on Fastify",
  "Latchkey on Express",
  "Latchkey on Fastify, near cache",
  "Latchkey on Express, near cache",
  "Fastify beside Latchkey, no guard",
  "Express beside Latchkey, no guard",
  "argon2 alone",
] as const;

export type Name = (typeof names)[number];

const bothLatchkeys = ["Latchkey on Fastify", "Latchkey on Express"] as const;
const all = ["by hand", "better-auth", ...bothLatchkeys] as const;

/** How a flow is measured, and of whom. */
export interface Plan {
  readonly of: readonly Name[];
  readonly connections: number;
  /** Rounds before those that count: what is sent once each needs several until code is compiled. */
  readonly warmUp: number;
  /** How many requests are prepared: sent over and over, or each once. */
  readonly requests: number;
  readonly isOnce: boolean;
}

export const plans: Readonly<Record<Flow, Plan>> = {
  authenticate: {
    of: names.filter((name) => name !== "argon2 alone"),
    ...{ connections: 64, warmUp: 1, requests: 100, isOnce: false },
  },
  login: { of: ["argon2 alone", ...all], connections: 16, warmUp: 4, requests: 160, isOnce: true },
  "login, one at a time": {
    of: ["argon2 alone", ...all],
    ...{ connections: 1, warmUp: 4, requests: 72, isOnce: true },
  },
  // better-auth has nothing to renew by: its one token is its session.
  renew: {
    of: ["by hand", ...bothLatchkeys],
    ...{ connections: 16, warmUp: 1, requests: 16, isOnce: false },
  },
  register: { of: all, connections: 16, warmUp: 4, requests: 80, isOnce: true },
  forgot: { of: all, connections: 16, warmUp: 1, requests: 2400, isOnce: true },
  logout: { of: all, connections: 16, warmUp: 1, requests: 2400, isOnce: true },
};
