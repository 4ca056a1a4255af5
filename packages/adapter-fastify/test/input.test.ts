import { describe, it } from "vitest";
import { listen } from "./support/fastify.ts";
import { register } from "./support/harness.ts";
import { bodies } from "./support/scenarios/bodies.ts";
import { fields } from "./support/scenarios/fields.ts";

register({ describe, it, listen }, [fields, bodies]);
