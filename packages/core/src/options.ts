import type { Limits } from "./domain/limits.ts";
import type { Locale } from "./domain/locale.ts";
import type { Clock } from "./ports/clock.ts";
import type { AuthEvent, AuthEventOf, DurableEventName } from "./ports/event-sink.ts";
import type { Mailer } from "./ports/mailer.ts";
import type { HasherExtension, PasswordHasher } from "./ports/password-hasher.ts";
import type { Random } from "./ports/random.ts";
import type { Stores } from "./ports/stores.ts";
import type { PrivateJwkSet } from "./tokens/keys.ts";

/** Where the links in mails lead. */
export interface LinkOptions {
  /**
   * Template of the reset link; `{uid}` and `{token}` are replaced. Absolute, or a path below
   * `publicUrl` (default: the reset page's own path, `/password-reset/{uid}/{token}/`).
   */
  readonly resetPassword?: string | undefined;
  /**
   * Where the reset pages send whoever wants to sign in: a path below `publicUrl`, or an https URL
   * (default: `/`).
   */
  readonly login?: string | undefined;
}

/** Lifetimes and names of tokens. */
export interface TokenOptions {
  /** The `iss` of every token (default: `publicUrl`). */
  readonly issuer?: string | undefined;
  /** The `aud` of access tokens: what your services check (default: the issuer). */
  readonly audience?: string | undefined;
  /** Seconds an access token lives, 60–3600 (default: 600). */
  readonly accessTtlSeconds?: number | undefined;
  /** Seconds a session lives without being renewed, 300–7776000 (default: 604800, 7 days). */
  readonly refreshIdleSeconds?: number | undefined;
  /** Seconds a session lives however often renewed, 300–7776000 (default: 2592000, 30 days). */
  readonly sessionTtlSeconds?: number | undefined;
  /**
   * Seconds in which a refresh token used twice is answered with the same pair again, 0–30
   * (default: 10). 0 ends the session at the first repetition.
   */
  readonly refreshGraceSeconds?: number | undefined;
  /**
   * What the mail of a reset carries (default: `"jwt"`). `"jwt"` is a link with a signed token: what
   * is forged is told from what is over without asking the store. `"opaque"` is one with the user's
   * id and 32 bytes: shorter, and nothing can be read out of it. `"code"` is six digits for 10
   * minutes, which strangers can use up for others (SECURITY.md says how). Changing it voids what is
   * in the mail.
   */
  readonly reset?: "jwt" | "opaque" | "code" | undefined;
  /** Seconds a reset link lives, 900–3600 (default: 1800); not to be given for codes. */
  readonly resetTtlSeconds?: number | undefined;
  /** Seconds that clocks may differ, 0–60 (default: 5). */
  readonly clockToleranceSeconds?: number | undefined;
}

/** What passwords must be and how they are kept. */
export interface PasswordOptions {
  /** Code points of a new password, 8–64 (default: 15, NIST SP 800-63B-4, section 3.1.1.2). */
  readonly minLength?: number | undefined;
  /** Kinds of characters a new password must hold (default: none). */
  readonly require?: readonly ("letter" | "digit")[] | undefined;
  /** Words no password may equal, such as your product's name (default: `productName`). */
  readonly contextWords?: readonly string[] | undefined;
  /** argon2id memory in KiB (default: 47104); never below OWASP's minimum for the passes. */
  readonly memoryKiB?: number | undefined;
  /** argon2id passes (default: 1). */
  readonly passes?: number | undefined;
  /** argon2id lanes (default: 1). */
  readonly lanes?: number | undefined;
  /**
   * Hashes at once (default: the cores, but two fewer than libuv's threads, which tokens need
   * too; at least 1).
   */
  readonly concurrency?: number | undefined;
  /** Hashes that may wait; beyond them `busy` (default: 50). */
  readonly queue?: number | undefined;
  /** Another hasher altogether; the argon2 numbers above are then unused. */
  readonly hasher?: PasswordHasher | undefined;
  /** What else the hasher can do, such as verify hashes that another system made. */
  readonly extend?: HasherExtension | undefined;
}

/** The user's own "length, letters, digits" rule, for products that must have it. */
export const lettersAndDigits: PasswordOptions = { minLength: 8, require: ["letter", "digit"] };

/** Claims and their codes. */
export interface RegistrationOptions {
  /** Seconds a mailed code is good for, 60–600 (default: 600, ASVS 6.5.5). */
  readonly codeTtlSeconds?: number | undefined;
  /** Seconds an unproven claim lasts, 3600–259200 (default: 86400). */
  readonly claimTtlSeconds?: number | undefined;
  /** Tries of a code with its registration's id, 1–10 (default: 5, ASVS 6.6.3). */
  readonly triesPerRegistration?: number | undefined;
  /** Tries a day per email without one, 1–30 (default: 15). */
  readonly triesPerEmail?: number | undefined;
}

/** Sessions of one user. */
export interface SessionOptions {
  /** How many may stand at once; the oldest ends, 1–100 (default: 20). */
  readonly maxPerUser?: number | undefined;
  /**
   * Sessions, and verified access tokens, that `authenticate` remembers, 0–1000000 (default: 0,
   * none). With it most requests ask no store. A session closed by another process is then refused
   * as soon as its notice arrives, and 2 seconds after the close at the latest; one closed by this
   * process, at once. Each takes up to 4 KB.
   */
  readonly nearCacheEntries?: number | undefined;
}

/** The worker that runs what is left to do after an answer. */
export interface JobOptions {
  /** Jobs run at once, 1–100 (default: 10). */
  readonly batch?: number | undefined;
  /** Seconds a job may take before another worker may take it over, 10–600 (default: 60). */
  readonly leaseSeconds?: number | undefined;
  /** Seconds between two looks when nothing wakes the worker, 0.05–60 (default: 1). */
  readonly pollSeconds?: number | undefined;
  /**
   * Seconds within which an idle worker begins what it is woken for, at a moment nobody knows, 0–10
   * (default: 0.5). What a job does depends on whether somebody owns an address; begun at once, it
   * would tell by how long the process's next request takes. 0 where jobs have a process of their
   * own.
   */
  readonly startWithinSeconds?: number | undefined;
  /** Tries before a job is given up, 1–100 (default: 20, about a day). */
  readonly maxAttempts?: number | undefined;
  /**
   * Seconds before a job that failed is tried again, doubled with each further try, 0.05–3600
   * (default: 2).
   */
  readonly retrySeconds?: number | undefined;
  /** What that doubling ends at, in seconds, 0.05–86,400 (default: 7200). */
  readonly longestRetrySeconds?: number | undefined;
  /** Seconds `stop()` waits for running jobs, 0–60 (default: 8). */
  readonly drainSeconds?: number | undefined;
}

/** Functions run at least once for each durable event, in order per user. */
export type Handlers = {
  readonly [Name in DurableEventName]?: ((event: AuthEventOf<Name>) => Promise<void>) | undefined;
};

/** Everything `createAuth` can be told. Only the first four are required. */
export interface AuthOptions {
  /** Base of every link and the issuer of tokens: https, or http on a loopback host. */
  readonly publicUrl: string;
  /**
   * base64url of 32 random bytes or more; every purpose gets its own key from it. A list rotates:
   * the first signs, all verify tokens; codes in the mail are void and limits count anew. With
   * several processes, add the new one last everywhere before it goes first anywhere.
   */
  readonly secret: string | readonly string[] | undefined;
  /** Where everything is kept. */
  readonly stores: Stores;
  /** What carries mail. */
  readonly mailer: Mailer;
  /** Private keys for access tokens (the first signs), published by `jwks` (default: none). */
  readonly keys?: PrivateJwkSet | undefined;
  /** What mails and pages call you (default: the host of `publicUrl`). */
  readonly productName?: string | undefined;
  /** Where the links in mails lead. */
  readonly links?: LinkOptions | undefined;
  /** Lifetimes and names of tokens, and what the mail of a reset carries. */
  readonly tokens?: TokenOptions | undefined;
  /** What passwords must be and how they are kept. */
  readonly passwords?: PasswordOptions | undefined;
  /** How long claims and codes last, and how often a code may be tried. */
  readonly registration?: RegistrationOptions | undefined;
  /** How many sessions a user may have, and what is remembered of them. */
  readonly sessions?: SessionOptions | undefined;
  /** The worker that runs what is left to do after an answer. */
  readonly jobs?: JobOptions | undefined;
  /**
   * Numbers of single limits (defaults: `defaultLimits`). `"off"` counts nothing at all: passwords
   * and codes can then be guessed as fast as your machine answers.
   */
  readonly limits?: Partial<Limits> | "off" | undefined;
  /** The language where a client names none (default: `en`). */
  readonly locale?: Locale | undefined;
  /**
   * Whose `X-Forwarded-For` is believed: CIDRs, or `unix` for a peer on a Unix socket
   * (default: nobody's).
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Bits of an IPv6 address that stand for one network, 48–64 (default: 64). */
  readonly ipv6PrefixBits?: number | undefined;
  /**
   * How many times what a network may do all networks of one IPv6 /48 may do together, 1–1000
   * (default: 10).
   */
  readonly ipv6SiteFactor?: number | undefined;
  /** Other paths for single endpoints, by name (defaults: the contract's). */
  readonly paths?: Readonly<Record<string, string>> | undefined;
  /** Whether forgot mails an address that has no account, to say so (default: false). */
  readonly mailUnknownAddresses?: boolean | undefined;
  /** What you do about account events: run at least once, in order per user (default: none). */
  readonly handlers?: Handlers | undefined;
  /** Told of everything, best effort; what it throws is ignored. */
  readonly onEvent?: ((event: AuthEvent) => void) | undefined;
  /** Another clock, for tests (default: the system's). */
  readonly clock?: Clock | undefined;
  /** Another source of randomness, for tests (default: the system's). */
  readonly random?: Random | undefined;
}
