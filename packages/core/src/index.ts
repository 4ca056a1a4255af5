export type { Auth, AuthSettings, Flow } from "./auth.ts";
export { createAuth } from "./create-auth.ts";
export type { ClientInput } from "./domain/client.ts";
export { parseImportedUser } from "./domain/imported-user.ts";
export type { ImportedUser, ImportedUserInput } from "./domain/imported-user.ts";
export { defaultLimits } from "./domain/limits.ts";
export type { BackoffLimit, LimitName, Limits, WindowLimit } from "./domain/limits.ts";
export type { Locale } from "./domain/locale.ts";
export type { Caller } from "./domain/session.ts";
export { AuthError, errorTable, isAuthError, MailRefused } from "./errors.ts";
export type {
  AuthErrorCode,
  AuthErrorDetails,
  FieldProblem,
  FieldRule,
  Wording,
} from "./errors.ts";
export { eventChannel } from "./events.ts";
export type { DisableInput } from "./flows/account/disable.ts";
export type { EnableInput } from "./flows/account/enable.ts";
export type { MeInput, UserView } from "./flows/account/me.ts";
export type { RemoveInput } from "./flows/account/remove.ts";
export type { ChangePasswordInput } from "./flows/password/change.ts";
export type { CheckResetLinkInput, ResetLinkStanding } from "./flows/password/check-link.ts";
export type { ForgotPasswordInput } from "./flows/password/forgot.ts";
export type { ResetPasswordInput } from "./flows/password/reset.ts";
export type { Confirmed, ConfirmInput } from "./flows/registration/confirm.ts";
export type { Registered, RegisterInput } from "./flows/registration/register.ts";
export type { ResendCodeInput } from "./flows/registration/resend-code.ts";
export type { AuthenticateInput } from "./flows/session/authenticate.ts";
export type { CloseAllSessionsInput, SessionsClosed } from "./flows/session/close-all.ts";
export type { CloseSessionInput } from "./flows/session/close.ts";
export type { ListSessionsInput, SessionView } from "./flows/session/list.ts";
export type { LoginInput } from "./flows/session/login.ts";
export type { LogoutInput } from "./flows/session/logout.ts";
export type { RenewInput } from "./flows/session/renew.ts";
export { jobKinds } from "./intents.ts";
export { lettersAndDigits } from "./options.ts";
export type {
  AuthOptions,
  Handlers,
  JobOptions,
  LinkOptions,
  PasswordOptions,
  RegistrationOptions,
  SessionOptions,
  TokenOptions,
} from "./options.ts";
export type {
  AuthEvent,
  AuthEventName,
  DurableEvent,
  DurableEventName,
} from "./ports/event-sink.ts";
export type { PrivateJwk, PrivateJwkSet, PublicJwkSet } from "./tokens/keys.ts";
export type { TokenPair } from "./tokens/token-pair.ts";
export { tracingChannels } from "./tracing/channels.ts";
export type {
  CallOutcome,
  JobEnding,
  MailOutcome,
  Surround,
  TracedFlow,
  TracedHash,
  TracedJob,
  TracedMail,
  TracedStoreCall,
  TracedWork,
} from "./tracing/channels.ts";
export { flowNames, type FlowName } from "./tracing/flow-names.ts";
export { storeMethods, type StorePort } from "./tracing/store-methods.ts";
