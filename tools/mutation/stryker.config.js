// `npm run test:mutation`: breaks core's flows, tokens and memory stores on purpose, one place at a
// time, and tells which breaks no test notices. Takes most of an hour on one core; what was settled
// before and has not changed since is not run again.

export default {
  mutate: [
    "packages/core/src/{flows,tokens,memory}/**/*.ts",
    "packages/core/src/{intents,limits}.ts",
    "!**/*.test.ts",
  ],
  testRunner: "vitest",
  vitest: { configFile: "tools/mutation/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  incremental: true,
  incrementalFile: ".mutation/incremental.json",
  tempDirName: ".mutation/sandbox",
  // TypeScript 7 has no API by which to rewrite the file, and nothing here needs it.
  ignorePatterns: [
    ...["/bench", "/decisions", "/docs", "/examples", "/tsconfig.json"],
    ...["dist", "coverage", ".mutation"],
  ],
  reporters: ["clear-text", "html", "json"],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false },
  htmlReporter: { fileName: ".mutation/report.html" },
  jsonReporter: { fileName: ".mutation/report.json" },
  // As `npm run test:timing`, it judges the tests and not the build: the score is read, not gated.
  thresholds: { high: 95, low: 90, break: null },
};
