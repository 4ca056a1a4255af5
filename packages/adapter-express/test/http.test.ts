import { httpConformance } from "@latchkey/conformance/http";
import { describe, it } from "vitest";
import { listen } from "./support/express.ts";

httpConformance({ describe, it, listen });
