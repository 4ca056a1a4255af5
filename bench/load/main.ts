// Sends requests from a process of its own, so that what it costs to send them is nobody's.
import autocannon from "autocannon";
import type { Answered, Load, Request } from "../flows/messages.ts";

function renewed(request: Request, body: string): Request {
  const { refreshToken } = JSON.parse(body) as { readonly refreshToken?: string };
  return refreshToken === undefined
    ? request
    : { ...request, body: JSON.stringify({ refreshToken }) };
}

/** Whether an answer says when to come back. */
function asksToWait(headers: object): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === "retry-after");
}

/** What one connection sends: its share of the requests, or one that follows from its answer. */
function shareOf(
  { requests, connections, isRenewal, seconds }: Load,
  connection: number,
  fail: (kind: string) => void,
) {
  if (isRenewal) {
    let next = requests[connection % requests.length];
    if (next === undefined) throw new Error("nothing to send");
    return [
      {
        setupRequest: (defaults: object) => ({ ...defaults, ...next }),
        onResponse(status: number, body: string) {
          if (status === 200 && next !== undefined) next = renewed(next, body);
        },
      },
    ];
  }
  // Over and over: everybody sends all, each beginning elsewhere.
  if (seconds !== null) {
    const first = connection % requests.length;
    return [...requests.slice(first), ...requests.slice(0, first)].map((one) => ({
      ...one,
      onResponse(status: number, _body: string, _context: object, headers: object = {}) {
        if (status === 503 && !asksToWait(headers)) fail("503 without Retry-After");
      },
    }));
  }
  return requests
    .filter((_, index) => index % connections === connection)
    .map((one) => ({ ...one }));
}

async function send(load: Load): Promise<Answered> {
  const { url, connections, seconds, requests, rate } = load;
  const times: number[] = [];
  const failures: Record<string, number> = {};
  const fail = (kind: string): void => {
    failures[kind] = (failures[kind] ?? 0) + 1;
  };
  let opened = 0;
  let lastAt = 0;
  const amount = requests.length - (requests.length % connections);
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        ...{ url, connections, timeout: 20 },
        ...(seconds === null ? { amount } : { duration: seconds }),
        ...(rate !== undefined && { overallRate: rate }),
        setupClient(client) {
          client.setRequests(shareOf(load, opened, fail));
          opened += 1;
        },
      },
      (error: Error | null) => (error === null ? resolve() : reject(error)),
    );
    instance.on("response", (_client, status, _bytes, milliseconds) => {
      times.push(milliseconds);
      lastAt = performance.now();
      if (status < 200 || status > 299) fail(`${status}`);
    });
    instance.on("reqError", (error: Error) => fail(error.message));
  });
  const sorted = Float64Array.from(times).toSorted();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return {
    ...{ count: times.length, seconds: (lastAt - startedAt) / 1000 },
    ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    failures,
  };
}

process.on("message", (load) => {
  void send(load as Load).then((answered) => process.send?.(answered));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
