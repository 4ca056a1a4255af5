import type { Outbox } from "@latchkey/core/ports";
import type { Meter, ObservableResult } from "@opentelemetry/api";
import { attribute, metric } from "./names.ts";

/**
 * Asks the outbox how much there is to do, each time metrics are collected. An outbox that cannot
 * answer is no reason to lose the other metrics: this one then stays as it was. Answers what ends it.
 */
export function watchOutbox(meter: Meter, outbox: Pick<Outbox, "count">): () => void {
  const { name, ...about } = metric.outboxJobs;
  const gauge = meter.createObservableGauge(name, about);
  const observe = async (result: ObservableResult): Promise<void> => {
    try {
      const { due, later, claimed, buried } = await outbox.count(new Date());
      for (const [standing, jobs] of Object.entries({ due, later, claimed, buried })) {
        result.observe(jobs, { [attribute.standing]: standing });
      }
    } catch {
      // Its outage is told of by every flow that meets it.
    }
  };
  gauge.addCallback(observe);
  return () => gauge.removeCallback(observe);
}
