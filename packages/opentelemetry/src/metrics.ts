import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { eventChannel, type AuthEvent } from "@latchkey/core";
import type { Counter, Histogram, Meter } from "@opentelemetry/api";
import { attribute, metric } from "./names.ts";
import { listenTo, workKinds, type Ending, type Work, type WorkKind } from "./work.ts";
import { wordOf } from "./words.ts";

/** In seconds: from an answer out of memory to one that a deadline ended. */
const boundaries = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Counts and times each piece of work and each event. Answers what ends all of it. */
export function recordMetrics(meter: Meter): () => void {
  const stops = [...workKinds.map((kind) => recordWork(meter, kind)), countEvents(meter)];
  const stopCounting = countHashes(meter);
  return () => {
    for (const stop of [...stops, stopCounting]) stop();
  };
}

function histogramOf(meter: Meter, { name, ...about }: { readonly name: string }): Histogram {
  return meter.createHistogram(name, {
    ...about,
    advice: { explicitBucketBoundaries: boundaries },
  });
}

function counterOf(meter: Meter, { name, ...about }: { readonly name: string }): Counter {
  return meter.createCounter(name, about);
}

/** The metrics of one kind: durations by what it was, and a count by how it ended besides. */
function metersOf(
  meter: Meter,
  kind: WorkKind,
): { readonly times?: Histogram; readonly counts: (ending: Ending) => Counter | null } {
  switch (kind) {
    case "flow": {
      const outcomes = counterOf(meter, metric.flowOutcomes);
      return { times: histogramOf(meter, metric.flowDuration), counts: () => outcomes };
    }
    case "job": {
      const outcomes = counterOf(meter, metric.jobOutcomes);
      return { times: histogramOf(meter, metric.jobDuration), counts: () => outcomes };
    }
    case "store": {
      const failures = counterOf(meter, metric.storeFailures);
      const times = histogramOf(meter, metric.storeDuration);
      return { times, counts: ({ isError }) => (isError ? failures : null) };
    }
    case "mail": {
      const outcomes = counterOf(meter, metric.mailOutcomes);
      return { counts: () => outcomes };
    }
    case "hash":
      return { times: histogramOf(meter, metric.hashDuration), counts: () => null };
  }
}

function recordWork(meter: Meter, kind: WorkKind): () => void {
  const { times, counts } = metersOf(meter, kind);
  const begunAt = new WeakMap<object, number>();
  return listenTo(kind, {
    begun({ message }) {
      begunAt.set(message, performance.now());
    },
    ended({ message, attributes }, ending) {
      const begun = begunAt.get(message);
      // A hash that was turned away took no time, and would make the others look quick.
      const isShed = kind === "hash" && ending.outcome === "busy";
      if (begun !== undefined && !isShed) {
        times?.record((performance.now() - begun) / 1000, attributes);
      }
      counts(ending)?.add(1, { ...attributes, [attribute.outcome]: ending.outcome });
    },
  });
}

/** How many hashes there are at this moment, and how many were turned away. */
function countHashes(meter: Meter): () => void {
  const { name, ...about } = metric.hashesInFlight;
  const inFlight = meter.createUpDownCounter(name, about);
  const shed = counterOf(meter, metric.hashesShed);
  const open = new Set<object>();
  const begun = ({ message }: Work): void => {
    open.add(message);
    inFlight.add(1);
  };
  const ended = ({ message }: Work, { outcome }: Ending): void => {
    if (open.delete(message)) inFlight.add(-1);
    if (outcome === "busy") shed.add(1);
  };
  const stop = listenTo("hash", { begun, ended });
  return () => {
    stop();
    inFlight.add(-open.size);
    open.clear();
  };
}

function countEvents(meter: Meter): () => void {
  const events = counterOf(meter, metric.events);
  const hits = counterOf(meter, metric.limitHits);
  const count = (told: unknown): void => {
    const event = told as AuthEvent;
    events.add(1, { [attribute.event]: wordOf("event", event.name) });
    if (event.name === "limit.hit")
      hits.add(1, { [attribute.limit]: wordOf("limit", event.limit) });
  };
  subscribe(eventChannel, count);
  return () => unsubscribe(eventChannel, count);
}
