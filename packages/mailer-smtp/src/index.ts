export type { MailTransportLike, OutgoingMail } from "./mail-transport-like.ts";
export type { SmtpMailerOptions } from "./options.ts";
export { SmtpError } from "./failures.ts";
export { smtpMailer, type SmtpMailer } from "./smtp-mailer.ts";
