import { readHash } from "../read-hash.ts";
import { nameOfWork } from "../work.ts";

/** How many stored hashes there are of each kind, as `inUse` takes them. */
export async function countKinds(
  pages: AsyncIterable<readonly string[]>,
): Promise<{ readonly kinds: Record<string, number>; readonly unreadable: number }> {
  const kinds: Record<string, number> = {};
  let unreadable = 0;
  for await (const page of pages) {
    for (const stored of page) {
      const work = readHash(stored, { bcryptPepper: "", springPbkdf2Secret: "" })?.work;
      const name = work === undefined ? undefined : nameOfWork(work);
      if (name === undefined) unreadable += 1;
      else kinds[name] = (kinds[name] ?? 0) + 1;
    }
  }
  return { kinds, unreadable };
}
