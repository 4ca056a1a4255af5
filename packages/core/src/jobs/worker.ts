import { emit, type Context } from "../context.ts";
import { jobKinds } from "../intents.ts";
import type { Handlers } from "../options.ts";
import type { ClaimedJob } from "../ports/outbox.ts";
import { runJob } from "./run-job.ts";

/** What runs the outbox. */
export interface Worker {
  readonly running: boolean;
  /** Begins to look for jobs, woken by the outbox and by polling. Again: nothing. */
  start(): void;
  /** Claims nothing more and waits, up to the configured time, for what runs. */
  stop(): Promise<void>;
  /** Runs everything that is due, once, and answers how many jobs that was. */
  runDue(): Promise<number>;
}

export function makeWorker(context: Context, handlers: Handlers): Worker {
  const { batch, leaseSeconds, pollSeconds, drainSeconds } = context.config.jobs;
  const inFlight = new Set<Promise<void>>();
  let stopping: AbortController | null = null;
  /** A wake that comes while we are busy is not lost. */
  let woken = false;
  let wake = (): void => {
    woken = true;
  };

  const claim = (count: number): Promise<readonly ClaimedJob[]> =>
    context.outbox.claim(jobKinds, count, leaseSeconds, context.clock.now());

  const launch = (job: ClaimedJob): Promise<void> => {
    const run = runJob(context, handlers, job).finally(() => {
      inFlight.delete(run);
      wake();
    });
    inFlight.add(run);
    return run;
  };

  /** Until woken or polled. */
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pollSeconds * 1000);
      wake = () => {
        woken = true;
        clearTimeout(timer);
        resolve();
      };
      if (woken) wake();
    });

  const loop = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      woken = false;
      const free = batch - inFlight.size;
      try {
        const jobs = free > 0 ? await claim(free) : [];
        for (const job of jobs) void launch(job);
        if (jobs.length > 0 && inFlight.size < batch) continue;
      } catch (cause) {
        emit(context, "fault", { where: "outbox claim", cause });
        woken = false;
      }
      await rest();
    }
  };

  return {
    get running() {
      return stopping !== null;
    },
    start() {
      if (stopping !== null) return;
      stopping = new AbortController();
      const { signal } = stopping;
      signal.addEventListener("abort", () => wake());
      context.outbox
        .watch(() => wake(), signal)
        .catch((cause: unknown) => emit(context, "fault", { where: "outbox watch", cause }));
      void loop(signal);
    },
    async stop() {
      stopping?.abort();
      stopping = null;
      const drained = Promise.allSettled(inFlight);
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise((resolve) => {
        timer = setTimeout(resolve, drainSeconds * 1000);
      });
      await Promise.race([drained, enough]);
      clearTimeout(timer);
    },
    async runDue() {
      let ran = 0;
      for (;;) {
        const jobs = await claim(batch);
        if (jobs.length === 0) return ran;
        await Promise.all(jobs.map(launch));
        ran += jobs.length;
      }
    },
  };
}
