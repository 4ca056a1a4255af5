import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A process of ours that answers one question at a time. */
export interface Child {
  ask<Answer>(question: object): Promise<Answer>;
  /** What it said when it was ready. */
  readonly greeting: unknown;
  end(): Promise<void>;
}

/** Starts a file beside this one, with sources as they are; its CPU profile goes to a folder. */
export async function startChild(
  file: string,
  args: readonly string[],
  profileFolder?: string,
): Promise<Child> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    env: { ...process.env, NODE_ENV: "production" },
    execArgv: [
      "--conditions=@latchkey/source",
      "--disable-warning=ExperimentalWarning",
      // Whoever runs the jobs is another process: what is measured is the request.
      "--disable-warning=LatchkeyWarning",
      ...(profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`]),
    ],
  });
  const name = [file, ...args].join(" ");
  const greeting = await answer(child, name);
  return {
    greeting,
    async ask<Answer>(question: object) {
      const answered = answer(child, name);
      child.send(question);
      return (await answered) as Answer;
    },
    async end() {
      if (!child.connected) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

async function answer(child: ChildProcess, name: string): Promise<unknown> {
  const gone = new AbortController();
  const { signal } = gone;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([message]: unknown[]) => message),
      once(child, "exit", { signal }).then(([code]) => {
        throw new Error(`${name} ended with ${String(code)}`);
      }),
    ]);
  } finally {
    gone.abort();
  }
}
