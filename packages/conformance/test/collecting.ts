import type { Runner } from "../src/index.ts";

/** A runner that runs nothing until it is asked to, and then tells which tests failed. */
export interface CollectingRunner extends Runner {
  /** Runs every test once, one after another. */
  run(): Promise<Report>;
}

export interface Report {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

export function collectingRunner(): CollectingRunner {
  const tests: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  return {
    describe: (_name, body) => body(),
    it: (name, body) => {
      tests.push({ name, body });
    },
    async run() {
      const report = { passed: [] as string[], failed: [] as string[] };
      for (const { name, body } of tests) {
        try {
          await body();
          report.passed.push(name);
        } catch {
          report.failed.push(name);
        }
      }
      return report;
    },
  };
}
