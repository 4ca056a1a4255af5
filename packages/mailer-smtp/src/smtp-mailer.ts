import type { Mailer } from "@latchkey/core/ports";
import { composeMail } from "./compose.ts";
import { failureOf, SmtpError } from "./failures.ts";
import type { MailTransportLike, OutgoingMail } from "./mail-transport-like.ts";
import { resolveOptions, type SmtpMailerOptions } from "./options.ts";
import { openPool, type Pool } from "./pool.ts";

/** A mailer with connections of its own. */
export interface SmtpMailer extends Mailer {
  /**
   * Waits for the mails that are being sent, at most their deadline, and ends the connections;
   * a transport of your own is left open. Call it after `auth.stop()`.
   */
  close(): Promise<void>;
}

/**
 * Carries Latchkey's mails to an SMTP server: over TLS with a trusted certificate, each to one
 * address, with the same `Message-ID` on every try. Nothing is connected before the first mail, and
 * a lost connection is replaced by the next one.
 *
 * `send` throws `MailRefused` when the server refuses this recipient or this message for good (5xx
 * to RCPT or DATA), and when the recipient is not one plain address; `SmtpError` for all that may
 * pass: a 4xx, a refused sender or sign-in, no connection, no trust, no answer in time.
 *
 * @throws TypeError naming the option that cannot be used
 */
export function smtpMailer(options: SmtpMailerOptions): SmtpMailer {
  const { sender, deadlineMs, carrier } = resolveOptions(options);
  const pool = "sendMail" in carrier ? borrowed(carrier) : openPool(carrier);
  const underWay = new Set<Promise<unknown>>();
  let closed = false;
  return {
    async send(message) {
      if (closed) throw new SmtpError("SMTP: this mailer was closed", "ECLOSED");
      const mail = composeMail(message, sender);
      const sending = sendInTime(pool, mail, deadlineMs);
      underWay.add(sending);
      try {
        await sending;
      } catch (error) {
        if (error instanceof TooLate) pool.renew();
        throw failureOf(error);
      } finally {
        underWay.delete(sending);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(underWay);
      pool.close();
    },
  };
}

/** Somebody else's transport: its connections are not ours to end. */
function borrowed(transport: MailTransportLike): Pool {
  return { sendMail: (mail) => transport.sendMail(mail), renew() {}, close() {} };
}

class TooLate extends Error {
  readonly code = "ETIMEDOUT";
}

async function sendInTime(
  transport: MailTransportLike,
  mail: OutgoingMail,
  deadlineMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TooLate()), deadlineMs);
  });
  const sending = transport.sendMail(mail);
  try {
    await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
  }
}
