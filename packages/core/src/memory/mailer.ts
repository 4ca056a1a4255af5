import type { Clock } from "../ports/clock.ts";
import type { Mailer, MailMessage } from "../ports/mailer.ts";

/** A message that was accepted, and when. */
export type KeptMessage<Message extends MailMessage = MailMessage> = Message & {
  readonly at: Date;
};

/** A mailer that keeps what it is given. */
export interface MemoryMailer extends Mailer {
  /** The newest thousand, oldest first. */
  readonly messages: readonly KeptMessage[];
  /**
   * The newest message to an address.
   *
   * @throws TypeError if there is none
   */
  last(to: string): KeptMessage;
  /**
   * The newest message of one kind to an address.
   *
   * @throws TypeError if there is none
   */
  last<Kind extends MailMessage["kind"]>(
    to: string,
    kind: Kind,
  ): KeptMessage<Extract<MailMessage, { readonly kind: Kind }>>;
  /** Forgets every message. */
  clear(): void;
}

const maxMessages = 1000;

/**
 * A mailbox in memory, for tests and demos.
 *
 * @param clock what `at` is read from (the system's)
 */
export function memoryMailer(clock: Pick<Clock, "now"> = { now: () => new Date() }): MemoryMailer {
  const messages: KeptMessage[] = [];

  function last<Kind extends MailMessage["kind"]>(
    to: string,
    kind?: Kind,
  ): KeptMessage<Extract<MailMessage, { readonly kind: Kind }>> {
    const isWanted = (
      message: KeptMessage,
    ): message is KeptMessage<Extract<MailMessage, { readonly kind: Kind }>> =>
      message.to === to && (kind === undefined || message.kind === kind);
    const found = messages.findLast(isWanted);
    if (found === undefined) {
      const others = [...new Set(messages.map((message) => message.to))].join(", ");
      throw new TypeError(
        `no ${kind ?? "mail"} was sent to ${to}; mail was sent to: ${others || "nobody"}`,
      );
    }
    return structuredClone(found);
  }

  return {
    get messages() {
      return structuredClone(messages);
    },
    last,
    clear() {
      messages.length = 0;
    },
    async send(message) {
      messages.push({ ...structuredClone(message), at: clock.now() });
      if (messages.length > maxMessages) messages.shift();
    },
  };
}
