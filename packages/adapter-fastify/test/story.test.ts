import { describe, it } from "vitest";
import { listen } from "./support/fastify.ts";
import { register } from "./support/harness.ts";
import { story } from "./support/scenarios/story.ts";

register({ describe, it, listen }, [story]);
