import type { ClientInput } from "./domain/client.ts";
import type { Locale } from "./domain/locale.ts";
import type { Caller } from "./domain/session.ts";
import type { DisableInput } from "./flows/account/disable.ts";
import type { EnableInput } from "./flows/account/enable.ts";
import type { MeInput, UserView } from "./flows/account/me.ts";
import type { RemoveInput } from "./flows/account/remove.ts";
import type { ChangePasswordInput } from "./flows/password/change.ts";
import type { CheckResetLinkInput, ResetLinkStanding } from "./flows/password/check-link.ts";
import type { ForgotPasswordInput, ResetRequested } from "./flows/password/forgot.ts";
import type { ResetPasswordByCodeInput } from "./flows/password/reset-by-code.ts";
import type { ResetPasswordByFormInput } from "./flows/password/reset-by-form.ts";
import type { ResetPasswordInput } from "./flows/password/reset.ts";
import type { Confirmed, ConfirmInput } from "./flows/registration/confirm.ts";
import type { Registered, RegisterInput } from "./flows/registration/register.ts";
import type { ResendCodeInput } from "./flows/registration/resend-code.ts";
import type { AuthenticateInput } from "./flows/session/authenticate.ts";
import type { CloseAllSessionsInput, SessionsClosed } from "./flows/session/close-all.ts";
import type { CloseSessionInput } from "./flows/session/close.ts";
import type { ListSessionsInput, SessionView } from "./flows/session/list.ts";
import type { LoginInput } from "./flows/session/login.ts";
import type { LogoutInput } from "./flows/session/logout.ts";
import type { RenewInput } from "./flows/session/renew.ts";
import type { PublicJwkSet } from "./tokens/keys.ts";
import type { TokenPair } from "./tokens/token-pair.ts";

/** One flow: an untrusted input and who sends it. Refusals are thrown as AuthError. */
export type Flow<Input, Outcome> = (input: Input, client: ClientInput) => Promise<Outcome>;

/** What a front door must know of the configuration. */
export interface AuthSettings {
  /** Base of every link, without a slash at its end. */
  readonly publicUrl: string;
  /** The language where a client names none. */
  readonly locale: Locale;
  /** Whose `X-Forwarded-For` is believed: CIDRs, `unix`. */
  readonly trustedProxies: readonly string[];
  /** Other paths than the contract's, by endpoint name. */
  readonly paths: Readonly<Record<string, string>>;
  /** What pages call the product. */
  readonly productName: string;
  /** Where the pages send whoever wants to sign in. */
  readonly loginUrl: string;
  /** How a forgotten password is reset: by a mailed link, or by a mailed code. */
  readonly resetBy: "link" | "code";
  /** What the pages say of a new password. */
  readonly passwords: {
    readonly minLength: number;
    readonly require: readonly ("letter" | "digit")[];
  };
}

/** Everything an application can do with its accounts. */
export interface Auth {
  /** Keeps a claim and mails a code. Throws `weak_password`, `tag_taken`, `rate_limited`, `busy`. */
  readonly register: Flow<RegisterInput, Registered>;
  /** Makes the claim a user. Throws `invalid_code`, `tag_taken`, `rate_limited`. */
  readonly confirm: Flow<ConfirmInput, Confirmed>;
  /** Mails a new code. Throws `rate_limited`. */
  readonly resendCode: Flow<ResendCodeInput, void>;
  /** Signs in. Throws `invalid_credentials`, `unconfirmed`, `rate_limited`, `busy`. */
  readonly login: Flow<LoginInput, TokenPair>;
  /** Whose request it is. Throws `invalid_token`. */
  readonly authenticate: Flow<AuthenticateInput, Caller>;
  /**
   * What `authenticate` would answer without asking any store; null where it has to ask, or would
   * refuse. Always null without `sessions.nearCacheEntries`. Adapters call it first: whoever wraps `authenticate` to add a check of
   * their own sets `recall` to one that answers null.
   */
  recall(accessToken: string): Caller | null;
  /** The next pair. Throws `invalid_token`. */
  readonly renew: Flow<RenewInput, TokenPair>;
  /** Ends a session. Throws `invalid_token` where neither token is ours. */
  readonly logout: Flow<LogoutInput, void>;
  /** The caller's sessions. */
  readonly listSessions: Flow<ListSessionsInput, readonly SessionView[]>;
  /** Ends one of the caller's sessions. Throws `not_found`. */
  readonly closeSession: Flow<CloseSessionInput, void>;
  /** Ends all of the caller's sessions. Throws `invalid_token` for a session overtaken meanwhile. */
  readonly closeAllSessions: Flow<CloseAllSessionsInput, SessionsClosed>;
  /**
   * Mails a reset link or code, if there is an account. Answers a request's id with codes, null with
   * links. Throws `rate_limited` for the network only.
   */
  readonly forgotPassword: Flow<ForgotPasswordInput, ResetRequested>;
  /** Whether a link lives. Throws `invalid_token`, `expired_token`, `rate_limited`. */
  readonly checkResetLink: Flow<CheckResetLinkInput, ResetLinkStanding>;
  /**
   * Sets a new password by a link. Throws `invalid_token`, `expired_token`, `email_mismatch`,
   * `password_mismatch`, `weak_password`, `rate_limited`, `busy`.
   */
  readonly resetPassword: Flow<ResetPasswordInput, void>;
  /**
   * Sets a new password by a mailed code; there are none unless `tokens.reset` is `"code"`. Throws
   * `invalid_code`, `password_mismatch`, `weak_password`, `rate_limited`, `busy`.
   */
  readonly resetPasswordByCode: Flow<ResetPasswordByCodeInput, void>;
  /**
   * The same as by a link, for a form of your own: it proves which link it was made for by the digest that
   * `checkResetLink` answered, and so need not ask for the email. Never for a request that names its
   * own digest without a form of yours behind it. Throws as `resetPassword` does, but for
   * `email_mismatch`: another link's digest is `invalid_token`.
   */
  readonly resetPasswordByForm: Flow<ResetPasswordByFormInput, void>;
  /**
   * Sets a new password by the current one. Throws `wrong_password`, `password_mismatch`,
   * `weak_password`, `invalid_token`, `rate_limited`, `busy`.
   */
  readonly changePassword: Flow<ChangePasswordInput, TokenPair>;
  /** The caller's own account. */
  readonly me: Flow<MeInput, UserView>;
  /** Shuts a user out. Throws `not_found`. */
  readonly disable: Flow<DisableInput, void>;
  /** Lets a disabled user in again. Throws `not_found`. */
  readonly enable: Flow<EnableInput, void>;
  /** Removes a user for good. Throws `not_found`. */
  readonly remove: Flow<RemoveInput, void>;

  /** Begins to run what is left to do after answers: mails, handlers. Again: nothing. */
  start(): Promise<void>;
  /** Stops and waits for what runs, 8 seconds by default. */
  stop(): Promise<void>;
  /** Runs what is due once, for tests and cron, and answers how many jobs that was. */
  runJobs(): Promise<number>;
  /** The public keys of access tokens (RFC 7517); empty where a shared secret signs them. */
  jwks(): PublicJwkSet;
  /** Tells `onEvent` of a fault outside the flows, as an adapter does. */
  reportFault(where: string, cause: unknown): void;
  /** What a front door must know of the configuration. */
  readonly settings: AuthSettings;
}
