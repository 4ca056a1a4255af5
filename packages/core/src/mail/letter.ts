import type { Locale } from "../domain/locale.ts";

/** One piece of a mail. Every text in it is plain: `layout.ts` escapes all of them. */
export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  /** A fact with its name: "Tag: anna". */
  | { readonly kind: "fact"; readonly label: string; readonly value: string }
  /** A code to be typed or copied, large and on a line of its own. */
  | { readonly kind: "code"; readonly label: string; readonly code: string }
  /** A button, with the link in plain text after `otherwise` for those who cannot press it. */
  | {
      readonly kind: "action";
      readonly label: string;
      readonly otherwise: string;
      readonly link: WebLink;
    }
  /** What to do if it was not you. */
  | { readonly kind: "note"; readonly text: string };

/** A mail before it is rendered: what both its HTML and its text say. */
export interface Letter {
  readonly locale: Locale;
  readonly subject: string;
  /** What a list of mails shows after the subject. Lock screens show it too: nothing secret. */
  readonly preheader: string;
  readonly blocks: readonly Block[];
  readonly footer: string;
}

/** An absolute http(s) address, spelled by the URL parser: no white space, quote or bracket in it. */
type WebLink = string & { readonly webLink: unique symbol };

/**
 * A link that may stand in a mail.
 *
 * @throws TypeError for anything but an absolute http(s) address.
 */
export function parseWebLink(text: string): WebLink {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["https:", "http:"].includes(url.protocol)) {
    throw new TypeError(
      "A mailed link must be an absolute http(s) address: see resetLinkTemplate.",
    );
  }
  // The one place that makes one.
  return url.href as WebLink;
}

/**
 * A stranger's word that no mail client turns into a link. Clients link whatever looks like a host
 * name, in text and in HTML, markup or not, and some see through zero-width characters; none sees
 * through a space. So a hair space follows every dot: "evil.com" stays readable and leads nowhere.
 * Copied, it keeps the gap: the mail names a tag to be recognised, not to be pasted.
 */
export function unlinkable(text: string): string {
  return text.replaceAll(".", ".\u200a");
}

/**
 * A text without what could break a line or a header, or turn the reading direction: control
 * characters, line and paragraph separators, bidirectional marks, lone surrogates.
 */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ");
}
