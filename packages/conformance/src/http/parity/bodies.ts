import * as fc from "fast-check";
import { paths } from "../people.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One thing to call, with a body that it accepts. Words in angle quotes are filled in later. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly fields: Fields;
}

const post = { method: "POST" } as const;
const nothing = { fields: {} } as const;

/** The pages, which answer forms with HTML. */
const pages = {
  request: "/password-reset/",
  done: "/password-reset/done/",
  complete: "/password-reset/complete/",
} as const;

/** Every endpoint and page, and the host's own routes beside them. */
export const calls: readonly Call[] = [
  {
    ...{ ...post, path: paths.register },
    fields: {
      ...{ firstName: "Ada", lastName: "Lovelace", email: "new.«tag»@mail.example" },
      ...{ tag: "n«code»", password: "«newPassword»" },
    },
  },
  {
    ...{ ...post, path: paths.confirm },
    fields: { email: "«email»", confirmationCode: "«code»", registrationId: "«registrationId»" },
  },
  {
    ...{ ...post, path: paths.resend },
    fields: { email: "«email»", registrationId: "«registrationId»" },
  },
  { ...post, path: paths.login, fields: { tag: "«tag»", password: "«password»" } },
  { ...post, path: paths.renew, fields: { refreshToken: "«refresh»" } },
  { method: "GET", path: `${paths.renew}?refreshToken=«refresh»`, ...nothing },
  { method: "DELETE", path: paths.logout, fields: { accessToken: "«access»" } },
  { ...post, path: paths.forgot, fields: { email: "«email»" } },
  {
    ...{ ...post, path: paths.reset },
    fields: { token: "«reset»", email: "«email»", newPassword: "«newPassword»" },
  },
  { ...post, path: paths.check, fields: { token: "«reset»" } },
  {
    ...{ ...post, path: paths.change },
    fields: { currentPassword: "«password»", newPassword: "«newPassword»" },
  },
  { method: "GET", path: paths.me, ...nothing },
  { method: "GET", path: paths.sessions, ...nothing },
  { method: "DELETE", path: `${paths.sessions}?except=current`, ...nothing },
  { method: "DELETE", path: `${paths.sessions}/«sessionId»`, ...nothing },
  { method: "GET", path: paths.verify, ...nothing },
  { method: "GET", path: paths.jwks, ...nothing },
  { method: "GET", path: paths.contract, ...nothing },
  { ...post, path: pages.request, fields: { email: "«email»" } },
  { method: "GET", path: pages.request, ...nothing },
  { method: "GET", path: pages.done, ...nothing },
  { method: "GET", path: pages.complete, ...nothing },
  { method: "GET", path: `${pages.request}«userId»/«reset»/`, ...nothing },
  { method: "GET", path: `${pages.request}«userId»/set-password/`, ...nothing },
  { ...post, path: `${pages.request}«userId»/set-password/`, fields: { newPassword: "x" } },
  { method: "GET", path: "/notes/1", ...nothing },
  { method: "GET", path: "/nothing", ...nothing },
];

/** Bytes of a body as text of one character each; none for no body. */
export type Bytes = string;

const utf8 = (text: string): Bytes => Buffer.from(text).toString("latin1");

const tokens = ["access", "refresh", "reset", "closedAccess", "closedRefresh", "otherAccess"];
const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, "", " ", [], {}, [["x"]], { $ne: "" }),
  fc.constantFrom(...tokens, "code", "password", "email").map((role) => `«${role}»`),
  fc.constantFrom("\u0000", "a\u0000b", "\ud800", "\udfff\ud800", "\ufffd", "\u202e", "é", "😀"),
  fc.constantFrom("a@b", "a@b.c,d@e.f", "a@b.c\r\nBcc: d@e.f", "x".repeat(9000), "١٢٣٤٥٦"),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
);
const oddKeys = fc.constantFrom("caller", "role", "constructor", "__proto__", "", "userId", "tag");

/** The fields of a call, bent in one place. */
function bentFields(fields: Fields): fc.Arbitrary<Fields> {
  const names = Object.keys(fields);
  const name = names.length === 0 ? oddKeys : fc.constantFrom(...names);
  return fc.oneof(
    fc.tuple(name, oddValues).map(([key, value]) => ({ ...fields, [key]: value })),
    name.map((key) => Object.fromEntries(Object.entries(fields).filter(([each]) => each !== key))),
    fc
      .tuple(oddKeys, oddValues)
      .map(([key, value]) => Object.fromEntries([...Object.entries(fields), [key, value]])),
  );
}

const nested = (depth: number): string => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;

/** A JSON text, bent in one place. */
function bentText(good: string): fc.Arbitrary<Bytes> {
  const inside = good.slice(1, -1);
  return fc.oneof(
    fc.nat({ max: good.length }).map((end) => utf8(good.slice(0, end))),
    fc.constantFrom("\ufeff", " ", "\n", "x", "[", "\u0000").map((head) => utf8(head + good)),
    fc.constantFrom("\u0000", ",", "}", good).map((tail) => utf8(good + tail)),
    fc.constantFrom("\xff", "\xc0\xaf", "\xed\xa0\x80", "\x80").map((bad) => `{"tag":"${bad}"}`),
    fc.constantFrom(31, 32, 33, 500).map(nested),
    fc.constantFrom(64, 65).map((count) => {
      const keys = Array.from({ length: count }, (_, index) => `"k${index}":1`);
      return `{${keys.join()}}`;
    }),
    fc.constantFrom(16_384, 16_385, 20_000, 70_000).map((size) => utf8(good).padEnd(size)),
    fc.constantFrom(
      ...[`{${inside},${inside}}`, `{${inside},"__proto__":{"a":1}}`, `{"\\u005f_proto__":1}`],
      ...['"text"', "1", "null", "[]", `[${good}]`, "{'a':1}", '{"a":01}', '{"tag":"\\ud800"}'],
    ),
    fc.constant(Buffer.from(good, "utf16le").toString("latin1")),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );
}

/** What may be sent to a call: mostly nearly right, so that it gets far. */
export function bodies({ fields }: Call): fc.Arbitrary<Bytes> {
  const good = JSON.stringify(fields);
  const fitting = good === "{}" ? "" : utf8(good);
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(fitting) },
    { weight: 5, arbitrary: bentFields(fields).map((bent) => utf8(JSON.stringify(bent))) },
    { weight: 5, arbitrary: bentText(good) },
    { weight: 1, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.constantFrom("email=«email»", "a=%", "a=1&a=2", "__proto__=x") },
  );
}
