import type { AuthEventOf, DurableEvent, DurableEventName } from "@latchkey/core/ports";
import { eventContentType, toAccountEvent, toHeaders } from "./envelope.ts";
import { inTime } from "./in-time.ts";
import { resolveOptions, type KafkaHandlersOptions, type KafkaSettings } from "./options.ts";
import type { KafkaProducerLike, OutgoingRecord } from "./producer-like.ts";
import { PublishError } from "./publish-error.ts";

/** A handler for every durable event, to be given to `createAuth`. */
export type KafkaHandlers = {
  readonly [Name in DurableEventName]: (event: AuthEventOf<Name>) => Promise<void>;
};

/**
 * Handlers that publish: `createAuth({handlers: kafkaHandlers({producer, source})})`. What happens
 * to accounts goes to one topic, keyed by user id; the life of reset links to another, keyed by
 * link id: a record when a link is offered, a tombstone when it was used, superseded, ran out, or
 * its time is over after anything else.
 *
 * The outbox calls them, never a request: each event is published at least once, with the same id
 * each time, and in order per user. One that every replica in sync did not accept by the deadline
 * rejects with `PublishError`, and is tried again; later events of its user wait for it.
 *
 * No event holds an email, a code, a token, a link, or a digest that opens anything.
 *
 * @throws TypeError naming the option that cannot be used
 */
export function kafkaHandlers(options: KafkaHandlersOptions): KafkaHandlers {
  const settings = resolveOptions(options);
  const { producer, deadlineMs } = settings;
  const connect = connecting(producer);

  const publish = async (event: DurableEvent): Promise<void> => {
    const record = toRecord(event, settings);
    const sending = async (): Promise<void> => {
      await connect();
      await producer.send(record);
    };
    await inTime(sending(), deadlineMs).catch((cause: unknown) => {
      throw new PublishError(cause);
    });
  };
  return {
    "user.confirmed": publish,
    "user.disabled": publish,
    "user.enabled": publish,
    "user.removed": publish,
    "password.changed": publish,
    "reset.offered": publish,
    "reset.superseded": publish,
    "reset.expired": publish,
    "reset.completed": publish,
    "reset.ended": publish,
  };
}

/** One attempt at a time for everybody who waits; after a failed one the next event tries again. */
function connecting(producer: KafkaProducerLike): () => Promise<void> {
  let connected: Promise<void> | null = null;
  return () => {
    connected ??= Promise.resolve(producer.connect?.()).catch((error: unknown) => {
      connected = null;
      throw error;
    });
    return connected;
  };
}

function toRecord(event: DurableEvent, settings: KafkaSettings): OutgoingRecord {
  const { source, accountsTopic, resetLinksTopic, deadlineMs } = settings;
  const account = toAccountEvent(event, source);
  const headers = { "content-type": eventContentType };
  const whole = { value: JSON.stringify(account), headers };
  const delivery = { acks: -1, timeout: deadlineMs } as const;
  switch (event.name) {
    case "reset.offered":
      return { topic: resetLinksTopic, messages: [{ key: event.linkId, ...whole }], ...delivery };
    case "reset.superseded":
    case "reset.expired":
    case "reset.completed":
    case "reset.ended": {
      const tombstone = { key: event.linkId, value: null, headers: toHeaders(account) };
      return { topic: resetLinksTopic, messages: [tombstone], ...delivery };
    }
    default:
      return { topic: accountsTopic, messages: [{ key: event.userId, ...whole }], ...delivery };
  }
}
