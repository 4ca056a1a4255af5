// `npm run test:timing`: asks a clock whether answers tell whom an address belongs to. It wants a
// machine with nothing else to do, so that it is no part of `npm test`.
import { defineConfig, mergeConfig } from "vitest/config";
import tests from "../vitest.config.ts";

const { test, ...rest } = tests;
export default mergeConfig(
  defineConfig(rest),
  defineConfig({ test: { ...test, include: ["examples/service/test/timing.ts"] } }),
);
