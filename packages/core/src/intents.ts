import { newId, type Context } from "./context.ts";
import type { DurableEventName } from "./ports/event-sink.ts";
import type { Job, JobKind, JobPayloads } from "./ports/outbox.ts";
import { derivedId, emailKey } from "./tokens/digests.ts";

/** What is to be done after the answer. Intents only: codes and links are made by the job. */

/** Mail a confirmation code, unless the email turns out to be a user's. */
export function sendConfirmation(
  context: Context,
  payload: JobPayloads["send-confirmation"],
  now: Date,
): Job {
  const lane = emailKey(context.keys, payload.email);
  return {
    id: newId(context),
    kind: "send-confirmation",
    payload,
    lane,
    createdAt: now,
    dueAt: now,
  };
}

/** Mail a reset link, if a user owns the email and it is not over its limit. */
export function sendResetLink(
  context: Context,
  payload: JobPayloads["send-reset-link"],
  now: Date,
): Job {
  const lane = emailKey(context.keys, payload.email);
  return { id: newId(context), kind: "send-reset-link", payload, lane, createdAt: now, dueAt: now };
}

/** Tell a user by mail that the password was changed; no handler that fails may hold this up. */
export function sendNotice(context: Context, userId: string, now: Date): Job {
  const payload = { userId, notice: "password_changed" } as const;
  return {
    ...{ id: newId(context), kind: "send-notice", payload },
    ...{ lane: null, createdAt: now, dueAt: now },
  };
}

/**
 * End the sessions of earlier epochs again, in case we die before we did it ourselves. Where the
 * flow counts what it ends, the job waits until the flow must have answered: run before, it would
 * take the sessions out of the count.
 */
export function closeSessions(
  context: Context,
  userId: string,
  now: Date,
  { exceptSessionId = null, afterSeconds = 0 }: CloseSessionsChoices = {},
): Job {
  const payload = { userId, before: null, exceptSessionId };
  const dueAt = new Date(now.getTime() + afterSeconds * 1000);
  return {
    ...{ id: newId(context), kind: "close-sessions", payload },
    ...{ lane: null, createdAt: now, dueAt },
  };
}

interface CloseSessionsChoices {
  readonly exceptSessionId?: string | null;
  readonly afterSeconds?: number;
}

/** Look, when a link's time is over, whether anybody used it. */
export function expireResetLink(
  context: Context,
  parentId: string,
  link: { readonly userId: string; readonly digest: string; readonly expiresAt: Date },
  now: Date,
): Job {
  const { userId, digest, expiresAt } = link;
  const payload = { userId, digest, expiresAt: expiresAt.toISOString() };
  return {
    ...{ id: derivedId(context.keys, parentId, "expire"), kind: "expire-reset-link", payload },
    ...{ lane: null, createdAt: now, dueAt: expiresAt },
  };
}

/** What a durable event says besides its name and user. */
export interface HandlerFacts {
  readonly linkId?: string;
  readonly expiresAt?: Date;
  /** The job that leads to this event; absent for an event that begins in a request. */
  readonly parentId?: string;
}

/** Run the application's handler of a durable event: one job if there is a handler, else none. */
export function runHandler(
  context: Context,
  event: DurableEventName,
  userId: string,
  now: Date,
  facts: HandlerFacts = {},
): readonly Job[] {
  if (!context.handled.has(event)) return [];
  const { linkId = null, expiresAt, parentId } = facts;
  const id = parentId === undefined ? newId(context) : derivedId(context.keys, parentId, event);
  const payload = { event, userId, linkId, expiresAt: expiresAt?.toISOString() ?? null };
  return [{ id, kind: "run-handler", payload, lane: userId, createdAt: now, dueAt: now }];
}

/** Every event that handlers can build on. */
export const durableEvents: readonly DurableEventName[] = [
  "user.confirmed",
  "user.disabled",
  "user.enabled",
  "user.removed",
  "reset.offered",
  "reset.superseded",
  "reset.expired",
  "reset.completed",
  "reset.ended",
  "password.changed",
];

/** Every kind of job this version knows how to run. */
export const jobKinds: readonly JobKind[] = [
  "send-confirmation",
  "send-reset-link",
  "send-notice",
  "close-sessions",
  "expire-reset-link",
  "run-handler",
];
