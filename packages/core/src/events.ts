import { channel } from "node:diagnostics_channel";
import { isAuthError } from "./errors.ts";
import type { AuthEvent, AuthEventOf, EventSink } from "./ports/event-sink.ts";

/** The name under which `node:diagnostics_channel` carries every event. */
export const eventChannel = "latchkey:event";

/** Carries events to the application's listener and the diagnostics channel, best effort. */
export function makeEventSink(onEvent: ((event: AuthEvent) => void) | undefined): EventSink {
  const diagnostics = channel(eventChannel);
  const warned = new Set<string>();
  /** Where nobody listens, a fault is at least not silent. Its message stays out: it may quote. */
  const warn = ({ where, cause }: AuthEventOf<"fault">): void => {
    if (warned.has(where)) return;
    warned.add(where);
    const name = isAuthError(cause) ? cause.code : nameOf(cause);
    process.emitWarning(`${where} failed (${name}); give createAuth an onEvent to see why`, {
      type: "LatchkeyWarning",
    });
  };
  return {
    emit(event) {
      if (diagnostics.hasSubscribers) diagnostics.publish(event);
      if (onEvent === undefined && event.name === "fault") warn(event);
      try {
        onEvent?.(event);
      } catch {
        // A listener that fails must not fail a login; it has nobody better to tell.
      }
    },
  };
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : typeof cause;
}
