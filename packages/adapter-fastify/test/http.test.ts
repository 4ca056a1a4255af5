import { httpConformance } from "@latchkey/conformance/http";
import { describe, it } from "vitest";
import { listen } from "./support/fastify.ts";

httpConformance({ describe, it, listen });
