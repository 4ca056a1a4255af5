// `npm run test:strangers`: publishes the packages to a registry of its own, and follows the
// READMEs from there, on four Nodes. Apart from `npm test`, because it installs and builds.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tools/strangers/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
