/** What a job knows of itself while it runs. */
export interface JobRun {
  readonly id: string;
  readonly sequence: number;
  /** When its cause happened: every time a job makes up starts here, so that a retry repeats it. */
  readonly createdAt: Date;
}

/** How a run ended; throwing means that it is tried again. */
export type JobOutcome =
  | { readonly outcome: "done" }
  | { readonly outcome: "buried"; readonly reason: string }
  /** Not now: to be tried again after so long, or later. */
  | { readonly outcome: "postponed"; readonly seconds: number; readonly reason: string };

export const done: JobOutcome = { outcome: "done" };

export const buried = (reason: string): JobOutcome => ({ outcome: "buried", reason });
