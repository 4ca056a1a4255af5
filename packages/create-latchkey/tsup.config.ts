import { defineConfig, type Options } from "tsup";
import base from "../../tsup.base.ts";

// A command, and nothing to import: `exports` names no entry.
export default defineConfig({
  // One object, though the type allows for lists and functions.
  ...(base as Options),
  entry: ["src/create-latchkey.ts"],
});
