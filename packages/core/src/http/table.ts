import type * as z from "zod";
import type { Auth } from "../auth.ts";
import type { AuthErrorCode } from "../errors.ts";
import { changePasswordInput } from "../flows/password/change.ts";
import { checkResetLinkInput } from "../flows/password/check-link.ts";
import { forgotPasswordInput } from "../flows/password/forgot.ts";
import { resetPasswordInput } from "../flows/password/reset.ts";
import { confirmInput } from "../flows/registration/confirm.ts";
import { registerInput } from "../flows/registration/register.ts";
import { resendCodeInput } from "../flows/registration/resend-code.ts";
import { closeAllSessionsInput } from "../flows/session/close-all.ts";
import { loginInput } from "../flows/session/login.ts";
import { logoutInput } from "../flows/session/logout.ts";
import { renewInput } from "../flows/session/renew.ts";
import type { AnswerName } from "./answers.ts";
import { callerOf, run, withCaller, type Call } from "./call.ts";
import type { EndpointReply } from "./endpoint.ts";
import { bearerToken, bodyFields, hasCredentials, mergeFields, queryFields } from "./input.ts";
import { pageNames, pagePaths, type PageName } from "./pages/places.ts";
import { empty, json, message, publicJson } from "./reply.ts";

/** Who may reach an endpoint: the internet, or the gateway alone. */
export type Exposure = "public" | "internal";

/** What endpoints are about, each with a sentence for readers of the contract. */
export const groups = {
  registration: "From a form to an account: a claim, a mailed code, a confirmation.",
  session: "Signing in, staying signed in, signing out.",
  password: "Setting a new password, by a mailed link or by the current one.",
  account: "The account of whoever asks.",
  service: "What other programs need to know.",
} as const;

export type Group = keyof typeof groups;

/** One thing that can be called. */
export interface Row {
  readonly name: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly exposure: Exposure;
  /** Whether HEAD is answered as GET is, without the body (default: for every GET). */
  readonly head?: false;
  /** What it does, in a few words. */
  readonly summary: string;
  /** The chapter of the description it stands in. */
  readonly group: Group;
  /** Whether it asks for an access token, or takes one among other things. */
  readonly bearer?: true | "optional";
  /** Where its fields come from, and the schema that the flow parses them with. */
  readonly input?: { readonly from: "body" | "query" | "either"; readonly schema: z.ZodType };
  readonly success: number;
  /** What it answers then; nothing where absent. */
  readonly answer?: AnswerName;
  /** Headers that say what was asked for, and their meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the answer is everybody's, and may be kept for five minutes. */
  readonly shared?: true;
  /** The refusals of its own; those of reading a request are every row's. */
  readonly refuses: readonly AuthErrorCode[];
  handle(call: Call): Promise<EndpointReply>;
}

/** Everything that can be called: no other code knows a path. */
export const table: readonly Row[] = [
  {
    name: "register",
    method: "POST",
    path: "/api/v1/users/public/create",
    exposure: "public",
    group: "registration",
    summary: "Keep a claim to an email and a tag, and mail a code",
    input: { from: "body", schema: registerInput },
    success: 201,
    answer: "registered",
    refuses: ["weak_password", "tag_taken", "rate_limited", "busy"],
    handle: async (call) =>
      json(201, await run(call, call.auth.register, bodyFields(call.request))),
  },
  {
    name: "confirm",
    method: "POST",
    path: "/api/v1/users/public/confirm",
    exposure: "public",
    group: "registration",
    summary: "Make the claim an account by the mailed code",
    input: { from: "body", schema: confirmInput },
    success: 200,
    answer: "message",
    refuses: ["invalid_code", "tag_taken", "rate_limited"],
    async handle(call) {
      await run(call, call.auth.confirm, bodyFields(call.request));
      return message(200, "confirmed", call.client.locale);
    },
  },
  {
    name: "resendCode",
    method: "POST",
    path: "/api/v1/users/public/resend-code",
    exposure: "public",
    group: "registration",
    summary: "Mail a new code",
    input: { from: "body", schema: resendCodeInput },
    success: 202,
    answer: "message",
    refuses: ["rate_limited"],
    async handle(call) {
      await run(call, call.auth.resendCode, bodyFields(call.request));
      return message(202, "code_on_its_way", call.client.locale);
    },
  },
  {
    name: "login",
    method: "POST",
    path: "/api/v1/tokens/public/login",
    exposure: "public",
    group: "session",
    summary: "Sign in by tag or email",
    input: { from: "body", schema: loginInput },
    success: 200,
    answer: "tokenPair",
    refuses: ["invalid_credentials", "unconfirmed", "rate_limited", "busy"],
    handle: async (call) => json(200, await run(call, call.auth.login, bodyFields(call.request))),
  },
  {
    // A token in a query ends up in logs: documented, internal, and better asked for by POST.
    name: "renewByQuery",
    method: "GET",
    path: "/api/v1/tokens/renew",
    exposure: "internal",
    head: false,
    group: "session",
    summary: "Exchange a refresh token for the next pair",
    input: { from: "query", schema: renewInput },
    success: 200,
    answer: "tokenPair",
    refuses: ["invalid_token"],
    handle: async (call) => json(200, await run(call, call.auth.renew, queryFields(call.request))),
  },
  {
    name: "renew",
    method: "POST",
    path: "/api/v1/tokens/renew",
    exposure: "internal",
    group: "session",
    summary: "Exchange a refresh token for the next pair",
    input: { from: "body", schema: renewInput },
    success: 200,
    answer: "tokenPair",
    refuses: ["invalid_token"],
    handle: async (call) => json(200, await run(call, call.auth.renew, bodyFields(call.request))),
  },
  {
    name: "logout",
    method: "DELETE",
    path: "/api/v1/tokens/logout",
    exposure: "public",
    group: "session",
    summary: "End the session that either token names",
    bearer: "optional",
    input: { from: "either", schema: logoutInput },
    success: 200,
    answer: "message",
    refuses: ["invalid_token"],
    async handle(call) {
      const { rawHeaders } = call.request;
      const bearer = hasCredentials(rawHeaders) ? { accessToken: bearerToken(rawHeaders) } : {};
      const fields = mergeFields(bearer, queryFields(call.request), bodyFields(call.request));
      await run(call, call.auth.logout, fields);
      return message(200, "signed_out", call.client.locale);
    },
  },
  {
    name: "forgotPassword",
    method: "POST",
    path: "/api/auth/forgot-password",
    exposure: "public",
    group: "password",
    summary: "Mail a reset link, if there is an account",
    input: { from: "body", schema: forgotPasswordInput },
    success: 200,
    answer: "message",
    refuses: ["rate_limited"],
    async handle(call) {
      await run(call, call.auth.forgotPassword, bodyFields(call.request));
      return message(200, "link_on_its_way", call.client.locale);
    },
  },
  {
    name: "resetPassword",
    method: "POST",
    path: "/api/auth/reset-password",
    exposure: "public",
    group: "password",
    summary: "Set a new password by a mailed link",
    input: { from: "body", schema: resetPasswordInput },
    success: 200,
    answer: "message",
    refuses: [
      "expired_token",
      "invalid_token",
      "email_mismatch",
      "password_mismatch",
      "weak_password",
      "rate_limited",
      "busy",
    ],
    async handle(call) {
      await run(call, call.auth.resetPassword, bodyFields(call.request));
      return message(200, "password_reset", call.client.locale);
    },
  },
  {
    name: "checkResetLink",
    method: "POST",
    path: "/api/auth/reset-password/check",
    exposure: "public",
    group: "password",
    summary: "Whether a reset link lives; changes nothing",
    input: { from: "body", schema: checkResetLinkInput },
    success: 200,
    answer: "resetLink",
    refuses: ["expired_token", "invalid_token", "rate_limited"],
    async handle(call) {
      const { expiresAt } = await run(call, call.auth.checkResetLink, bodyFields(call.request));
      return json(200, { expiresAt });
    },
  },
  {
    name: "changePassword",
    method: "POST",
    path: "/api/auth/change-password",
    exposure: "public",
    group: "password",
    summary: "Set a new password by the current one; every earlier session ends",
    bearer: true,
    input: { from: "body", schema: changePasswordInput },
    success: 200,
    answer: "tokenPair",
    refuses: ["wrong_password", "password_mismatch", "weak_password", "rate_limited", "busy"],
    async handle(call) {
      const fields = await withCaller(call, () => bodyFields(call.request));
      return json(200, await run(call, call.auth.changePassword, fields));
    },
  },
  {
    name: "me",
    method: "GET",
    path: "/api/v1/users/me",
    exposure: "public",
    group: "account",
    summary: "The caller's own account",
    bearer: true,
    success: 200,
    answer: "user",
    refuses: [],
    async handle(call) {
      return json(200, await run(call, call.auth.me, await withCaller(call, () => ({}))));
    },
  },
  {
    name: "listSessions",
    method: "GET",
    path: "/api/v1/sessions",
    exposure: "public",
    group: "session",
    summary: "The caller's sessions",
    bearer: true,
    success: 200,
    answer: "sessions",
    refuses: [],
    async handle(call) {
      const fields = await withCaller(call, () => ({}));
      return json(200, { sessions: await run(call, call.auth.listSessions, fields) });
    },
  },
  {
    name: "closeSession",
    method: "DELETE",
    path: "/api/v1/sessions/:id",
    exposure: "public",
    group: "session",
    summary: "End one of the caller's sessions",
    bearer: true,
    success: 204,
    refuses: ["not_found"],
    async handle(call) {
      const fields = await withCaller(call, () => ({ id: call.request.params["id"] }));
      await run(call, call.auth.closeSession, fields);
      return empty(204);
    },
  },
  {
    name: "closeAllSessions",
    method: "DELETE",
    path: "/api/v1/sessions",
    exposure: "public",
    group: "session",
    summary: "End all of the caller's sessions, or all but this one",
    bearer: true,
    input: { from: "query", schema: closeAllSessionsInput },
    success: 200,
    answer: "closed",
    refuses: [],
    async handle(call) {
      const fields = await withCaller(call, () => queryFields(call.request));
      return json(200, await run(call, call.auth.closeAllSessions, fields));
    },
  },
  {
    name: "verify",
    method: "GET",
    path: "/api/v1/tokens/verify",
    exposure: "internal",
    group: "service",
    summary: "Whose request this is, in headers, for a gateway",
    bearer: true,
    success: 204,
    headers: {
      "x-user-id": "Who asks.",
      "x-user-tag": "Their tag when the token was issued.",
      "x-session-id": "By which session.",
    },
    refuses: [],
    async handle({ auth, request, client }) {
      const { userId, tag, sessionId } = await callerOf(auth, request.rawHeaders, client);
      return empty(204, { "x-user-id": userId, "x-user-tag": tag, "x-session-id": sessionId });
    },
  },
  {
    name: "jwks",
    method: "GET",
    path: "/.well-known/jwks.json",
    exposure: "public",
    group: "service",
    summary: "The public keys of access tokens",
    success: 200,
    answer: "keys",
    shared: true,
    refuses: [],
    handle: async ({ auth }) => publicJson(auth.jwks()),
  },
];

/** The row that describes the others, and so is made where they are mounted. */
export const contractName = "contract";

/** The table under the names an application gave its paths. */
export function renamed(auth: Auth): readonly Row[] {
  const { paths } = auth.settings;
  const names = [...table.map((row) => row.name), contractName, ...pageNames];
  const unknown = Object.keys(paths).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const known = names.join(", ");
    throw new TypeError(`paths: no endpoint is called ${unknown.join(", ")}; there are ${known}`);
  }
  return table.map((row) => {
    // Both renewals are one endpoint in two spellings.
    const renamedTo = row.name === "renewByQuery" ? paths["renew"] : undefined;
    return { ...row, path: placeOf(row.name, row.path, paths[row.name] ?? renamedTo) };
  });
}

/** The pages' paths under the names an application gave them. */
export function placesOf(auth: Auth): Readonly<Record<PageName, string>> {
  const { paths } = auth.settings;
  const place = (name: PageName): string => placeOf(name, pagePaths[name], paths[name]);
  const resetLinkPage = place("resetLinkPage");
  if (!/\/:token\/?$/.test(resetLinkPage)) {
    throw new TypeError("paths.resetLinkPage: put :token at its end");
  }
  return {
    resetRequestPage: place("resetRequestPage"),
    resetDonePage: place("resetDonePage"),
    resetLinkPage,
    resetCompletePage: place("resetCompletePage"),
  };
}

function placeOf(name: string, path: string, given: string | undefined): string {
  const parameters: readonly string[] = given?.match(/:\w+/g) ?? [];
  for (const parameter of given === undefined ? [] : (path.match(/:\w+/g) ?? [])) {
    if (!parameters.includes(parameter)) {
      throw new TypeError(`paths.${name}: keep ${parameter} in it`);
    }
  }
  return given ?? path;
}
