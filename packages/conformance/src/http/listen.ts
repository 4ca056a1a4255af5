import type { Auth } from "@latchkey/core";
import type { MountOptions } from "@latchkey/core/http";

/** How a server mounts Latchkey. */
export interface HostOptions extends MountOptions {
  /** Stands before every path of Latchkey's (none). */
  readonly prefix?: string | undefined;
}

/** A server that listens. */
export interface Listening {
  /** Such as `http://127.0.0.1:49152`. */
  readonly url: string;
  /** Ends the server and its connections. */
  close(): Promise<void>;
}

/**
 * Mounts `auth` in a real server of the framework under test, on a free port of 127.0.0.1, together
 * with these routes of a host application, all with the framework's own JSON parser:
 *
 * - `GET /notes/:id`, guarded: `{note, userId, tag, sessionId}`.
 * - `POST /notes`, guarded: `{received}`, the body as the host parsed it.
 * - `POST /echo`, open: `{received}`.
 * - `GET /unguarded`: asks who calls, without a guard; `{thrown}`, the name of what that throws.
 * - `GET /broken`: throws; the host's own error handler answers 418 `{host: "broke"}`.
 * - Anything else: the host's own 404 `{host: "nothing here"}`.
 */
export type Listen = (auth: Auth, options?: HostOptions) => Promise<Listening>;
