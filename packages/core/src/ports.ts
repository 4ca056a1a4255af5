export type { Identifier, Registration, User } from "./domain/user.ts";
export type { Locale } from "./domain/locale.ts";
export type { Session } from "./domain/session.ts";
export type { Clock } from "./ports/clock.ts";
export type {
  AttemptLimits,
  AttemptOutcome,
  AttemptRequest,
  CodeStore,
  PutCodeRequest,
} from "./ports/code-store.ts";
export type {
  AuthEvent,
  AuthEventName,
  AuthEventOf,
  AuthEvents,
  DurableEvent,
  DurableEventName,
  EventSink,
} from "./ports/event-sink.ts";
export type { MailContent, Mailer, MailMessage } from "./ports/mailer.ts";
export type { ClaimedJob, Job, JobKind, JobPayloads, Outbox, OutboxCount } from "./ports/outbox.ts";
export type { HasherExtension, PasswordHasher, WorkPool } from "./ports/password-hasher.ts";
export type { Random } from "./ports/random.ts";
export type {
  BackoffRule,
  Forgiveness,
  LimitRule,
  RateLimiter,
  TakeOutcome,
  WindowRule,
} from "./ports/rate-limiter.ts";
export type {
  CloseAllOptions,
  RotateOutcome,
  RotateRequest,
  SessionNotice,
  SessionStore,
} from "./ports/session-store.ts";
export type {
  Accounts,
  ChangePasswordRequest,
  ConfirmOutcome,
  ConfirmRequest,
  EpochOutcome,
  LoginSubject,
  InspectResetOutcome,
  OfferResetOutcome,
  OfferResetRequest,
  RaiseEpochRequest,
  ResetPasswordOutcome,
  ResetPasswordRequest,
  UserStore,
} from "./ports/user-store.ts";
export type { Stores } from "./ports/stores.ts";
