import type { Outbox } from "@latchkey/core/ports";
import { metrics, trace, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { recordMetrics } from "./metrics.ts";
import { watchOutbox } from "./outbox-gauge.ts";
import { recordSpans } from "./spans.ts";

/** Whose spans and metrics they are, and what is counted besides. */
export interface InstrumentOptions {
  /** Whose spans they are (the global one). */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Whose metrics they are (the global one). */
  readonly meterProvider?: MeterProvider | undefined;
  /**
   * The outbox to count jobs in, `stores.accounts.outbox`: one statement each time metrics are
   * collected (none: that gauge is missing).
   */
  readonly outbox?: Pick<Outbox, "count"> | undefined;
}

/** What has been begun, so that it can be ended. */
export interface Instrumented {
  /** Ends it: nothing listens any more, and spans that are open end here. Again: nothing. */
  stop(): void;
}

/**
 * Spans and metrics of every `Auth` in this process, from now on. Once per process, after the SDK
 * has been started: a second call records everything a second time. Only names and outcomes are
 * recorded, in as many values as core has words: no id, address, token or text of anybody's.
 *
 * @throws TypeError for an outbox that cannot be counted in.
 */
export function instrument(options: InstrumentOptions = {}): Instrumented {
  const { outbox, tracerProvider = trace.getTracerProvider() } = options;
  const { meterProvider = metrics.getMeterProvider() } = options;
  if (outbox !== undefined && typeof outbox.count !== "function") {
    throw new TypeError("instrument: outbox: give stores.accounts.outbox");
  }
  const scope = "@latchkey/opentelemetry";
  const meter = meterProvider.getMeter(scope);
  let stops = [recordMetrics(meter), recordSpans(tracerProvider.getTracer(scope))];
  if (outbox !== undefined) stops.push(watchOutbox(meter, outbox));
  return {
    stop() {
      for (const stop of stops) stop();
      stops = [];
    },
  };
}
