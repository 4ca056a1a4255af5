/** An address as an object: a text could be read as several. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** A mail as a nodemailer transport takes it. */
export interface OutgoingMail {
  messageId: string;
  from: MailAddress;
  to: MailAddress;
  replyTo?: MailAddress;
  /** Decides who gets it, whatever the headers say. */
  envelope: { from: string; to: string[] };
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  textEncoding: "quoted-printable";
  xMailer: false;
  /** Nothing in a mail may name a file or an address to be put into it. */
  disableFileAccess: true;
  disableUrlAccess: true;
}

/** What a mailer needs of a nodemailer transport. */
export interface MailTransportLike {
  sendMail(mail: OutgoingMail): Promise<unknown>;
}
