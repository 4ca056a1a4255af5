import { context, trace, type Context, type Span, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace";
import { onTestFinished } from "vitest";
import { instrument, type InstrumentOptions, type Instrumented } from "../src/instrument.ts";

context.setGlobalContextManager(new AsyncLocalStorageContextManager());

/** OpenTelemetry's own SDK, keeping what it is given. */
export interface Recording extends Instrumented {
  readonly tracer: Tracer;
  /** Ended spans, as they ended. */
  spans(): readonly ReadableSpan[];
  named(name: string): readonly ReadableSpan[];
  /** What would be exported at this moment. */
  collect(): Promise<ResourceMetrics>;
  /** The points of one metric, as `labels: number`. */
  points(name: string): Promise<Readonly<Record<string, number>>>;
  /** Does something inside of a span, as a server does for a request. */
  request<Answer>(name: string, work: (span: Span) => Promise<Answer>): Promise<Answer>;
}

export function record(options: Pick<InstrumentOptions, "outbox"> = {}): Recording {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  const tracerProvider = new TracerProvider({ spanProcessors });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metrics,
    exportIntervalMillis: 3_600_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const instrumented = instrument({ tracerProvider, meterProvider, ...options });
  onTestFinished(async () => {
    instrumented.stop();
    await meterProvider.shutdown();
  });
  const tracer = tracerProvider.getTracer("test");
  const collect = async (): Promise<ResourceMetrics> => (await reader.collect()).resourceMetrics;
  return {
    ...instrumented,
    tracer,
    spans: () => exporter.getFinishedSpans(),
    named: (name) => exporter.getFinishedSpans().filter((span) => span.name === name),
    collect,
    async points(name) {
      const all = metricsOf(await collect());
      const found = all.find(({ descriptor }) => descriptor.name === name);
      return Object.fromEntries((found?.dataPoints ?? []).map(pointOf));
    },
    async request(name, work) {
      const span = tracer.startSpan(name);
      const inside: Context = trace.setSpan(context.active(), span);
      try {
        return await context.with(inside, () => work(span));
      } finally {
        span.end();
      }
    },
  };
}

export function metricsOf({ scopeMetrics }: ResourceMetrics): readonly MetricData[] {
  return scopeMetrics.flatMap(({ metrics }) => metrics);
}

/** A histogram's number is how many it has measured. */
function pointOf(point: MetricData["dataPoints"][number]): readonly [string, number] {
  const { attributes, value } = point;
  const labels = Object.values(attributes).join(" ");
  return [labels, typeof value === "number" ? value : value.count];
}
