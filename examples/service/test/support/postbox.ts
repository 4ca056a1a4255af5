import { setTimeout as pause } from "node:timers/promises";
import PostalMime from "postal-mime";
import type { SmtpService } from "../../../../tools/services/smtp.ts";

/** A mail as its reader has it. */
export interface ReadMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly language: string | undefined;
}

/** All mails that a server accepted, oldest first. */
export async function readMails({ accepted }: SmtpService): Promise<readonly ReadMail[]> {
  return Promise.all(
    accepted.map(async ({ raw, to }) => {
      const mail = await PostalMime.parse(raw);
      return {
        id: mail.messageId ?? "",
        to: to.join(),
        subject: mail.subject ?? "",
        text: mail.text ?? "",
        language: mail.headers.find(({ key }) => key === "content-language")?.value,
      };
    }),
  );
}

/** Waits for the newest mail to an address that says this, and answers it. */
export async function mailTo(
  server: SmtpService,
  to: string,
  says: RegExp,
  patienceMs: number = 10_000,
): Promise<ReadMail> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await pause(20)) {
    const found = (await readMails(server)).findLast(
      (mail) => mail.to === to && says.test(mail.text),
    );
    if (found !== undefined) return found;
  }
  throw new Error(`no such mail came to ${to}`);
}
