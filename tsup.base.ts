import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, { "@latchkey/source": string } | string>;
};

/** One JavaScript file per `exports` entry of the package in the current folder. */
export default defineConfig({
  entry: Object.values(manifest.exports).flatMap((target) =>
    typeof target === "string" ? [] : [target["@latchkey/source"]],
  ),
  format: "esm",
  // One step below the supported Nodes: nothing emitted needs more.
  target: "node20",
  sourcemap: true,
  // Entries share their modules: one AuthError class, whichever entry it came through.
  splitting: true,
  // Declarations come from `tsc -b`, into the same folder.
  dts: false,
  clean: false,
});
