import { httpParity } from "@latchkey/conformance/http";
import { describe, it } from "vitest";
import { listen as reference } from "../../adapter-fastify/test/support/fastify.ts";
import { listen } from "./support/express.ts";

httpParity({
  ...{ describe, listen, reference },
  // Thousands of connections, on a machine that runs other tests beside them.
  it: (name, body) => it(name, body, 120_000),
});
