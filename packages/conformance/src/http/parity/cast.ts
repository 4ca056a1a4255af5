import { aPerson, tokenOf } from "../people.ts";
import type { Door } from "../door.ts";

/**
 * What a request may name that every server makes for itself: a request is written once, with these
 * words in angle quotes in their place, and filled in for each server.
 */
export type Cast = Readonly<Record<Role, string>>;

type Role =
  | (
      | "email"
      | "tag"
      | "password"
      | "newPassword"
      | "registrationId"
      | "code"
      | "userId"
      | "sessionId"
    )
  | ("access" | "refresh" | "reset" | "closedAccess" | "closedRefresh" | "otherAccess");

const client = { ip: "127.0.0.1" };

/** Somebody with an account, two sessions of which one is closed, and an open reset link. */
export async function aCast(door: Door, mark: string): Promise<Cast> {
  const { auth, mailer } = door;
  const person = aPerson({ email: `ada.${mark}@mail.example`, tag: `ada_${mark}` });
  const { email, tag, password } = person;
  const { registrationId } = await auth.register(person, client);
  await auth.runJobs();
  const { code } = mailer.last(email, "confirmation_code").data;
  await auth.confirm({ email, registrationId, confirmationCode: code }, client);
  const [open, other, closed] = [
    await auth.login({ tag, password }, client),
    await auth.login({ tag, password }, client),
    await auth.login({ tag, password }, client),
  ];
  await auth.logout({ refreshToken: closed.refreshToken }, client);
  await auth.forgotPassword({ email }, client);
  await auth.runJobs();
  const reset = tokenOf(mailer.last(email, "reset_link").data.link);
  const { sessionId, userId } = await auth.authenticate({ accessToken: other.accessToken }, client);
  return {
    ...{ email, tag, password, newPassword: "poetical science, 1843", registrationId, code },
    ...{ userId, sessionId, reset, access: open.accessToken, refresh: open.refreshToken },
    ...{ closedAccess: closed.accessToken, closedRefresh: closed.refreshToken },
    otherAccess: other.accessToken,
  };
}

/** A text with every word in angle quotes replaced by what it stands for. */
export function fill(text: string, cast: Cast): string {
  return text.replace(/«(\w+)»/g, (whole, role: string) =>
    Object.hasOwn(cast, role) ? cast[role as Role] : whole,
  );
}
