import { MailRefused } from "@latchkey/core";

/**
 * A mail that was not accepted this time and may be tried again. `code` is the server's status
 * ("451", "451-4.7.1") or the fault ("ECONNREFUSED", "ETIMEDOUT", "ETLS" …). It holds no address, no
 * password and no word of the server's, which may quote the mail.
 */
export class SmtpError extends Error {
  override readonly name = "SmtpError";
  /** The server's status, or one word for the trouble. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** What nodemailer says of a failure. */
interface Failure {
  readonly code: string;
  readonly originalCode: string;
  readonly command: string;
  readonly response: string;
}

/** Steps whose refusal is about this mail. One of any other step is about us, and can be mended. */
const aboutTheMail: readonly string[] = ["RCPT TO", "DATA"];

/** The server wants another sign-in (RFC 4954): no fault of the mail's, whenever it says so. */
const aboutSigningIn: readonly string[] = ["530", "534", "535", "538"];

/** What to say of a fault, where its name does not say it. */
const hints: Readonly<Record<string, string>> = {
  ETLS: "TLS is required and could not be had: no STARTTLS there, or a certificate that is not trusted",
  EAUTH: "the user or password is wrong, or the server lets nobody sign in",
  ETIMEDOUT: "the server did not answer in time",
};

/**
 * The error to throw for one of nodemailer's: `MailRefused` where the server refused this recipient
 * or this message for good (5xx), `SmtpError` for everything else.
 */
export function failureOf(error: unknown): Error {
  const { code, originalCode, command, response } = read(error);
  const status = statusOf(response);
  if (status === null) {
    const fault = originalCode || code || "EUNKNOWN";
    const hint = hints[fault] ?? hints[code];
    return new SmtpError(`SMTP: ${fault}${hint === undefined ? "" : `: ${hint}`}`, fault);
  }
  const [reply = ""] = status.split("-");
  if (reply.startsWith("5") && aboutTheMail.includes(command) && !aboutSigningIn.includes(reply)) {
    return new MailRefused(`SMTP: ${command} was refused for good: ${status}`, { code: status });
  }
  const hint = code === "EAUTH" ? `: ${hints["EAUTH"]}` : "";
  return new SmtpError(`SMTP: ${command || "the server"} was refused: ${status}${hint}`, status);
}

/** "550" or, with an enhanced status (RFC 3463), "550-5.1.1"; nothing else of what was answered. */
function statusOf(response: string): string | null {
  const found = /^([2-5]\d\d)(?:[ -]([245]\.\d{1,3}\.\d{1,3})\b)?/.exec(response);
  if (found === null) return null;
  return found.slice(1).filter(Boolean).join("-");
}

function read(error: unknown): Failure {
  const fields: Readonly<Record<string, unknown>> =
    typeof error === "object" && error !== null ? { ...error } : {};
  const word = (name: string): string => {
    const value = fields[name];
    return typeof value === "string" ? value : "";
  };
  const isWord = (text: string): string => (/^\w{1,60}$/.test(text) ? text : "");
  return {
    code: isWord(word("code")),
    originalCode: isWord(word("originalCode")),
    command: /^[A-Z][A-Z0-9 -]{0,30}$/.test(word("command")) ? word("command") : "",
    response: word("response"),
  };
}
