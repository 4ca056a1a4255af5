import { setTimeout as pause } from "node:timers/promises";
import { emit, type Context } from "../context.ts";
import { jobKinds } from "../intents.ts";
import type { Handlers } from "../options.ts";
import type { ClaimedJob } from "../ports/outbox.ts";
import { observed } from "../tracing/observed.ts";
import { toldJob } from "../tracing/told.ts";
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
  const { batch, leaseSeconds, pollSeconds, startWithinSeconds, drainSeconds } =
    context.config.jobs;
  const inFlight = new Set<Promise<void>>();
  const alarm = makeAlarm();
  let stopping: AbortController | null = null;
  let looping: Promise<unknown> = Promise.resolve();

  const claim = (count: number): Promise<readonly ClaimedJob[]> =>
    context.outbox.claim(jobKinds, count, leaseSeconds, context.clock.now());

  const runTold = async (job: ClaimedJob): Promise<void> => {
    await toldJob(job.kind, () => runJob(observed(context), handlers, job));
  };

  const launch = (job: ClaimedJob): Promise<void> => {
    const run = runTold(job).finally(() => {
      inFlight.delete(run);
      alarm.ring();
    });
    inFlight.add(run);
    return run;
  };

  /**
   * A job takes longer where somebody owns the address, and a process that does nothing else at
   * that moment would show it to whoever sends the next request. So it begins some time later, and
   * nobody knows when.
   */
  const letTimePass = async (signal: AbortSignal): Promise<void> => {
    const [high = 0, low = 0] = context.random.bytes(2);
    const milliseconds = ((high * 256 + low) / 65_536) * startWithinSeconds * 1000;
    await pause(milliseconds, undefined, { signal }).catch(() => undefined);
  };

  const loop = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      alarm.silence();
      const free = batch - inFlight.size;
      try {
        const jobs = free > 0 ? await claim(free) : [];
        for (const job of jobs) void launch(job);
        if (jobs.length > 0 && inFlight.size < batch) continue;
      } catch (cause) {
        emit(context, "fault", { where: "outbox claim", cause });
        alarm.silence();
      }
      if (signal.aborted) return;
      const isIdle = inFlight.size === 0;
      await alarm.rest(pollSeconds * 1000);
      if (isIdle && startWithinSeconds > 0) await letTimePass(signal);
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
      signal.addEventListener("abort", () => alarm.ring());
      context.outbox
        .watch(() => alarm.ring(), signal)
        .catch((cause: unknown) => emit(context, "fault", { where: "outbox watch", cause }));
      looping = Promise.all([looping, loop(signal)]);
    },
    async stop() {
      stopping?.abort();
      stopping = null;
      // What was being claimed at this moment is still run: its lease would hold it up.
      const drained = looping.then(() => Promise.allSettled(inFlight));
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

/** Ends the rest of whoever rests; rung while nobody does, it ends the next one at once. */
interface Alarm {
  ring(): void;
  silence(): void;
  rest(milliseconds: number): Promise<void>;
}

function makeAlarm(): Alarm {
  let rung = false;
  let end = (): void => {};
  return {
    ring() {
      rung = true;
      end();
    },
    silence() {
      rung = false;
    },
    rest(milliseconds) {
      if (rung) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
