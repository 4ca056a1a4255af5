import { describe, it } from "vitest";
import { listen } from "./support/fastify.ts";
import { register } from "./support/harness.ts";
import { forgot } from "./support/scenarios/forgot.ts";
import { reset } from "./support/scenarios/reset.ts";

register({ describe, it, listen }, [reset, forgot]);
