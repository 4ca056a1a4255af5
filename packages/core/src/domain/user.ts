import type { Locale } from "./locale.ts";

/** A person who has proven an email address, and so owns it and the tag. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly tag: string;
  /** Empty for users of a system that asked for none. */
  readonly firstName: string;
  readonly lastName: string;
  /**
   * PHC string, or what an earlier system stored; null for an account whose password was never
   * proven to be its owner's.
   */
  readonly passwordHash: string | null;
  readonly locale: Locale;
  /** Raised by whatever must end earlier sessions; a session of a lower epoch is over. */
  readonly epoch: number;
  readonly disabled: boolean;
  readonly createdAt: Date;
  readonly confirmedAt: Date;
  readonly lastLoginAt: Date | null;
}

/**
 * A claim to an email address and a tag, not an account: it owns neither. Several may stand for one
 * address; the first that is proven becomes a {@link User} with the claim's own id.
 */
export interface Registration {
  readonly id: string;
  readonly email: string;
  readonly tag: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly passwordHash: string;
  readonly locale: Locale;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Something typed into the one field of a login: the two namespaces are disjoint. */
export type Identifier =
  | { readonly kind: "email"; readonly email: string }
  | { readonly kind: "tag"; readonly tag: string };
