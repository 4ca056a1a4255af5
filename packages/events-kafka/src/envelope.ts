import type { DurableEvent, DurableEventName } from "@latchkey/core/ports";

/** What an event says besides its name, time and id. */
export interface AccountEventData {
  /** The user's id. */
  readonly userId: string;
  /** For events of a reset link: the digest of its id, which opens nothing. */
  readonly linkId?: string;
  /** For an offered link: until when it lives, RFC 3339. */
  readonly expiresAt?: string;
}

/** An account event as CloudEvents 1.0 writes it down in JSON. */
export interface AccountEvent {
  /** The version of CloudEvents. */
  readonly specversion: "1.0";
  /** The same on each repeat: whoever keeps the ids of what was done does nothing twice. */
  readonly id: string;
  /** Who tells it: the option `source`. */
  readonly source: string;
  /** `org.latchkey.<event>.v1`; a change that readers must know of is another version. */
  readonly type: string;
  /** The user's id. */
  readonly subject: string;
  /** When it happened, RFC 3339 in UTC, whenever it was told. */
  readonly time: string;
  /** What `data` is. */
  readonly datacontenttype: "application/json";
  /** What happened, besides the attributes. */
  readonly data: AccountEventData;
}

/** The content type of a whole event (CloudEvents 1.0, structured mode). */
export const eventContentType = "application/cloudevents+json; charset=UTF-8";

export const typeOf = (name: DurableEventName): string => `org.latchkey.${name}.v1`;

/** Named field by field: nothing that an event may come to hold gets out by itself. */
export function toAccountEvent(event: DurableEvent, source: string): AccountEvent {
  const { userId } = event;
  return {
    specversion: "1.0",
    id: event.id,
    source,
    type: typeOf(event.name),
    subject: userId,
    time: event.at.toISOString(),
    datacontenttype: "application/json",
    data: {
      userId,
      ...("linkId" in event && { linkId: event.linkId }),
      ...("expiresAt" in event && { expiresAt: event.expiresAt.toISOString() }),
    },
  };
}

/**
 * The attributes of an event as headers, for a message whose value says something else: a tombstone
 * is an event without data in binary mode (CloudEvents 1.0, Kafka protocol binding, section 3.2).
 */
export function toHeaders(event: AccountEvent): Readonly<Record<string, string>> {
  const { specversion, id, source, type, subject, time } = event;
  const attributes = { specversion, id, source, type, subject, time };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]),
  );
}
