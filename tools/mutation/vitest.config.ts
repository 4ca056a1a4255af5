// The tests that a mutant has to get past. No servers are brought up, so that one costs seconds.
import { statSync } from "node:fs";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const here = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

const conditions = ["@latchkey/source", "module", "node", "development|production"];
// They try thousands of orders of the same store calls: ten seconds for each mutant they reach.
const searches = ["**/flows/interleavings.test.ts", "**/flows/broken-stores.test.ts"];
// It puts its own jose in place of the real one, which must not stay for the files after it.
const mocking = ["**/tokens/verified-tokens.test.ts"];

const shared = {
  resolve: {
    conditions,
    // By name one would come, through node_modules, to the sources that nobody has broken.
    alias: [
      { find: /^@latchkey\/core$/, replacement: here("packages/core/src/index.ts") },
      { find: /^@latchkey\/core\/(\w+)$/, replacement: here("packages/core/src/$1.ts") },
    ],
  },
  ssr: { resolve: { conditions } },
};
const limits = { root: here(""), testTimeout: 20_000, hookTimeout: 60_000 };

/** Small files first: the first test that fails ends a mutant's run. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification): number => statSync(moduleId).size;
    return files.toSorted((one, other) => size(one) - size(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: SmallFirst },
    projects: [
      {
        ...shared,
        test: {
          ...limits,
          name: "together",
          // Loading core anew for every file would be most of the time.
          isolate: false,
          include: [
            "packages/core/src/{flows,jobs,memory,tokens}/**/*.test.ts",
            "packages/core/src/http/guard*.test.ts",
            "packages/conformance/test/memory.test.ts",
          ],
          exclude: [...configDefaults.exclude, ...searches, ...mocking],
        },
      },
      { ...shared, test: { ...limits, name: "alone", include: mocking } },
    ],
  },
});
