// Removes every dist, so that a build never ships what a deleted source once produced.
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { workspaces } from "./sources.ts";

const root = dirname(import.meta.dirname);
for (const folder of workspaces(root, "packages")) {
  rmSync(join(root, folder, "dist"), { recursive: true, force: true });
}
