/** The test runner, as vitest, node:test and others offer it. */
export interface Runner {
  /** Names a group of tests. */
  readonly describe: (name: string, body: () => void) => void;
  /** Registers one test. */
  readonly it: (name: string, body: () => Promise<void>) => void;
}

/** A storage under test, opened. */
export interface OpenStorage<Part> {
  /**
   * Ways into one and the same storage, one at least. Calls made at once are spread over all of
   * them, so a second one on a connection, or in a process, of its own makes the races harder.
   */
  readonly clients: readonly [Part, ...Part[]];
  /** Closes what `open` opened. */
  readonly close: () => Promise<void>;
}

/** What a store's own test file gives the kit. */
export interface Harness<Part> extends Runner {
  /**
   * Called by each test anew. The storage need not be empty, since every test makes ids of its own;
   * but no worker may take its jobs meanwhile, and no other test may run on it at the same time.
   */
  readonly open: () => Promise<OpenStorage<Part>>;
  /** How many calls a race makes at once, 10 at least (30). */
  readonly callers?: number | undefined;
}

/** What a test is given. */
export interface Scene<Part> {
  readonly store: Part;
  readonly clients: readonly [Part, ...Part[]];
  readonly callers: number;
  /** Some seconds after this test's own beginning of time. */
  readonly at: (seconds: number) => Date;
  /** The same call by all callers at once; answers in the callers' order. */
  readonly race: <Answer>(
    call: (store: Part, caller: number) => Promise<Answer>,
  ) => Promise<readonly Answer[]>;
  /** Different calls at once, answers in their order. */
  readonly together: <First, Second>(
    first: (store: Part) => Promise<First>,
    second: (store: Part) => Promise<Second>,
  ) => Promise<readonly [First, Second]>;
}

/** Behaviours by name: each a sentence, and the test that shows it. */
export interface Suite<Part> {
  readonly about: string;
  readonly behaviours: Readonly<Record<string, (scene: Scene<Part>) => Promise<void>>>;
}

// Long past: a store that compares with its own clock finds everything expired.
const beginning = Date.parse("2020-01-01T00:00:00Z");
const dayMs = 24 * 60 * 60 * 1000;
let tests = 0;

// Each test lives four days after the one before: what that left held or for later is free and due.
function nextStart(): number {
  tests += 1;
  return beginning + tests * 4 * dayMs;
}

function sceneOf<Part>(clients: readonly [Part, ...Part[]], callers: number): Scene<Part> {
  const start = nextStart();
  let next = 0;
  const client = (): Part => {
    next += 1;
    return clients[next % clients.length] ?? clients[0];
  };
  return {
    store: clients[0],
    clients,
    callers,
    at: (seconds) => new Date(start + seconds * 1000),
    race: (call) => allOf(Array.from({ length: callers }, (_, caller) => call(client(), caller))),
    async together(first, second) {
      const one = first(client());
      const other = second(client());
      // All have ended before the storage is closed, even where one fails.
      await Promise.allSettled([one, other]);
      return [await one, await other];
    },
  };
}

async function allOf<Answer>(calls: readonly Promise<Answer>[]): Promise<readonly Answer[]> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}

/**
 * Registers suites with the runner, each behaviour as one test.
 *
 * @throws TypeError for fewer callers than make a race
 */
export function register<Part>(
  harness: Harness<Part>,
  port: string,
  suites: readonly Suite<Part>[],
): void {
  const callers = harness.callers ?? 30;
  if (callers < 10) throw new TypeError("a race needs 10 callers at least");
  const run = async (behaviour: (scene: Scene<Part>) => Promise<void>): Promise<void> => {
    const storage = await harness.open();
    try {
      await behaviour(sceneOf(storage.clients, callers));
    } finally {
      await storage.close();
    }
  };
  harness.describe(port, () => {
    for (const { about, behaviours } of suites) {
      harness.describe(about, () => {
        for (const [sentence, behaviour] of Object.entries(behaviours)) {
          harness.it(sentence, () => run(behaviour));
        }
      });
    }
  });
}
