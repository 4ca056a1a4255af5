import assert from "node:assert/strict";
import { cutInto, type Lane } from "./cutting.ts";
import { here, outcomeOf, type Stage } from "./stage.ts";

export type ResetEnd = "done" | "done, though nobody was told" | "nothing happened";

/**
 * How a reset ended whose store went away after so many milliseconds, judged from elsewhere.
 *
 * @param delayMs each way between the process and that store
 */
export async function resetCutAfter(
  stage: Stage,
  lane: Lane,
  ms: number,
  delayMs: number,
): Promise<ResetEnd> {
  const { auth } = stage;
  const { side } = lane;
  const client = { ip: `10.0.0.${ms}` };
  const user = await stage.user(`resets-${ms}`);
  const token = await stage.link(user);
  const newPassword = `another engine, number ${ms}`;
  const reset = () => side.auth.resetPassword({ token, email: user.email, newPassword }, client);
  const { refused } = await cutInto(lane, ms, delayMs, reset);

  const assertOver = async (): Promise<void> => {
    const { accessToken, refreshToken } = user.pair;
    const found = await outcomeOf(auth.authenticate({ accessToken }, here));
    assert.equal(found.refused, "invalid_token", `${ms} ms: an old session lives`);
    const renewed = await outcomeOf(auth.renew({ refreshToken }, here));
    assert.equal(renewed.refused, "invalid_token", `${ms} ms: an old session is renewed`);
  };
  const login = (password: string) => outcomeOf(auth.login({ tag: user.tag, password }, here));
  const [withOld, withNew] = [await login(user.password), await login(newPassword)];
  const checked = await outcomeOf(auth.checkResetLink({ token }, here));
  if (withNew.refused === null) {
    assert.equal(withOld.refused, "invalid_credentials", `${ms} ms: both passwords work`);
    assert.equal(checked.refused, "expired_token", `${ms} ms: a used link lives`);
    await assertOver();
    await stage.mail(user.email, "password_changed");
    await auth.runJobs();
    await assertOver();
    // The session of the new password is spared by the job that closes the old ones.
    await auth.renew({ refreshToken: withNew.answer.refreshToken }, here);
    const again = { token, email: user.email, newPassword: "a third engine of no numbers" };
    assert.equal((await outcomeOf(auth.resetPassword(again, here))).refused, "expired_token");
    return refused === null ? "done" : "done, though nobody was told";
  }
  assert.equal(refused, "store_unavailable", `${ms} ms: told it was done`);
  assert.equal(withOld.refused, null, `${ms} ms: neither password works`);
  assert.equal(checked.refused, null, `${ms} ms: the link died with nothing done`);
  await reset();
  assert.equal((await login(newPassword)).refused, null);
  await assertOver();
  return "nothing happened";
}
