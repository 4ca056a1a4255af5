import { memoryMailer, type MemoryMailer } from "@latchkey/core/memory";
import type { Mailer } from "@latchkey/core/ports";
import { smtpMailer } from "@latchkey/mailer-smtp";
import type { Environment } from "./environment.ts";

/** What carries mail. */
export interface Mail {
  readonly mailer: Mailer;
  /** The mails that go nowhere and are shown instead; null where they are sent. */
  readonly kept: MemoryMailer | null;
  close(): Promise<void>;
}

/** Opens what the environment names; without a server mails are kept in memory. */
export function openMail({ smtp }: Environment): Mail {
  if (smtp === null) {
    const kept = memoryMailer();
    return { mailer: kept, kept, close: async () => {} };
  }
  const mailer = smtpMailer(smtp);
  return { mailer, kept: null, close: () => mailer.close() };
}
