import type { CodeStore } from "@latchkey/core/ports";
import { type Harness, register } from "../harness.ts";
import { codeExpiry } from "./expiry.ts";
import { codeKeeping } from "./keeping.ts";
import { codeRaces } from "./races.ts";
import { codeTries } from "./tries.ts";

/** Everything that `CodeStore` promises. */
export function codeStoreConformance(harness: Harness<CodeStore>): void {
  register(harness, "codes", [codeRaces, codeExpiry, codeTries, codeKeeping]);
}
