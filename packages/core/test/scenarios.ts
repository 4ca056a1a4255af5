import type { Auth } from "../src/auth.ts";
import type { TokenPair } from "../src/tokens/token-pair.ts";
import { ada, elsewhere, home, newPassword } from "./people.ts";
import type { Played } from "./stage.ts";
import type { Scenario, Scene } from "./theatre.ts";
import { accepts, areOver, cameBefore, oldIsOver, pairOf, stand } from "./verdicts.ts";

const thirdPassword = "three copper kettles on a stove";

type Act = (auth: Auth, scene: Scene) => Promise<unknown>;

const login = (auth: Auth): Promise<TokenPair> =>
  auth.login({ tag: ada.tag, password: ada.password }, elsewhere);

const renew = (auth: Auth, { mine }: Scene): Promise<TokenPair> =>
  auth.renew({ refreshToken: mine.pair.refreshToken }, home);

const resetTo =
  (password: string): Act =>
  (auth, { reset }) =>
    reset(auth, password);

const changeTo =
  (password: string): Act =>
  (auth, { mine }) => {
    const input = { caller: mine.caller, currentPassword: ada.password, newPassword: password };
    return auth.changePassword(input, home);
  };

const closeAll: Act = (auth, { mine }) => auth.closeAllSessions({ caller: mine.caller }, home);
const disable: Act = (auth, { mine }) => auth.disable({ userId: mine.userId }, home);
const remove: Act = (auth, { mine }) => auth.remove({ userId: mine.userId }, home);

/** Whether what was to end all sessions took effect; it does not where its process died before. */
async function wasEnded({ world, mine }: Scene): Promise<boolean> {
  const user = await world.ports.accounts.users.findById(mine.userId);
  return user === null || user.disabled || user.epoch > 1;
}

const everythingIsOver: Scenario["violations"] = async (scene, played) => {
  if (!(await wasEnded(scene))) return [];
  const { world, mine, other } = scene;
  const during = { login: pairOf(played, "login"), renew: pairOf(played, "renew") };
  return areOver(world, { mine: mine.pair, other: other.pair, ...during });
};

/** A change hands out a new session, which its own closing of the earlier ones must not end. */
async function freshStands({ world }: Scene, played: Played): Promise<readonly string[]> {
  return stand(world, { change: pairOf(played, "change") });
}

export const loginAndReset: Scenario = {
  name: "a login with the old password and a reset",
  actors: { login, reset: resetTo(newPassword) },
  violations: oldIsOver,
};

export const loginAndChange: Scenario = {
  name: "a login with the old password and a change of password",
  actors: { login, change: changeTo(newPassword) },
  violations: async (scene, played) => [
    ...(await freshStands(scene, played)),
    ...(await oldIsOver(scene, played)),
  ],
};

export const loginAndCloseAll: Scenario = {
  name: "a login and closing all sessions",
  actors: { login, all: closeAll },
  async violations(scene, played) {
    if (!(await wasEnded(scene))) return [];
    const { world, mine, other } = scene;
    const pair = pairOf(played, "login");
    const before = cameBefore(played, "login users.findForLogin", "all users.raiseEpoch");
    const over = { mine: mine.pair, other: other.pair };
    // Who signs in after the closing has its place in time after it.
    if (!before) return [...(await areOver(world, over)), ...(await stand(world, { login: pair }))];
    return areOver(world, { ...over, login: pair });
  },
};

export const loginAndDisable: Scenario = {
  name: "a login and disabling the user",
  actors: { login, disable },
  violations: everythingIsOver,
};

export const loginAndRemove: Scenario = {
  name: "a login and removing the user",
  actors: { login, remove },
  violations: everythingIsOver,
};

export const renewAndReset: Scenario = {
  name: "a renewal and a reset",
  actors: { renew, reset: resetTo(newPassword) },
  violations: oldIsOver,
};

export const renewAndChange: Scenario = {
  name: "a renewal and a change of password",
  actors: { renew, change: changeTo(newPassword) },
  violations: loginAndChange.violations,
};

export const renewAndCloseAll: Scenario = {
  name: "a renewal and closing all sessions",
  actors: { renew, all: closeAll },
  violations: everythingIsOver,
};

export const renewAndDisable: Scenario = {
  name: "a renewal and disabling the user",
  actors: { renew, disable },
  violations: everythingIsOver,
};

export const renewAndLogout: Scenario = {
  name: "a renewal and a logout of the same session",
  actors: { renew, out: (auth, { mine }) => auth.logout(tokensOf(mine.pair), home) },
  violations: ({ world, mine }, played) =>
    areOver(world, { mine: mine.pair, renew: pairOf(played, "renew") }),
};

export const renewAndCloseOthers: Scenario = {
  name: "a renewal of the session that closing the others spares",
  actors: {
    renew,
    all: (auth, { mine }) =>
      auth.closeAllSessions({ caller: mine.caller, except: "current" }, home),
  },
  async violations({ world, mine, other }, played) {
    const newest = pairOf(played, "renew") ?? mine.pair;
    return [
      ...(await areOver(world, { other: other.pair })),
      ...(await stand(world, { mine: newest })),
    ];
  },
};

export const changeAndThief: Scenario = {
  name: "a change of password and a thief who closes all sessions but the stolen one",
  actors: {
    change: changeTo(newPassword),
    thief: (auth, { other }) =>
      auth.closeAllSessions({ caller: other.caller, except: "current" }, elsewhere),
  },
  async violations(scene, played) {
    if (!(await accepts(scene.world, newPassword))) return [];
    const fresh = await freshStands(scene, played);
    return [...fresh, ...(await areOver(scene.world, { thief: scene.other.pair }))];
  },
};

export const resetAndChange: Scenario = {
  name: "a reset and a change of password",
  actors: { reset: resetTo(newPassword), change: changeTo(thirdPassword) },
  async violations({ world, mine, other }, played) {
    const [byReset, byChange] = [
      await accepts(world, newPassword),
      await accepts(world, thirdPassword),
    ];
    const old = { mine: mine.pair, other: other.pair };
    const change = { change: pairOf(played, "change") };
    // A reset that comes too late may still end the change's own session: it closes before it sets.
    return [
      ...(byReset === byChange ? ["not exactly one of the new passwords signs in"] : []),
      ...(await areOver(world, byReset ? { ...old, ...change } : old)),
    ];
  },
};

export const twoResets: Scenario = {
  name: "two resets by one link",
  actors: { reset: resetTo(newPassword), again: resetTo(thirdPassword) },
  async violations({ world }, { endings }) {
    const won = ["reset", "again"].filter((actor) => endings[actor]?.status === "fulfilled");
    const set = (await accepts(world, newPassword)) ? ["reset"] : [];
    if (await accepts(world, thirdPassword)) set.push("again");
    return [
      ...(won.length === 1 ? [] : [`${won.length} resets by one link succeeded`]),
      ...(won.join() === set.join() ? [] : ["the password set is not the winner's"]),
    ];
  },
};

export const loginRenewAndReset: Scenario = {
  name: "a login with the old password, a renewal and a reset",
  actors: { login, renew, reset: resetTo(newPassword) },
  violations: oldIsOver,
};

/** Every two flows of which one must end the sessions of the other. */
export const pairs: readonly Scenario[] = [
  ...[loginAndReset, loginAndChange, loginAndCloseAll, loginAndDisable, loginAndRemove],
  ...[renewAndReset, renewAndChange, renewAndCloseAll, renewAndDisable, renewAndLogout],
  ...[renewAndCloseOthers, changeAndThief, resetAndChange, twoResets],
];

/** Those whose sentences also hold where a process died or a store failed on the way. */
export const pairsThatMayFail: readonly Scenario[] = [
  ...[loginAndReset, loginAndChange, loginAndCloseAll, loginAndDisable, loginAndRemove],
  ...[renewAndReset, renewAndChange, renewAndCloseAll, renewAndDisable, changeAndThief],
  loginRenewAndReset,
];

function tokensOf({ accessToken, refreshToken }: TokenPair) {
  return { accessToken, refreshToken };
}
