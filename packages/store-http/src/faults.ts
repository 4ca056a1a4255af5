import { AuthError, isAuthError } from "@latchkey/core";

/** Why there was no answer, and what helps. Never what was sent or answered. */
export function unavailable(says: string, code?: string): AuthError {
  const cause = new Error(code === undefined ? says : `${says} (${code})`);
  return new AuthError("store_unavailable", {
    cause: Object.assign(cause, { code }),
    retryAfterSeconds: 1,
  });
}

const byCode: readonly (readonly [code: RegExp, says: string])[] = [
  [
    /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/,
    "the user-database service cannot be reached: check its address, and that it runs",
  ],
  [
    /^(?:ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|UND_ERR_SOCKET)$/,
    "the connection to the user-database service broke: check the network between here and there",
  ],
  [
    /^(?:CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/,
    "the user-database service's certificate is not trusted, or it does not trust ours: check `tls`",
  ],
  [
    /^(?:HPE_|ERR_HTTP)/,
    "what answers there speaks no HTTP: check the address of the user-database service",
  ],
];

/** What a broken connection means. */
export function brokenConnection(error: unknown): AuthError {
  if (isAuthError(error)) return error;
  const code = codeOf(error);
  const known = byCode.find(([pattern]) => pattern.test(code ?? ""));
  return unavailable(known?.[1] ?? "the call to the user-database service failed", code);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

const byStatus: Readonly<Record<number, string>> = {
  400: "the user-database service takes this call for malformed: bring both sides to one version",
  404: "the user-database service has no such method: bring both sides to one version",
  408: "the user-database service did not get the whole request in time: check the network",
  409: "our clock and that of the user-database service differ by half a minute: synchronise them",
  413: "the user-database service takes no request as long as this one",
  503: "the user-database service cannot reach its database: see its log",
};

/** What a refusal signed by the other half means. */
export function refused(status: number): AuthError {
  return unavailable(byStatus[status] ?? "the user-database service failed: see its log");
}

/** What an answer that nobody signed for us means. */
export function untrusted(
  status: number,
  theirProtocol: string | undefined,
  ours: string,
): AuthError {
  if (theirProtocol === undefined) {
    return unavailable(
      `what answers at this address (status ${status}) is no user-database service of Latchkey: ` +
        "check the address, and any proxy between",
    );
  }
  if (theirProtocol !== ours) {
    return unavailable(
      "the user-database service speaks another version of the protocol than we: " +
        "bring both sides to one version",
    );
  }
  return unavailable(
    "the user-database service has another secret: set the same one on both sides",
  );
}
