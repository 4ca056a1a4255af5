import type { TokenPair } from "../src/tokens/token-pair.ts";
import { ada, home, newPassword } from "./people.ts";
import type { Played } from "./stage.ts";
import type { Scene } from "./theatre.ts";
import type { World } from "./world.ts";

/** What a pair still opens. */
export async function opens(world: World, pair: TokenPair): Promise<readonly string[]> {
  const { accessToken, refreshToken } = pair;
  const tries = {
    authenticate: () => world.auth.authenticate({ accessToken }, home),
    renew: () => world.auth.renew({ refreshToken }, home),
  };
  const open: string[] = [];
  for (const [name, attempt] of Object.entries(tries)) {
    await attempt().then(
      () => open.push(name),
      () => {},
    );
  }
  return open;
}

/** The pair an actor was given, if it was. */
export function pairOf(played: Played, actor: string): TokenPair | null {
  const ending = played.endings[actor];
  // Each caller names an actor that answers a pair.
  return ending?.status === "fulfilled" ? (ending.value as TokenPair) : null;
}

export async function accepts(world: World, password: string): Promise<boolean> {
  return world.auth.login({ tag: ada.tag, password }, home).then(
    () => true,
    () => false,
  );
}

type Pairs = Readonly<Record<string, TokenPair | null>>;

/** These sessions are over. */
export async function areOver(world: World, pairs: Pairs): Promise<readonly string[]> {
  const violations: string[] = [];
  for (const [whose, pair] of Object.entries(pairs)) {
    for (const way of pair === null ? [] : await opens(world, pair)) {
      violations.push(`the session of ${whose} was to end and is open to ${way}`);
    }
  }
  return violations;
}

/** These sessions still stand. */
export async function stand(world: World, pairs: Pairs): Promise<readonly string[]> {
  const violations: string[] = [];
  for (const [whose, pair] of Object.entries(pairs)) {
    if (pair !== null && (await opens(world, pair)).length < 2) {
      violations.push(`the session of ${whose} was to stand and is over`);
    }
  }
  return violations;
}

/** Once the new password is set, nothing of before it opens anything. */
export async function oldIsOver(
  { world, mine, other }: Scene,
  played: Played,
): Promise<readonly string[]> {
  if (!(await accepts(world, newPassword))) return [];
  const old = (await accepts(world, ada.password)) ? ["the old password still signs in"] : [];
  const before = { mine: mine.pair, other: other.pair };
  const during = { login: pairOf(played, "login"), renew: pairOf(played, "renew") };
  return [...old, ...(await areOver(world, { ...before, ...during }))];
}

/** Whether one call took effect before another; false where either was not made. */
export function cameBefore({ order }: Played, first: string, second: string): boolean {
  const [one, other] = [order.indexOf(first), order.indexOf(second)];
  return one >= 0 && other >= 0 && one < other;
}
