import type { Auth } from "../auth.ts";
import { changePasswordInput } from "../flows/password/change.ts";
import { confirmInput } from "../flows/registration/confirm.ts";
import { registerInput } from "../flows/registration/register.ts";
import { resendCodeInput } from "../flows/registration/resend-code.ts";
import { closeAllSessionsInput } from "../flows/session/close-all.ts";
import { loginInput } from "../flows/session/login.ts";
import { logoutInput } from "../flows/session/logout.ts";
import { renewInput } from "../flows/session/renew.ts";
import { callerOf, run, withCaller } from "./call.ts";
import { bearerToken, bodyFields, hasCredentials, mergeFields, queryFields } from "./input.ts";
import { pageNames, pagePaths, type PageName } from "./pages/places.ts";
import { empty, json, message, publicJson } from "./reply.ts";
import { resetRows } from "./reset-rows.ts";
import type { Row } from "./row.ts";

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
  ...resetRows,
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
  const names = [...new Set(table.map((row) => row.name)), contractName, ...pageNames];
  const unknown = Object.keys(paths).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const known = names.join(", ");
    throw new TypeError(`paths: no endpoint is called ${unknown.join(", ")}; there are ${known}`);
  }
  const { resetBy } = auth.settings;
  const standing = table.filter((row) => row.resetBy === undefined || row.resetBy === resetBy);
  return standing.map((row) => {
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
