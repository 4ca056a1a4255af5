import cookie from "@fastify/cookie";
import { type Auth, AuthError, isAuthError, type TokenPair } from "@latchkey/core";
import { errorReply } from "@latchkey/core/http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const name = "__Secure-refresh";
const attributes = { path: "/session", httpOnly: true, secure: true, sameSite: "strict" } as const;

/** `/session` for a page: the refresh token stays in a cookie that no script reads. */
export async function sessionCookie(app: FastifyInstance, { auth }: { auth: Auth }): Promise<void> {
  await app.register(cookie);

  const clientOf = ({ ip, headers }: FastifyRequest) => ({ ip, agent: headers["user-agent"] });
  const answer = (reply: FastifyReply, { accessToken, expiresIn, ...pair }: TokenPair) =>
    reply
      .setCookie(name, pair.refreshToken, { ...attributes, maxAge: pair.refreshExpiresIn })
      .send({ accessToken, expiresIn });

  app.addHook("onRequest", async (request, reply) => {
    reply.header("cache-control", "no-store");
    if (!isFromOurPage(request, auth)) await reply.code(403).send({ code: "cross_site" });
  });

  app.post("/session", async (request, reply) => {
    // What is no login is refused by the flow itself, with the fields that are wrong.
    const input = request.body as Parameters<Auth["login"]>[0];
    return answer(reply, await auth.login(input, clientOf(request)));
  });

  app.post("/session/renew", async (request, reply) => {
    const refreshToken = request.cookies[name];
    if (refreshToken === undefined) throw new AuthError("invalid_token");
    return answer(reply, await auth.renew({ refreshToken }, clientOf(request)));
  });

  app.delete("/session", async (request, reply) => {
    const refreshToken = request.cookies[name];
    if (refreshToken !== undefined) await auth.logout({ refreshToken }, clientOf(request));
    return reply.clearCookie(name, attributes).code(204).send();
  });

  app.setErrorHandler(async (error, request, reply) => {
    // A session that is over leaves no cookie; one that could not be asked about stays.
    if (isAuthError(error, "invalid_token")) reply.clearCookie(name, attributes);
    const { status, headers, body } = errorReply(auth, error, request.raw);
    return reply.code(status).headers(headers).send(body);
  });
}

/** SameSite keeps other sites out, this keeps sibling subdomains and old browsers out too. */
function isFromOurPage({ headers }: FastifyRequest, auth: Auth): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  return headers.origin === new URL(auth.settings.publicUrl).origin;
}
