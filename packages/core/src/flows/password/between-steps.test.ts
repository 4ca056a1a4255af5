import { expect, it } from "vitest";
import {
  ada,
  askForCode,
  askForLink,
  home,
  newPassword,
  signIn,
  signUp,
  signUpAndIn,
  wrongPassword,
  type SignedIn,
} from "../../../test/people.ts";
import { opens } from "../../../test/verdicts.ts";
import { byCode, makeWorld, type World, type WorldOptions } from "../../../test/world.ts";
import { AuthError } from "../../errors.ts";

// What happens between two steps of a change or a reset, one moment at a time.

const { email } = ada;
const both = ["authenticate", "renew"];
const renewed = { tag: ada.tag, password: newPassword };

/** A world in which something happens once, right after a named call was answered. */
function interrupted(options: WorldOptions = {}): {
  readonly world: World;
  readonly once: (call: string, act: () => Promise<unknown>) => void;
} {
  const plans: { readonly call: string; readonly act: () => Promise<unknown> }[] = [];
  const world = makeWorld({
    ...options,
    async around({ port, method }, proceed) {
      const answer = await proceed();
      if (plans[0]?.call === `${port}.${method}`) await plans.shift()?.act();
      return answer;
    },
  });
  return { world, once: (call, act) => void plans.push({ call, act }) };
}

it("a login by the new password, while the change of it ends, stands", async () => {
  const { world, once } = interrupted();
  const { caller } = await signUpAndIn(world);
  const later: SignedIn[] = [];
  once("users.changePassword", async () => later.push(await signIn(world, renewed)));
  await world.auth.changePassword({ caller, currentPassword: ada.password, newPassword }, home);
  expect(await Promise.all(later.map(({ pair }) => opens(world, pair)))).toEqual([both]);
});

it("a login by the new password, while the reset to it ends, stands", async () => {
  const { world, once } = interrupted();
  await signUp(world);
  const token = await askForLink(world);
  const later: SignedIn[] = [];
  once("users.resetPassword", async () => later.push(await signIn(world, renewed)));
  await world.auth.resetPassword({ token, email, newPassword }, home);
  expect(await Promise.all(later.map(({ pair }) => opens(world, pair)))).toEqual([both]);
});

it("a reset that comes second ends no session of after the first", async () => {
  const { world, once } = interrupted();
  await signUp(world);
  const token = await askForLink(world);
  const later: SignedIn[] = [];
  once("hasher.hash", async () => {
    await world.auth.resetPassword({ token, email, newPassword }, home);
    later.push(await signIn(world, renewed));
  });
  const second = world.auth.resetPassword({ token, email, newPassword: wrongPassword }, home);
  await expect(second).rejects.toMatchObject({ code: "expired_token" });
  expect(await Promise.all(later.map(({ pair }) => opens(world, pair)))).toEqual([both]);
});

it("a code that was used ends no session of after it, and hashes nothing", async () => {
  const world = makeWorld(byCode);
  await signUp(world);
  const mailed = await askForCode(world);
  await world.auth.resetPasswordByCode({ ...mailed, newPassword }, home);
  const { pair } = await signIn(world, renewed);
  world.forget();
  const again = world.auth.resetPasswordByCode({ ...mailed, newPassword: wrongPassword }, home);
  await expect(again).rejects.toMatchObject({ code: "invalid_code" });
  expect(world.calls.map(({ port }) => port)).not.toContain("hasher");
  expect(await opens(world, pair)).toEqual(both);
});

it("a reset whose sessions' store fails once all is set had ended those of before", async () => {
  let closings = 0;
  const world = makeWorld({
    async around({ method }, proceed) {
      if (method === "closeAll") closings += 1;
      if (closings === 2) throw new AuthError("store_unavailable");
      return proceed();
    },
  });
  const { pair } = await signUpAndIn(world);
  const token = await askForLink(world);
  const reset = world.auth.resetPassword({ token, email, newPassword }, home);
  await expect(reset).rejects.toMatchObject({ code: "store_unavailable" });
  closings = 0;
  expect(await opens(world, pair)).toEqual([]);
});

it("a user removed while the reset looks is gone as a used link or code is", async () => {
  const linked = interrupted();
  const { userId } = await signUp(linked.world);
  const token = await askForLink(linked.world);
  linked.once("users.inspectReset", () => linked.world.auth.remove({ userId }, home));
  await expect(
    linked.world.auth.resetPassword({ token, email, newPassword }, home),
  ).rejects.toMatchObject({ code: "expired_token" });

  const coded = interrupted(byCode);
  const removed = await signUp(coded.world);
  const mailed = await askForCode(coded.world);
  coded.once("codes.attempt", () => coded.world.auth.remove({ userId: removed.userId }, home));
  await expect(
    coded.world.auth.resetPasswordByCode({ ...mailed, newPassword }, home),
  ).rejects.toMatchObject({ code: "invalid_code" });
});

it("a session that outlived its user changes no password", async () => {
  const world = makeWorld();
  const { caller, userId } = await signUpAndIn(world);
  await world.ports.accounts.users.remove(userId, [], world.clock.now());
  const change = { caller, currentPassword: ada.password, newPassword };
  await expect(world.auth.changePassword(change, home)).rejects.toMatchObject({
    code: "invalid_token",
  });
});
