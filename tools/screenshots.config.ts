// `npm run screenshots`: takes the pictures in docs/screenshots anew, with the tests' own services.
import { defineConfig, mergeConfig } from "vitest/config";
import tests from "../vitest.config.ts";

const { test, ...rest } = tests;
export default mergeConfig(
  defineConfig(rest),
  defineConfig({ test: { ...test, include: ["examples/*/test/screenshots.ts"] } }),
);
