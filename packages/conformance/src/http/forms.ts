import { aPerson, aResetToken, aSignedIn, bearer, paths } from "./people.ts";
import type { Door } from "./door.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a field holds, and so which values it must refuse. */
export type FieldKind = "text" | "token";

/** One endpoint with a body that it accepts, and what is known of its fields. */
export interface Form {
  readonly name: string;
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly headers: readonly string[];
  readonly good: Fields;
  readonly kinds: Readonly<Record<string, FieldKind>>;
  readonly optional: readonly string[];
  /** The longest value of each field, as text that is one character too long. */
  readonly tooLong: Readonly<Record<string, string>>;
}

const tooLongToken = "x".repeat(8193);
const tooLongPassword = "x".repeat(129);
const tooLongEmail = `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(59)}.io`;

/** Every endpoint that takes a body, each with one that would succeed. */
export async function allForms(door: Door): Promise<readonly Form[]> {
  const ada = await aSignedIn(door);
  const token = await aResetToken(door, ada);
  const { accessToken, refreshToken, email, registrationId, code: confirmationCode } = ada;
  const newPassword = "poetical science, 1843";
  const post = { method: "POST", headers: [] } as const;
  return [
    {
      ...{ ...post, name: "register", path: paths.register, good: { ...aPerson() } },
      kinds: texts("firstName", "lastName", "email", "tag", "password"),
      optional: ["tag"],
      tooLong: {
        ...{ firstName: "x".repeat(101), lastName: "x".repeat(101), email: tooLongEmail },
        ...{ tag: "x".repeat(33), password: tooLongPassword },
      },
    },
    {
      ...{ ...post, name: "confirm", path: paths.confirm },
      good: { email, confirmationCode, registrationId, tag: "ada-too" },
      kinds: texts("email", "confirmationCode", "registrationId", "tag"),
      optional: ["registrationId", "tag"],
      tooLong: {
        ...{ email: tooLongEmail, confirmationCode: "1234567" },
        ...{ registrationId: `${registrationId}0`, tag: "x".repeat(33) },
      },
    },
    {
      ...{ ...post, name: "resend code", path: paths.resend, good: { email, registrationId } },
      kinds: texts("email", "registrationId"),
      optional: [],
      tooLong: { email: tooLongEmail, registrationId: `${registrationId}0` },
    },
    {
      ...{ ...post, name: "login", path: paths.login },
      good: { tag: ada.tag, password: ada.password },
      kinds: texts("tag", "password"),
      optional: [],
      tooLong: { tag: tooLongEmail, password: tooLongPassword },
    },
    {
      ...{ ...post, name: "renew", path: paths.renew, good: { refreshToken } },
      kinds: { refreshToken: "token" },
      optional: [],
      tooLong: { refreshToken: tooLongToken },
    },
    {
      ...{ name: "logout", method: "DELETE", headers: [], path: paths.logout },
      good: { accessToken, refreshToken },
      kinds: { accessToken: "token", refreshToken: "token" },
      optional: ["accessToken", "refreshToken"],
      tooLong: { accessToken: tooLongToken, refreshToken: tooLongToken },
    },
    {
      ...{ ...post, name: "forgot password", path: paths.forgot, good: { email } },
      kinds: texts("email"),
      optional: [],
      tooLong: { email: tooLongEmail },
    },
    {
      ...{ ...post, name: "reset password", path: paths.reset },
      good: { token, email, newPassword, confirmPassword: newPassword },
      kinds: { token: "token", ...texts("email", "newPassword", "confirmPassword") },
      optional: ["confirmPassword"],
      tooLong: {
        ...{ token: tooLongToken, email: tooLongEmail },
        ...{ newPassword: tooLongPassword, confirmPassword: tooLongPassword },
      },
    },
    {
      ...{ ...post, name: "check reset link", path: paths.check, good: { token } },
      kinds: { token: "token" },
      optional: [],
      tooLong: { token: tooLongToken },
    },
    {
      ...{ ...post, name: "change password", path: paths.change, headers: bearer(accessToken) },
      good: { currentPassword: ada.password, newPassword, confirmPassword: newPassword },
      kinds: texts("currentPassword", "newPassword", "confirmPassword"),
      optional: ["confirmPassword"],
      tooLong: {
        ...{ currentPassword: tooLongPassword, newPassword: tooLongPassword },
        confirmPassword: tooLongPassword,
      },
    },
  ];
}

function texts(...names: readonly string[]): Readonly<Record<string, FieldKind>> {
  return Object.fromEntries(names.map((name) => [name, "text"]));
}
