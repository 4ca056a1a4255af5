import type { Accounts } from "@latchkey/core/ports";
import { type Harness, register } from "../harness.ts";
import { laneRaces } from "../outbox/lane-races.ts";
import { outboxJobs } from "../outbox/jobs.ts";
import { leaseRaces } from "../outbox/lease-races.ts";
import { outboxLanes } from "../outbox/lanes.ts";
import { outboxLeases } from "../outbox/leases.ts";
import { confirmRaces } from "./confirm-races.ts";
import { epochs } from "./epochs.ts";
import { accountJobs } from "./jobs.ts";
import { loginRaces } from "./login-races.ts";
import { logins } from "./logins.ts";
import { passwordRaces } from "./password-races.ts";
import { registrationBehaviour, registrationExpiry } from "./registrations.ts";
import { accountReplays } from "./replays.ts";
import { resetLinkExpiry } from "./reset-link-expiry.ts";
import { resetLinkBehaviour } from "./reset-links.ts";

/** Everything that `UserStore` and `Outbox` promise, each alone and both together. */
export function accountsConformance(harness: Harness<Accounts>): void {
  register(harness, "accounts", [
    confirmRaces,
    passwordRaces,
    loginRaces,
    laneRaces,
    leaseRaces,
    accountReplays,
    registrationExpiry,
    resetLinkExpiry,
    registrationBehaviour,
    logins,
    resetLinkBehaviour,
    epochs,
    accountJobs,
    outboxLeases,
    outboxLanes,
    outboxJobs,
  ]);
}
