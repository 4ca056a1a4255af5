import type { Auth } from "../auth.ts";
import { AuthError, isAuthError } from "../errors.ts";

/** Flows report their own faults; what else is not a refusal is a fault of ours. */
export function told(auth: Auth, where: string, error: unknown): unknown {
  if (!isAuthError(error)) auth.reportFault(where, error);
  return error;
}

/** Frameworks refuse bodies by errors with a status; the three they may use have codes of ours. */
export function asRefusal(error: unknown): unknown {
  if (typeof error !== "object" || error === null || isAuthError(error)) return error;
  const status = "statusCode" in error ? error.statusCode : "status" in error ? error.status : 0;
  if (status === 413) return new AuthError("payload_too_large");
  if (status === 415) return new AuthError("unsupported_media_type");
  return status === 400 ? new AuthError("malformed_request") : error;
}
