import type { Auth } from "../src/auth.ts";
import { memoryStores } from "../src/memory/stores.ts";
import type { Stores } from "../src/ports/stores.ts";
import { ada, askForCode, askForLink, home, settleIn, signIn, type SignedIn } from "./people.ts";
import type { Around } from "./ports.ts";
import { makeStage, type FaultAt, type Played } from "./stage.ts";
import { makeWorld, type ResetKind, type World } from "./world.ts";

/** A user with two sessions and a reset link or code, before anything happens at once. */
export interface Scene {
  readonly world: World;
  readonly mine: SignedIn;
  /** The session of somebody who knows the password and should not. */
  readonly other: SignedIn;
  /** Uses the link or the code up, in a process. */
  readonly reset: (auth: Auth, newPassword: string) => Promise<void>;
}

/** Flows at once, each in a process of its own, and what must hold once they have ended. */
export interface Scenario {
  readonly name: string;
  readonly actors: Readonly<Record<string, (auth: Auth, scene: Scene) => Promise<unknown>>>;
  /** Sentences that turned out to be false. */
  readonly violations: (scene: Scene, played: Played) => Promise<readonly string[]>;
}

/** A store that breaks a promise, made of one that keeps it; `pause` lets others go on between. */
export type Broken = (world: World, pause: () => Promise<void>) => Around;

export interface PlayOptions {
  readonly choose: (waiting: number, step: number) => number;
  readonly faultAt?: FaultAt | undefined;
  /** When the jobs are run: not at all, afterwards, or once between two calls and afterwards. */
  readonly jobs: "never" | "after" | "within";
}

export interface Result {
  readonly played: Played;
  readonly violations: readonly string[];
}

export type Play = (options: PlayOptions) => Promise<Result>;

/** Where a scenario is played again and again, each time on new stores, and looked at. */
export function makeTheatre(scenario: Scenario, broken?: Broken, kind: ResetKind = "jwt"): Play {
  let current = memoryStores();
  const world = makeWorld({
    ...{ limits: "off", stores: changingStores(() => current) },
    tokens: { reset: kind },
  });
  const stage = makeStage();
  let scene: Scene | undefined;
  const inner = broken && ((pause: () => Promise<void>) => broken(world, pause));
  const processes = Object.entries(scenario.actors).map(([actor, act]) => {
    const auth = world.process({ around: stage.around(actor, inner) });
    return [actor, () => act(auth, scene ?? unset())] as const;
  });
  const worker = world.process({ around: inner?.(async () => {}) });
  const runJobs = async (): Promise<void> => {
    await stage.step("worker", "runs the jobs");
    await worker.runJobs();
  };

  return async ({ choose, faultAt, jobs }) => {
    current = memoryStores();
    world.mailbox.clear();
    world.forget();
    scene = await makeScene(world, kind);
    const actors = {
      ...Object.fromEntries(processes),
      ...(jobs === "within" && { worker: runJobs }),
    };
    const played = await stage.play(actors, choose, faultAt);
    // What a dead process held is free again after its lease.
    world.clock.advance({ minutes: 2 });
    if (jobs !== "never") await worker.runJobs();
    return { played, violations: await scenario.violations(scene, played) };
  };
}

function unset(): never {
  throw new TypeError("a scenario is played before its scene is made");
}

function changingStores(current: () => Stores): Stores {
  const port = <Port extends object>(of: (stores: Stores) => Port): Port =>
    new Proxy({} as Port, {
      get: (_target, key): unknown => Reflect.get(of(current()), key),
    });
  return {
    accounts: {
      users: port((stores) => stores.accounts.users),
      outbox: port((stores) => stores.accounts.outbox),
    },
    sessions: port((stores) => stores.sessions),
    codes: port((stores) => stores.codes),
    limits: port((stores) => stores.limits),
  };
}

async function makeScene(world: World, kind: ResetKind): Promise<Scene> {
  const mine = await settleIn(world, ada);
  const other = await signIn(world);
  const reset = kind === "code" ? await byCode(world) : await byLink(world);
  world.clock.advance({ seconds: 1 });
  return { world, mine, other, reset };
}

async function byLink(world: World): Promise<Scene["reset"]> {
  const token = await askForLink(world);
  return (auth, newPassword) => auth.resetPassword({ token, email: ada.email, newPassword }, home);
}

async function byCode(world: World): Promise<Scene["reset"]> {
  const mailed = await askForCode(world);
  return (auth, newPassword) => auth.resetPasswordByCode({ ...mailed, newPassword }, home);
}
