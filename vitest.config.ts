import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Packages resolve to each other's sources: tests need no build. The rest are vite's own defaults.
const conditions = ["@latchkey/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "examples/*/{src,test}/**/*.test.ts",
      "tools/*.test.ts",
      "site/*.test.ts",
    ],
    globalSetup: "tools/services/global-setup.ts",
    // Much of a test file's time is waiting for real servers.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // What their "module" condition names imports folders, which Node does not.
    server: { deps: { inline: [/@opentelemetry\//] } },
    coverage: { include: ["packages/*/src/**/*.ts"] },
  },
});
