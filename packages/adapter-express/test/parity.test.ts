import { httpParity } from "@latchkey/conformance/http";
import { describe, it, vi } from "vitest";
import { listen as reference } from "../../adapter-fastify/test/support/fastify.ts";
import { listen } from "./support/express.ts";

// Thousands of connections, on a machine that runs other tests beside them.
vi.setConfig({ testTimeout: 120_000 });

httpParity({ describe, it, listen, reference });
