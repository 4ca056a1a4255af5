// A flow's calls as a sequence diagram, and their number.
import type { Played } from "./plays.ts";
import type { Step } from "./witness.ts";

const ports: Readonly<Record<string, string>> = {
  users: "accounts",
  outbox: "outbox",
  sessions: "sessions",
  codes: "codes",
  limits: "limits",
  mailer: "mailer",
};

/** What a diagram leaves out: no store is asked, or a worker keeps its books. */
const unseen = new Set(["hasher.needsRehash", "hasher.dummy", "outbox.done"]);

/** The Mermaid text of one flow. */
export function diagramOf(flow: string, { answer, steps, after }: Played): string {
  const jobs = after.filter(({ method, detail }) => method !== "claim" || detail !== "");
  const shown = [...steps, ...jobs].filter(isShown);
  const used = Object.keys(ports).filter((port) => shown.some((step) => step.port === port));
  return [
    "sequenceDiagram",
    "  participant caller",
    "  participant Latchkey",
    ...used.map((port) => `  participant ${ports[port]}`),
    `  caller->>Latchkey: ${flow}`,
    ...steps.filter(isShown).map(lineOf),
    `  Latchkey-->>caller: ${wordsOf(answer)}`,
    ...(jobs.some(isShown) ? ["  Note over caller,Latchkey: after the answer"] : []),
    ...jobs.filter(isShown).map(lineOf),
  ].join("\n");
}

function isShown(step: Step): boolean {
  return step.port !== "event" && !unseen.has(`${step.port}.${step.method}`);
}

function lineOf({ port, method, detail }: Step): string {
  if (port === "hasher") return `  Latchkey->>Latchkey: ${method} the password`;
  if (method === "claim") return `  outbox->>Latchkey: ${detail}`;
  const said = port === "users" || port === "outbox" ? leaving(method, detail) : detail;
  const words = port === "users" || port === "outbox" ? said : `${method} ${detail}`.trim();
  return `  Latchkey->>${ports[port]}: ${onLines(words)}`;
}

/** Lists of names on lines of their own: the diagram stays as narrow as a page. */
function onLines(words: string): string {
  return words.replaceAll(", ", ",<br/>");
}

function leaving(method: string, jobs: string): string {
  return jobs === "" ? method : `${method}, leaving ${jobs}`;
}

function wordsOf(answer: unknown): string {
  if (answer === undefined) return "done";
  if (Array.isArray(answer)) return "a list";
  return onLines(Object.keys(answer ?? {}).join(", "));
}

/** Store calls by port, such as `3 store calls (limits 2, accounts 1) and 1 password hash`. */
export function countsOf(steps: readonly Step[]): string {
  const calls = steps.filter(
    ({ port, method }) =>
      port in ports && port !== "mailer" && method !== "claim" && method !== "done",
  );
  const named = Object.keys(ports).flatMap((port) => {
    const count = calls.filter((step) => step.port === port).length;
    return count === 0 ? [] : [`${ports[port]} ${count}`];
  });
  const hashes = steps.filter(({ port, method }) => port === "hasher" && method !== "needsRehash");
  const some = calls.length === 0 ? "no store call" : numbered(calls.length, "store call");
  const detail = named.length > 1 ? ` (${named.join(", ")})` : "";
  const hashing = hashes.length === 0 ? "" : ` and ${numbered(hashes.length, "password hash")}`;
  return `${some}${detail}${hashing}`;
}

function numbered(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : what.endsWith("h") ? "es" : "s"}`;
}
