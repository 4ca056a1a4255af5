import { context, ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Span, Tracer } from "@opentelemetry/api";
import { attribute } from "./names.ts";
import { listenTo, workKinds, type Ending, type Work } from "./work.ts";

/**
 * A span for each piece of work, below the one that is active, and active itself while the work is
 * done: what a driver or a handler records hangs below it. A job begins a trace of its own, since
 * what caused it has been answered. Answers what ends all of it.
 */
export function recordSpans(tracer: Tracer): () => void {
  const open = new Map<object, Span>();

  const begun = ({ kind, message, attributes }: Work): void => {
    const parent = kind === "job" ? ROOT_CONTEXT : context.active();
    const span = tracer.startSpan(nameOf({ kind, attributes }), { attributes }, parent);
    open.set(message, span);
    const inside = trace.setSpan(parent, span);
    message.around.push((work) => context.with(inside, work));
  };
  const ended = ({ message }: Work, ending: Ending): void => {
    const span = open.get(message);
    open.delete(message);
    if (span !== undefined) endSpan(span, ending);
  };

  const stops = workKinds.map((kind) => listenTo(kind, { begun, ended }));
  return () => {
    for (const stop of stops) stop();
    for (const span of open.values()) span.end();
    open.clear();
  };
}

/** As in `latchkey flow login` and `latchkey store users.findById`: as few names as core has words. */
function nameOf({ kind, attributes }: Pick<Work, "kind" | "attributes">): string {
  return `latchkey ${kind} ${Object.values(attributes).join(".")}`;
}

/** A refusal is an answer like another: only a fault makes the span an error. */
function endSpan(span: Span, { outcome, isError, isFault }: Ending): void {
  span.setAttribute(attribute.outcome, outcome);
  if (isError) span.setAttribute(attribute.error, outcome);
  if (isFault) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
