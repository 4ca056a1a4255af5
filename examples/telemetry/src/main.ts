import { randomBytes } from "node:crypto";
import { latchkey } from "@latchkey/adapter-fastify";
import { createAuth } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import { instrument } from "@latchkey/opentelemetry";
import { context, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { ConsoleSpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import Fastify from "fastify";

const stores = memoryStores();
context.setGlobalContextManager(new AsyncLocalStorageContextManager());
const tracerProvider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })],
});
const reader = new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() });
const meterProvider = new MeterProvider({ readers: [reader] });
instrument({ tracerProvider, meterProvider, outbox: stores.accounts.outbox });

const auth = createAuth({
  publicUrl: "http://127.0.0.1:3000",
  // One of its own each time: nothing outlives this program, tokens included.
  secret: process.env["AUTH_SECRET"] ?? randomBytes(32).toString("base64url"),
  stores,
  mailer: { send: async (mail) => console.log(mail.text) },
});

const app = Fastify();
// What an instrumentation of HTTP does for you: a span for each request, active while it is answered.
const tracer = tracerProvider.getTracer("example");
app.addHook("onRequest", (request, reply, next) => {
  const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER });
  reply.raw.once("close", () => span.end());
  context.with(trace.setSpan(context.active(), span), next);
});
app.register(latchkey, { auth, publicRenew: true });
app.addHook("onReady", async () => auth.start());
app.addHook("onClose", async () => {
  await auth.stop();
  // What was measured since the last export is on the console before the program ends.
  await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()]);
});
await app.listen({ port: 3000 });
process.once("SIGTERM", () => void app.close());
