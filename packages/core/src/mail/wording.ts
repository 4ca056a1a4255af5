import type { MailContent } from "../ports/mailer.ts";

/** A time in UTC, worded in the mail's language: "January 1, 2026" and "00:10 UTC". */
export interface Moment {
  readonly date: string;
  readonly time: string;
}

/** What every mail has. */
export interface CommonWording {
  readonly subject: (product: string) => string;
  readonly preheader: string;
  readonly heading: string;
  /** What to do if it was not you. */
  readonly note: string;
}

interface ConfirmationWording extends CommonWording {
  readonly intro: (product: string) => string;
  readonly tag: string;
  readonly code: string;
  readonly until: (end: Moment) => string;
}

interface ResetWording extends CommonWording {
  readonly intro: (product: string) => string;
  readonly action: string;
  readonly otherwise: string;
  readonly until: (end: Moment) => string;
}

interface ResetCodeWording extends CommonWording {
  readonly intro: (product: string) => string;
  readonly code: string;
  readonly until: (end: Moment) => string;
}

interface NoticeWording extends CommonWording {
  readonly what: (product: string, at: Moment) => string;
  readonly next: string;
}

/** Every word of every mail in one language. A subject is given nothing but the product's name. */
export interface MailWording {
  readonly confirmation_code: ConfirmationWording;
  readonly reset_link: ResetWording;
  readonly reset_code: ResetCodeWording;
  readonly notices: Readonly<Record<NoticeKind, NoticeWording>>;
  readonly footer: (product: string) => string;
}

/** The mails that say what happened and ask for nothing. */
type NoticeKind = Exclude<MailContent["kind"], "confirmation_code" | "reset_link" | "reset_code">;
