import type { Locale } from "../domain/locale.ts";

/** What a message is about, for providers with templates of their own. */
export type MailContent =
  | {
      readonly kind: "confirmation_code";
      readonly data: { readonly code: string; readonly tag: string; readonly expiresAt: Date };
    }
  | {
      readonly kind: "reset_link";
      readonly data: { readonly link: string; readonly expiresAt: Date };
    }
  | {
      readonly kind: "reset_code";
      readonly data: { readonly code: string; readonly expiresAt: Date };
    }
  | { readonly kind: "password_changed"; readonly data: { readonly at: Date } }
  | { readonly kind: "account_exists"; readonly data: { readonly at: Date } }
  | { readonly kind: "no_account"; readonly data: { readonly at: Date } };

/** A message ready to be sent. `to` is always an address as stored, never as a request spelled it. */
export type MailMessage = MailContent & {
  /** The same for every retry of one message. */
  readonly id: string;
  readonly to: string;
  readonly locale: Locale;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Whatever carries mail away. */
export interface Mailer {
  /**
   * Resolving means the message was accepted for delivery. Throwing means it will be tried again;
   * throwing `MailRefused` means it never will be.
   */
  send(message: MailMessage): Promise<void>;
}
