import type { Locale } from "./locale.ts";

/** A person who has proven an email address, and so owns it and the tag. */
export interface User {
  /** UUID; the id of the claim that was proven. It never changes. */
  readonly id: string;
  /** Canonical; no other user has it. */
  readonly email: string;
  /** Canonical; no other user has it. */
  readonly tag: string;
  /** As it was typed; empty for users of a system that asked for none. */
  readonly firstName: string;
  /** As `firstName`. */
  readonly lastName: string;
  /**
   * PHC string, or what an earlier system stored; null for an account whose password was never
   * proven to be its owner's.
   */
  readonly passwordHash: string | null;
  /** The language of mails. */
  readonly locale: Locale;
  /** Raised by whatever must end earlier sessions; a session of a lower epoch is over. */
  readonly epoch: number;
  /** Shut out: no login, no session, no open link. */
  readonly disabled: boolean;
  /** When the claim was made. */
  readonly createdAt: Date;
  /** When the email was proven. */
  readonly confirmedAt: Date;
  /** When somebody last signed in; null for never. */
  readonly lastLoginAt: Date | null;
}

/**
 * A claim to an email address and a tag, not an account: it owns neither. Several may stand for one
 * address; the first that is proven becomes a {@link User} with the claim's own id.
 */
export interface Registration {
  /** UUID; the user's id, once it is proven. */
  readonly id: string;
  /** Canonical; several claims may name one. */
  readonly email: string;
  /** Canonical; not reserved. */
  readonly tag: string;
  /** As it was typed. */
  readonly firstName: string;
  /** As it was typed. */
  readonly lastName: string;
  /** PHC string. */
  readonly passwordHash: string;
  /** The language of its mails. */
  readonly locale: Locale;
  /** When it was made. */
  readonly createdAt: Date;
  /** When it ends by itself. */
  readonly expiresAt: Date;
}

/** Something typed into the one field of a login: the two namespaces are disjoint. */
export type Identifier =
  | { readonly kind: "email"; readonly email: string }
  | { readonly kind: "tag"; readonly tag: string };
