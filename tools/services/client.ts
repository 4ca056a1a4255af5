// How a test file gets at a real service: the first one to ask has it started for the whole run.
import { inject } from "vitest";
import type { ServiceName } from "./global-setup.ts";

/** The address of a running service. */
export function serviceUrl(name: ServiceName): Promise<string> {
  return ask(`/${name}`);
}

/**
 * The address of a new database in the tests' Postgres.
 *
 * @param template another database's name to copy, which nobody may be connected to (an empty one)
 */
export function newDatabase(template?: string): Promise<string> {
  return ask(template === undefined ? "/database" : `/database?template=${template}`);
}

/** Kafka brokers for what every broker can do: those of KAFKA_BROKERS, else the tests' own one. */
export async function kafkaBrokers(): Promise<string[]> {
  return (process.env["KAFKA_BROKERS"] ?? (await serviceUrl("kafka"))).split(",");
}

async function ask(path: string): Promise<string> {
  const response = await fetch(new URL(path, inject("services")));
  const text = await response.text();
  if (!response.ok) throw new Error(`the tests' services: ${text}`);
  return text;
}
