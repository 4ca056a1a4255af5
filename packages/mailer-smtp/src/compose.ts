import { MailRefused } from "@latchkey/core";
import type { MailMessage } from "@latchkey/core/ports";
import { isPlainAddress } from "./address.ts";
import type { MailAddress, OutgoingMail } from "./mail-transport-like.ts";

/** Whom all mails come from. */
export interface Sender {
  readonly from: MailAddress;
  readonly replyTo: MailAddress | null;
}

/**
 * The mail as it goes out. The same message gets the same `Message-ID` however often it is sent, so
 * that a copy can be told from a second mail.
 *
 * @throws MailRefused `EADDRESS` for a recipient that could be read as anything but one address
 */
export function composeMail(message: MailMessage, { from, replyTo }: Sender): OutgoingMail {
  const { id, to, locale, subject, text, html } = message;
  if (!isPlainAddress(to)) {
    throw new MailRefused("SMTP: the recipient is not one plain address.", { code: "EADDRESS" });
  }
  if (!/^[\w.-]{1,100}$/.test(id)) {
    throw new MailRefused("SMTP: the message's id cannot stand in a header.", { code: "EMESSAGE" });
  }
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  return {
    messageId: `<${id}@${domain}>`,
    from,
    to: { name: "", address: to },
    ...(replyTo !== null && { replyTo }),
    envelope: { from: from.address, to: [to] },
    ...{ subject, text, html },
    headers: {
      // RFC 3834, and the word that Exchange knows instead: no "I am on holiday" for this one.
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "Content-Language": locale,
    },
    // Servers may cut lines of more than 998 bytes: no line of it is that long.
    textEncoding: "quoted-printable",
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
