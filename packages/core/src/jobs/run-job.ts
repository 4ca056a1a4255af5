import { emit, type Context } from "../context.ts";
import type { Handlers } from "../options.ts";
import type { ClaimedJob } from "../ports/outbox.ts";
import type { JobEnding } from "../tracing/channels.ts";
import { closeSessions } from "./close-sessions.ts";
import { expireResetLink } from "./expire-reset-link.ts";
import { buried, type JobOutcome } from "./job.ts";
import { runHandler } from "./run-handler.ts";
import { sendConfirmation } from "./send-confirmation.ts";
import { sendNotice } from "./send-notice.ts";
import { sendResetLink } from "./send-reset-link.ts";

/**
 * Runs one claimed job and tells the outbox how it ended: done, to be tried again after a growing
 * wait (one that a limit holds back waits as well), or buried. Answers that ending. Never throws;
 * where the outbox cannot be told, the lease runs out.
 */
export async function runJob(
  context: Context,
  handlers: Handlers,
  job: ClaimedJob,
): Promise<JobEnding> {
  try {
    const ended = await withinLease(context, job, () => dispatch(context, handlers, job)).catch(
      (cause: unknown) => afterFailure(context, job, cause),
    );
    const about = { jobId: job.id, kind: job.kind };
    if (ended.outcome === "done") {
      await context.outbox.done(job.id, job.lease);
    } else if (ended.outcome === "buried") {
      await context.outbox.bury(job.id, job.lease, ended.reason);
      emit(context, "job.buried", { ...about, reason: ended.reason });
    } else if (ended.outcome === "postponed") {
      const earliest = context.clock.now().getTime() + ended.seconds * 1000;
      const dueAt = new Date(Math.max(earliest, nextTry(context, job).getTime()));
      await context.outbox.retry(job.id, job.lease, dueAt, ended.reason);
    } else {
      await context.outbox.retry(job.id, job.lease, nextTry(context, job), ended.reason);
      emit(context, "job.failed", { ...about, reason: ended.reason });
    }
    return ended.outcome;
  } catch (cause) {
    emit(context, "fault", { where: `outbox after ${job.kind}`, cause });
    return "untold";
  }
}

/**
 * Ends with the lease: a job that never ends must not hold a place for ever. One whose earlier
 * tries all ended without a word, perhaps with their process, is not tried once more.
 */
async function withinLease(
  context: Context,
  job: ClaimedJob,
  run: () => Promise<JobOutcome>,
): Promise<JobOutcome> {
  const { leaseSeconds, maxAttempts } = context.config.jobs;
  if (job.attempts > maxAttempts) return buried("no try ever ended");
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Overdue()), leaseSeconds * 1000);
  });
  return Promise.race([run(), overdue]).finally(() => clearTimeout(timer));
}

class Overdue extends Error {
  override readonly name = "Overdue";
}

async function dispatch(
  context: Context,
  handlers: Handlers,
  job: ClaimedJob,
): Promise<JobOutcome> {
  switch (job.kind) {
    case "send-confirmation":
      return sendConfirmation(context, job, job.payload);
    case "send-reset-link":
      return sendResetLink(context, job, job.payload);
    case "send-notice":
      return sendNotice(context, job, job.payload);
    case "close-sessions":
      return closeSessions(context, job, job.payload);
    case "expire-reset-link":
      return expireResetLink(context, job, job.payload);
    case "run-handler":
      return runHandler(handlers, job, job.payload);
  }
}

type Failure = JobOutcome | { readonly outcome: "failed"; readonly reason: string };

function afterFailure(context: Context, job: ClaimedJob, cause: unknown): Failure {
  emit(context, "fault", { where: `job ${job.kind}`, cause });
  const reason = nameOf(cause);
  // By name: the mailer may carry another copy of this package.
  const final = cause instanceof Error && cause.name === "MailRefused";
  if (final || job.attempts >= context.config.jobs.maxAttempts) return buried(reason);
  return { outcome: "failed", reason };
}

/** What is kept with the job: never a message, since a mail server may quote the mail in it. */
function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown";
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return [cause.name, code].filter((word) => /^[\w.-]{1,60}$/.test(word)).join(" ") || "Error";
}

function nextTry(context: Context, job: ClaimedJob): Date {
  // As usual from two seconds to two hours: twenty tries last about a day.
  const { retrySeconds, longestRetrySeconds } = context.config.jobs;
  const wait = Math.min(retrySeconds * 2 ** (job.attempts - 1), longestRetrySeconds);
  // Up to a quarter more, so that what failed together does not come back together.
  const jitter = 1 + (context.random.bytes(1)[0] ?? 0) / 1024;
  return new Date(context.clock.now().getTime() + wait * jitter * 1000);
}
