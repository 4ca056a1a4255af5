/** Thrown for what took too long; it goes on and nobody waits for it. */
export class TooLate extends Error {
  override readonly name = "TooLate";
  readonly code = "ETIMEDOUT";
}

/** What work answers, unless it takes longer than this. */
export async function inTime<Answer>(work: Promise<Answer>, milliseconds: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TooLate()), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
