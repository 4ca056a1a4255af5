import { startUserDatabase } from "./app.ts";
import { readEnvironment } from "./environment.ts";
import { log } from "./log.ts";

/** What is still running after this long is left behind. */
const patienceMilliseconds = 9500;

function main(): void {
  // After the signals below: one that comes while starting waits for the start.
  const starting = Promise.resolve().then(() => startUserDatabase(readEnvironment(process.env)));
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log({ message: "stopping", signal });
    setTimeout(() => process.exit(0), patienceMilliseconds).unref();
    starting.then((service) => service.stop()).then(() => process.exit(0), fail);
  };
  // Nobody reads our lines any more: no reason to stop serving.
  process.stdout.on("error", () => {});
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  starting.catch(fail);
}

function fail(error: unknown): void {
  process.stderr.write(
    `latchkey users: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}

main();
