import { startSystem } from "./system.ts";
import { tour } from "./tour.ts";

function main(): void {
  const stopping = new AbortController();
  const starting = startSystem(
    {
      httpsPort: portOf("HTTPS_PORT", 8443),
      httpPort: portOf("HTTP_PORT", 8080),
      kafkaBrokers: process.env["KAFKA_BROKERS"] ?? null,
      onEnd: (part) => console.log(`\n${part.name} has ended; its log: ${part.logFile}`),
    },
    stopping.signal,
  );
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    console.log("\nstopping");
    starting
      .then((system) => system.stop())
      .then(
        () => process.exit(0),
        // It was still starting, and has ended everything.
        () => process.exit(0),
      );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // Nobody reads any more: no reason to stop.
  process.stdout.on("error", () => {});
  console.log("starting: Postgres, Redis, four programs and nginx");
  starting.then(
    (system) => console.log(tour(system)),
    (error: unknown) => {
      if (stopping.signal.aborted) return;
      console.error(`gateway: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    },
  );
}

function portOf(variable: string, preset: number): number {
  const text = process.env[variable] ?? "";
  if (text === "") return preset;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  console.error(`gateway: ${variable}: give a number from 1 to 65535`);
  process.exit(1);
}

main();
