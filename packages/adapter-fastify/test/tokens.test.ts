import { describe, it } from "vitest";
import { listen } from "./support/fastify.ts";
import { register } from "./support/harness.ts";
import { tokens } from "./support/scenarios/tokens.ts";

register({ describe, it, listen }, [tokens]);
