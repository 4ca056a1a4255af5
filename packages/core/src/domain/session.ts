/**
 * One sign-in on one device. Its whole refresh state is `generation`: a refresh token names the
 * session and the generation it renews, so parallel renewals agree instead of forking.
 */
export interface Session {
  /** UUID; what both tokens name. */
  readonly id: string;
  /** Whose it is. */
  readonly userId: string;
  /** The user's epoch when the session began, or when a close-all spared it. */
  readonly epoch: number;
  /** How often it was renewed. */
  readonly generation: number;
  /** When somebody signed in. */
  readonly createdAt: Date;
  /** When it was renewed last, or began. */
  readonly rotatedAt: Date;
  /** Unless renewed, it ends here. */
  readonly idleExpiresAt: Date;
  /** However often renewed, it ends here. */
  readonly expiresAt: Date;
  /** The address it was opened from. */
  readonly ip: string;
  /** A label such as `Firefox/Linux`, at most 16 bytes. */
  readonly agent: string;
}

/** The verified owner of a request. */
export interface Caller {
  /** The user's id. */
  readonly userId: string;
  /** The user's tag, as it was when the token was issued. */
  readonly tag: string;
  /** The session the token belongs to. */
  readonly sessionId: string;
}

/** How long sessions last. */
export interface SessionLifetimes {
  readonly refreshIdleSeconds: number;
  readonly sessionTtlSeconds: number;
}

/** A session in its first generation. */
export function beginSession(
  of: Pick<Session, "id" | "userId" | "epoch" | "ip" | "agent">,
  lifetimes: SessionLifetimes,
  now: Date,
): Session {
  const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
  const { refreshIdleSeconds, sessionTtlSeconds } = lifetimes;
  return {
    ...of,
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    idleExpiresAt: after(Math.min(refreshIdleSeconds, sessionTtlSeconds)),
    expiresAt: after(sessionTtlSeconds),
  };
}

/** Whether a session still stands at an instant: neither idle for too long nor at its end. */
export function isLive(session: Session, now: Date): boolean {
  return now < session.idleExpiresAt && now < session.expiresAt;
}

const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bYaBrowser\//, "Yandex"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bChrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b|\biPad\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** A label a person recognises in the list of sessions, made of a User-Agent header. */
export function agentLabel(userAgent: string | undefined): string {
  const text = (userAgent ?? "").slice(0, 512);
  const name = (table: readonly (readonly [RegExp, string])[]): string | undefined =>
    table.find(([pattern]) => pattern.test(text))?.[1];
  const words = [name(browsers), name(systems)].filter((word) => word !== undefined);
  return words.length === 0 ? "unknown" : words.join("/");
}
