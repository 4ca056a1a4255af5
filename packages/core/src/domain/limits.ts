/** At most `limit` in any `windowSeconds`; above ten, an attempt may count for a tenth longer. */
export interface WindowLimit {
  /** Attempts allowed in the window. */
  readonly limit: number;
  /** How long the window is. */
  readonly windowSeconds: number;
}

/** `free` at will, then waits that double from `baseSeconds` to `maxSeconds`. */
export interface BackoffLimit {
  /** Attempts without a wait before them, at least 1. */
  readonly free: number;
  /** The first wait. */
  readonly baseSeconds: number;
  /** The longest wait. */
  readonly maxSeconds: number;
  /** Forgotten after so long without an attempt. */
  readonly windowSeconds: number;
}

/**
 * Every limit by name, with its default. A network is an IPv4 address or an IPv6 /64; all networks
 * of an IPv6 /48 share ten times what the `…ByNetwork` limits allow one. Limits count what was
 * submitted, whether or not it exists.
 */
export const defaultLimits = {
  /** Registrations from a network. */
  registerByNetwork: { limit: 10, windowSeconds: 3600 },
  /** Registrations of one email from one network. */
  registerByEmailAndNetwork: { limit: 5, windowSeconds: 3600 },
  /**
   * Codes mailed to one email, first ones and repeated ones. A registration over it is refused; a
   * code asked for again is counted where it is about to be mailed, and over it nothing is.
   */
  codesByEmail: { limit: 5, windowSeconds: 3600 },
  /** The same, over a day. */
  codesByEmailDaily: { limit: 10, windowSeconds: 86_400 },
  /** Codes tried from a network. */
  confirmByNetwork: { limit: 60, windowSeconds: 900 },
  /** Confirmations tried for one registration. */
  confirmByRegistration: { limit: 30, windowSeconds: 3600 },
  /** Confirmations of one email tried without a registration's id. */
  confirmByEmail: { limit: 15, windowSeconds: 86_400 },
  /** Repeated codes asked for from a network. */
  resendByNetwork: { limit: 20, windowSeconds: 3600 },
  /** The pause between two codes of one registration. */
  resendByRegistration: { limit: 1, windowSeconds: 60 },
  /** Repeated codes asked for one registration: with its first, what `codesByEmail` allows. */
  resendByRegistrationHourly: { limit: 4, windowSeconds: 3600 },
  /** The same, over a day. */
  resendByRegistrationDaily: { limit: 9, windowSeconds: 86_400 },
  /** Logins that failed from a network. */
  loginByNetwork: { limit: 50, windowSeconds: 900 },
  /**
   * Logins of one identifier that failed from one network. Waits grow so long that no single
   * network uses up what `loginByIdentifier` allows to all of them: 39 at most in the first day.
   */
  loginByIdentifierAndNetwork: {
    free: 5,
    baseSeconds: 1,
    maxSeconds: 3600,
    windowSeconds: 86_400,
  },
  /**
   * Logins of one identifier that failed. By tag, by email and in one session by
   * `changePasswordBySessionDaily` that is 98 a day in all (NIST SP 800-63B-4, section 3.2.2).
   */
  loginByIdentifier: { limit: 44, windowSeconds: 86_400 },
  /** Reset links asked for from a network. */
  forgotByNetwork: { limit: 20, windowSeconds: 3600 },
  /** The pause between two reset links for one email. */
  forgotByEmail: { limit: 1, windowSeconds: 60 },
  /** Reset links mailed to one email. */
  forgotByEmailHourly: { limit: 3, windowSeconds: 3600 },
  /** Reset links tried from a network. */
  resetByNetwork: { limit: 30, windowSeconds: 900 },
  /** Tries of one reset link. */
  resetByLink: { limit: 10, windowSeconds: 3600 },
  /** Wrong codes tried to reset the password of one email, where resets go by code. */
  resetCodeByEmail: { limit: 15, windowSeconds: 86_400 },
  /** Changes of password tried in one session. */
  changePasswordBySession: { limit: 5, windowSeconds: 900 },
  /** The same, over a day. */
  changePasswordBySessionDaily: { limit: 10, windowSeconds: 86_400 },
  /**
   * Mails to addresses that nobody has proven, from everybody together: what strangers can make us
   * mail to the world. Those over it wait. Mails to users count only by email.
   */
  mailsToNewAddresses: { limit: 300, windowSeconds: 300 },
} as const;
defaultLimits satisfies Readonly<Record<string, WindowLimit | BackoffLimit>>;

/** The name of a limit, as `limits` and the event `limit.hit` say it. */
export type LimitName = keyof typeof defaultLimits;

/** Every limit with its numbers. */
export type Limits = {
  readonly [Name in LimitName]: (typeof defaultLimits)[Name] extends WindowLimit
    ? WindowLimit
    : BackoffLimit;
};
