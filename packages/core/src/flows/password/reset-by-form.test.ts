import { describe, expect, it } from "vitest";
import { ada, askForLink, bob, home, newPassword, signIn, signUp } from "../../../test/people.ts";
import { linkKinds, makeWorld, type World } from "../../../test/world.ts";
import { isAuthError } from "../../errors.ts";
import type { ResetPasswordByFormInput } from "./reset-by-form.ts";

interface Linked {
  readonly token: string;
  readonly userId: string;
  readonly linkDigest: string;
}

async function withLink(world: World, person: typeof ada = ada): Promise<Linked> {
  await signUp(world, person);
  const token = await askForLink(world, person.email);
  const { userId, linkDigest } = await world.auth.checkResetLink({ token }, home);
  return { token, userId, linkDigest };
}

const reset = (world: World, input: Partial<ResetPasswordByFormInput> & Linked): Promise<void> =>
  world.auth.resetPasswordByForm({ newPassword, ...input }, home);

describe.each(linkKinds)("by a form, and a link with a token of the kind %s", (kind) => {
  const links = { tokens: { reset: kind } };

  it("sets the password by what the check of the link answered, once, without an email", async () => {
    const world = makeWorld(links);
    const link = await withLink(world);
    world.forget();
    await reset(world, { ...link, confirmPassword: newPassword });
    expect(world.eventNames()).toEqual(["reset.completed", "password.changed"]);
    await signIn(world, { ...ada, password: newPassword });
    await expect(reset(world, link)).rejects.toMatchObject({ code: "expired_token" });
  });

  it("refuses another link's digest and another user's form; neither link is used up", async () => {
    const world = makeWorld(links);
    const [own, other] = [await withLink(world), await withLink(world, bob)];
    world.forget();
    for (const mixed of [
      { ...own, linkDigest: other.linkDigest },
      { ...own, userId: other.userId },
      { ...own, token: other.token },
      { ...own, userId: other.userId, linkDigest: other.linkDigest },
      { ...own, linkDigest: "A".repeat(43) },
    ]) {
      await expect(reset(world, mixed)).rejects.toMatchObject({ code: "invalid_token" });
    }
    expect(world.calls.filter(({ port }) => port === "hasher")).toEqual([]);
    await reset(world, own);
    await reset(world, other);
  });

  it.each([undefined, null, "", 1, ["x"], "x", `${"A".repeat(43)}=`, "A".repeat(42)])(
    "refuses %j for a digest before anything is counted",
    async (linkDigest) => {
      const world = makeWorld(links);
      const link = await withLink(world);
      world.forget();
      // What a stranger may write in JavaScript.
      const input = { ...link, linkDigest } as unknown as Linked;
      await expect(reset(world, input)).rejects.toMatchObject({ code: "invalid_input" });
      expect(world.calls).toEqual([]);
    },
  );

  it("knows no email: who may prove by email does so at the other door", async () => {
    const world = makeWorld(links);
    const link = await withLink(world);
    const { email } = ada;
    await expect(reset(world, { ...link, ...{ email } })).rejects.toMatchObject({
      fields: [{ path: "email", rule: "unknown_field" }],
    });
    const { token, linkDigest } = link;
    const stranger = { token, linkDigest, newPassword } as unknown as { token: string };
    await expect(
      world.auth.resetPassword({ newPassword, email, ...stranger }, home),
    ).rejects.toMatchObject({ fields: [{ path: "linkDigest", rule: "unknown_field" }] });
  });

  it("of many submits of one form at once exactly one sets a password", async () => {
    const world = makeWorld(links);
    const link = await withLink(world);
    const tries = Array.from({ length: 8 }, (_, index) =>
      reset(world, { ...link, newPassword: `${newPassword} ${index}` }).then(
        () => index,
        (error: unknown) => isAuthError(error) && error.code,
      ),
    );
    const outcomes = await Promise.all(tries);
    const [winner, ...others] = outcomes.filter((outcome) => typeof outcome === "number");
    expect(others).toEqual([]);
    expect(outcomes.filter((outcome) => outcome === "expired_token")).toHaveLength(7);
    await signIn(world, { ...ada, password: `${newPassword} ${winner}` });
  });

  it("a mismatch, a weak password and the policy leave the link alive", async () => {
    const world = makeWorld(links);
    const link = await withLink(world);
    for (const [own, code] of [
      [{ confirmPassword: `${newPassword} ` }, "password_mismatch"],
      [{ newPassword: "too short" }, "weak_password"],
      [{ newPassword: ada.email }, "weak_password"],
    ] as const) {
      await expect(reset(world, { ...link, ...own })).rejects.toMatchObject({ code });
    }
    await reset(world, link);
  });
});
