import { describe, it } from "vitest";
import { listen } from "./support/fastify.ts";
import { register } from "./support/harness.ts";
import { addresses } from "./support/scenarios/addresses.ts";
import { answers } from "./support/scenarios/answers.ts";
import { faults } from "./support/scenarios/faults.ts";
import { hosts } from "./support/scenarios/hosts.ts";

register({ describe, it, listen }, [answers, addresses, hosts, faults]);
