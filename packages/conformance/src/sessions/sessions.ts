import type { SessionStore } from "@latchkey/core/ports";
import { type Harness, register } from "../harness.ts";
import { openingAndClosing } from "./closing.ts";
import { closingRaces } from "./closing-races.ts";
import { sessionExpiry } from "./expiry.ts";
import { sessionProperty } from "./property.ts";
import { rotationRaces } from "./rotation-races.ts";
import { rotation } from "./rotation.ts";
import { watchers } from "./watching.ts";

/** Everything that `SessionStore` promises. */
export function sessionStoreConformance(harness: Harness<SessionStore>): void {
  register(harness, "sessions", [
    rotationRaces,
    closingRaces,
    sessionExpiry,
    rotation,
    openingAndClosing,
    watchers,
    sessionProperty,
  ]);
}
