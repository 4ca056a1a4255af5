import { channel } from "node:diagnostics_channel";
import type { AuthEvent, EventSink } from "./ports/event-sink.ts";

/** The name under which `node:diagnostics_channel` carries every event. */
export const eventChannel = "latchkey:event";

/** Carries events to the application's listener and the diagnostics channel, best effort. */
export function makeEventSink(onEvent: ((event: AuthEvent) => void) | undefined): EventSink {
  const diagnostics = channel(eventChannel);
  return {
    emit(event) {
      if (diagnostics.hasSubscribers) diagnostics.publish(event);
      try {
        onEvent?.(event);
      } catch {
        // A listener that fails must not fail a login; it has nobody better to tell.
      }
    },
  };
}
