// The memory entry as the program imports it, with a mailbox that tells the parent process.
import type { MailMessage } from "@latchkey/core/ports";
import { memoryMailer as quietMailer, type MemoryMailer } from "@latchkey/core/memory";

export { memoryStores } from "@latchkey/core/memory";

export function memoryMailer(): MemoryMailer {
  const mailer = quietMailer();
  return Object.create(mailer, {
    send: {
      async value(message: MailMessage): Promise<void> {
        await mailer.send(message);
        process.send?.({ mail: { to: message.to, text: message.text } });
      },
    },
  }) as MemoryMailer;
}
