import { expect, it } from "vitest";
import { isAuthError } from "../errors.ts";
import { boundedPool } from "./bounded-pool.ts";

/** A job that ends when it is told to. */
function heldJob(): { job: () => Promise<string>; end: (value: string) => void } {
  let end = (_value: string): void => {};
  const promise = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { job: () => promise, end };
}

const nothing = async (): Promise<void> => {};

it("runs at most the given number of jobs at once", async () => {
  const pool = boundedPool({ concurrency: 2, queue: 50 });
  let running = 0;
  let most = 0;
  const job = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => pool.run(job)));
  expect(most).toBe(2);
});

it("refuses a job with busy, at once and unstarted, when every place and the queue are taken", async () => {
  const pool = boundedPool({ concurrency: 2, queue: 50 });
  const held = Array.from({ length: 52 }, heldJob);
  const results = held.map(({ job }) => pool.run(job));

  let started = false;
  const refused = await pool
    .run(async () => {
      started = true;
    })
    .catch((error: unknown) => error);
  expect(isAuthError(refused, "busy")).toBe(true);
  expect(refused).toMatchObject({ status: 503, retryAfterSeconds: 1 });
  expect(started).toBe(false);

  for (const [index, { end }] of held.entries()) end(`${index}`);
  expect(await Promise.all(results)).toEqual(held.map((_, index) => `${index}`));
});

it("takes jobs again once the crowd has gone", async () => {
  const pool = boundedPool({ concurrency: 1, queue: 0 });
  const held = heldJob();
  const first = pool.run(held.job);
  await expect(pool.run(nothing)).rejects.toThrow("busy");
  held.end("done");
  await first;
  await expect(pool.run(async () => "next")).resolves.toBe("next");
});

it("starts jobs in the order they came, whoever comes while a place is handed on", async () => {
  const pool = boundedPool({ concurrency: 1, queue: 10 });
  const started: string[] = [];
  const job = (name: string) => async (): Promise<void> => {
    started.push(name);
    await Promise.resolve();
  };
  const first = pool.run(job("first"));
  const waiting = [pool.run(job("second")), pool.run(job("third"))];
  const late = first.then(() => pool.run(job("late")));
  await Promise.all([...waiting, late]);
  expect(started).toEqual(["first", "second", "third", "late"]);
});

it("frees the place of a job that fails, and passes its fault on", async () => {
  const pool = boundedPool({ concurrency: 1, queue: 2 });
  const rejected = pool.run(() => Promise.reject(new Error("the disk is gone")));
  const thrown = pool.run(() => {
    throw new Error("not even a promise");
  });
  const after = pool.run(async () => "still here");
  await expect(rejected).rejects.toThrow("the disk is gone");
  await expect(thrown).rejects.toThrow("not even a promise");
  await expect(after).resolves.toBe("still here");
});

it.each([
  [{ concurrency: 0, queue: 50 }],
  [{ concurrency: 1.5, queue: 50 }],
  [{ concurrency: Number.NaN, queue: 50 }],
  [{ concurrency: 1, queue: -1 }],
  [{ concurrency: 1, queue: Infinity }],
])("refuses bounds that bound nothing: %o", (bounds) => {
  expect(() => boundedPool(bounds)).toThrow(TypeError);
});
