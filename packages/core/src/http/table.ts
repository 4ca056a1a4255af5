import type { Auth } from "../auth.ts";
import { callerOf, run, withCaller, type Call } from "./call.ts";
import type { EndpointReply } from "./endpoint.ts";
import { bearerToken, bodyFields, hasCredentials, mergeFields, queryFields } from "./input.ts";
import { empty, json, message, publicJson } from "./reply.ts";

/** Who may reach an endpoint: the internet, or the gateway alone. */
export type Exposure = "public" | "internal";

/** One thing that can be called. */
export interface Row {
  readonly name: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly exposure: Exposure;
  /** Whether HEAD is answered as GET is, without the body (default: for every GET). */
  readonly head?: false;
  handle(call: Call): Promise<EndpointReply>;
}

/** Everything that can be called: no other code knows a path. */
export const table: readonly Row[] = [
  {
    name: "register",
    method: "POST",
    path: "/api/v1/users/public/create",
    exposure: "public",
    handle: async (call) =>
      json(201, await run(call, call.auth.register, bodyFields(call.request))),
  },
  {
    name: "confirm",
    method: "POST",
    path: "/api/v1/users/public/confirm",
    exposure: "public",
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
    handle: async (call) => json(200, await run(call, call.auth.login, bodyFields(call.request))),
  },
  {
    // A token in a query ends up in logs: documented, internal, and better asked for by POST.
    name: "renewByQuery",
    method: "GET",
    path: "/api/v1/tokens/renew",
    exposure: "internal",
    head: false,
    handle: async (call) => json(200, await run(call, call.auth.renew, queryFields(call.request))),
  },
  {
    name: "renew",
    method: "POST",
    path: "/api/v1/tokens/renew",
    exposure: "internal",
    handle: async (call) => json(200, await run(call, call.auth.renew, bodyFields(call.request))),
  },
  {
    name: "logout",
    method: "DELETE",
    path: "/api/v1/tokens/logout",
    exposure: "public",
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
    handle: async (call) =>
      json(200, await run(call, call.auth.checkResetLink, bodyFields(call.request))),
  },
  {
    name: "changePassword",
    method: "POST",
    path: "/api/auth/change-password",
    exposure: "public",
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
    async handle(call) {
      return json(200, await run(call, call.auth.me, await withCaller(call, () => ({}))));
    },
  },
  {
    name: "listSessions",
    method: "GET",
    path: "/api/v1/sessions",
    exposure: "public",
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
    handle: async ({ auth }) => publicJson(auth.jwks()),
  },
];

/** The table under the names an application gave its paths. */
export function renamed(auth: Auth): readonly Row[] {
  const { paths } = auth.settings;
  const unknown = Object.keys(paths).filter((name) => !table.some((row) => row.name === name));
  if (unknown.length > 0) {
    const known = table.map((row) => row.name).join(", ");
    throw new TypeError(`paths: no endpoint is called ${unknown.join(", ")}; there are ${known}`);
  }
  return table.map((row) => ({ ...row, path: paths[row.name] ?? row.path }));
}
