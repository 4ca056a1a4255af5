import { defineConfig, type Options } from "tsup";
import base from "../../tsup.base.ts";

// The command is no entry to import, so `exports` does not name it.
export default defineConfig({
  // One object, though the type allows for lists and functions.
  ...(base as Options),
  entry: ["src/index.ts", "src/latchkey-import.ts"],
});
