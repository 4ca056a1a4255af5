import { createHash } from "node:crypto";
import type { Auth } from "../src/auth.ts";
import { createAuth } from "../src/create-auth.ts";
import { manualClock, type ManualClock } from "../src/memory/clock.ts";
import { memoryMailer, type MemoryMailer } from "../src/memory/mailer.ts";
import { memoryStores } from "../src/memory/stores.ts";
import type { AuthOptions } from "../src/options.ts";
import type { AuthEvent, AuthEventName } from "../src/ports/event-sink.ts";
import type { Random } from "../src/ports/random.ts";
import { plainHasher } from "./plain-hasher.ts";
import { wrapPorts, type Around, type PortCall, type Ports } from "./ports.ts";

export interface WorldOptions extends Partial<Omit<AuthOptions, "clock">> {
  /** What happens around each call, inside of the recorder. */
  readonly around?: Around | undefined;
  /** Whether passwords are hashed by argon2, as cheaply as is allowed (no). */
  readonly argon2?: boolean | undefined;
  /** Whether a process that runs no jobs says so, as it does outside of tests (no). */
  readonly warns?: boolean | undefined;
}

/** Latchkey in memory, with a clock that stands still and a record of everything. */
export interface World {
  readonly auth: Auth;
  /** As they are, past the recorder. */
  readonly ports: Ports;
  readonly clock: ManualClock;
  readonly mailbox: MemoryMailer;
  /** Every call of a port so far; tests cut it with `forget`. */
  readonly calls: readonly PortCall[];
  readonly events: readonly AuthEvent[];
  /** Forgets calls and events. */
  forget(): void;
  /** The names of the events so far. */
  eventNames(): readonly AuthEventName[];
  /** Another process on the same stores, clock and mailbox. */
  process(options?: WorldOptions): Auth;
}

export const secret: string = createHash("sha256").update("a secret of tests").digest("base64url");
export const publicUrl = "https://id.example.org";
export const start = "2026-01-01T00:00:00Z";
/** What links may carry: everything that holds of a link holds with each. */
export const linkKinds = ["jwt", "opaque"] as const;
/** What the mail of a reset may carry. */
export type ResetKind = (typeof linkKinds)[number] | "code";
/** Options of a world in which resets go by code. */
export const byCode = { tokens: { reset: "code" } } as const;
/** The cheapest argon2 that OWASP still allows. */
export const cheapArgon2 = { memoryKiB: 19_456, passes: 2 } as const;

export function makeWorld(options: WorldOptions = {}): World {
  const clock = manualClock(start);
  const mailbox = memoryMailer(clock);
  const calls: PortCall[] = [];
  const events: AuthEvent[] = [];
  const stores = options.stores ?? memoryStores();
  const hasher = options.passwords?.hasher ?? plainHasher();
  const ports: Ports = { ...stores, mailer: options.mailer ?? mailbox, hasher };
  const random = seededRandom();

  const process = (given: WorldOptions = {}): Auth => {
    const {
      around = (_call, proceed) => proceed(),
      argon2 = false,
      warns = false,
      ...rest
    } = given;
    let quiet = false;
    const own = rest.passwords?.hasher ?? ports.hasher;
    const wrapped = wrapPorts({ ...ports, hasher: own }, (call, proceed) => {
      if (quiet) return Promise.resolve([]);
      calls.push(call);
      return around(call, proceed);
    });
    const { mailer, hasher: wrappedHasher, ...wrappedStores } = wrapped;
    const auth = createAuth({
      ...{ publicUrl, secret, clock, random },
      ...rest,
      passwords: argon2
        ? { ...cheapArgon2, ...rest.passwords }
        : { ...rest.passwords, hasher: wrappedHasher },
      stores: wrappedStores,
      mailer,
      onEvent(event) {
        events.push(event);
        rest.onEvent?.(event);
      },
    });
    // Finds nothing, but tells that somebody runs jobs: only one test is about that warning.
    quiet = true;
    if (!warns) void auth.runJobs();
    quiet = false;
    return auth;
  };
  return {
    auth: process(options),
    ports,
    clock,
    mailbox,
    calls,
    events,
    forget() {
      calls.length = 0;
      events.length = 0;
    },
    eventNames: () => events.map(({ name }) => name),
    process: (own) => process({ ...options, ...own }),
  };
}

/** The same bytes in each run, different ones at each call. */
function seededRandom(): Random {
  let drawn = 0;
  return {
    bytes(count) {
      drawn += 1;
      const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, block) =>
        createHash("sha256").update(`${drawn}:${block}`).digest(),
      );
      return Buffer.concat(blocks).subarray(0, count);
    },
  };
}
