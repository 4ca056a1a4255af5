import { fileURLToPath } from "node:url";
import type { PartPlan } from "./part.ts";

/** Each is a program of its own, found by its package's name. */
const programs = {
  "authentication-fastify": import.meta.resolve("latchkey-example-service/src/main.ts"),
  "authentication-express": import.meta.resolve("latchkey-example-service-express/src/main.ts"),
  users: import.meta.resolve("latchkey-example-user-database/src/main.ts"),
} as const;

/** A program of the repository, in a process of its own. */
export function programPlan(
  name: keyof typeof programs,
  readyUrl: string,
  environment: Readonly<Record<string, string>>,
): PartPlan {
  const program = fileURLToPath(programs[name]);
  return { name, command: nodeCommand(program), environment, ready: () => isAnswered(readyUrl) };
}

/** The application that the gateway protects. */
export function backendPlan(port: number): PartPlan {
  return {
    name: "backend",
    command: nodeCommand(fileURLToPath(new URL("backend.ts", import.meta.url))),
    environment: { PORT: `${port}` },
    ready: () => isAnswered(`http://127.0.0.1:${port}/`),
  };
}

/** As this process was started: from the sources, without a build. */
function nodeCommand(program: string): readonly string[] {
  const flags = ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"];
  return [process.execPath, ...flags, program];
}

async function isAnswered(url: string): Promise<boolean> {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(2000) });
  return status === 200;
}
