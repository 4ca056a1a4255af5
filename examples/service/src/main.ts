import { startService } from "./app.ts";
import { readEnvironment } from "./environment.ts";
import { log } from "./log.ts";

/** What is still running after this long is left behind. */
const patienceMilliseconds = 9500;

async function main(): Promise<void> {
  const service = await startService(readEnvironment(process.env));
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log({ message: "stopping", signal });
    setTimeout(() => process.exit(0), patienceMilliseconds).unref();
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function fail(error: unknown): void {
  process.stderr.write(`latchkey: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
