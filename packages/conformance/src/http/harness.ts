import { openDoor, type Door, type Setting } from "./door.ts";
import type { Listen } from "./listen.ts";

/** What the test file of an adapter gives. */
export interface HttpHarness {
  /** Names a group of tests. */
  readonly describe: (name: string, body: () => void) => void;
  /** Registers one test. */
  readonly it: (name: string, body: () => Promise<void>) => void;
  /** Starts a server of the framework under test. */
  readonly listen: Listen;
}

/** What a behaviour is given: it opens as many servers as it needs; they are closed after it. */
export interface Scene {
  readonly open: (setting?: Setting) => Promise<Door>;
}

/** Behaviours by name: each a sentence, and the test that shows it. */
export interface HttpSuite {
  readonly about: string;
  readonly behaviours: Readonly<Record<string, (scene: Scene) => Promise<void>>>;
}

/** Registers suites with the runner, each behaviour as one test, on servers with links of a kind. */
export function register(
  harness: HttpHarness,
  suites: readonly HttpSuite[],
  resetBy: "jwt" | "opaque" = "jwt",
): void {
  const run = async (behaviour: (scene: Scene) => Promise<void>): Promise<void> => {
    const doors: Door[] = [];
    try {
      await behaviour({
        async open(setting = {}) {
          const tokens = { reset: resetBy, ...setting.auth?.tokens };
          const auth = { ...setting.auth, tokens };
          const door = await openDoor(harness.listen, { ...setting, auth });
          doors.push(door);
          return door;
        },
      });
    } finally {
      await Promise.all(doors.map((door) => door.close()));
    }
  };
  for (const { about, behaviours } of suites) {
    harness.describe(resetBy === "jwt" ? about : `${about}, by ${resetBy} tokens`, () => {
      for (const [sentence, behaviour] of Object.entries(behaviours)) {
        harness.it(sentence, () => run(behaviour));
      }
    });
  }
}
