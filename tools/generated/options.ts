// docs/options.md: every option of every package, out of the docstrings of its types.
import { readFileSync } from "node:fs";
import type { Generated } from "./generated.ts";
import { type Property, propertiesOf } from "./interfaces.ts";

const packages = new URL("../../packages/", import.meta.url);
const coreOptions = "core/src/options.ts";

/** Groups of `AuthOptions`, and the types that describe them. */
const groups: Readonly<Record<string, string>> = {
  links: "LinkOptions",
  tokens: "TokenOptions",
  passwords: "PasswordOptions",
  registration: "RegistrationOptions",
  sessions: "SessionOptions",
  jobs: "JobOptions",
};

/** What else takes options: the call, and the type that describes them. */
const others: readonly (readonly [heading: string, path: string, type: string])[] = [
  ["Adapters: what is mounted", "core/src/http/mount.ts", "MountOptions"],
  ["`postgresStores(db, options)`", "store-postgres/src/stores.ts", "PostgresStoresOptions"],
  ["`migrate(db, options)`", "store-postgres/src/migrate.ts", "MigrateOptions"],
  ["`checkPostgres(db, options)`", "store-postgres/src/check.ts", "CheckOptions"],
  ["`redisStores(redis, options)`", "store-redis/src/stores.ts", "RedisStoresOptions"],
  ["`connectRedis(url, options)`", "store-redis/src/connect.ts", "ConnectOptions"],
  ["`httpStores(options)`", "store-http/src/stores.ts", "HttpStoresOptions"],
  ["`accountsEndpoints(options)`", "store-http/src/endpoints.ts", "AccountsEndpointsOptions"],
  ["`smtpMailer(options)`", "mailer-smtp/src/options.ts", "SmtpMailerOptions"],
  ["`kafkaHandlers(options)`", "events-kafka/src/options.ts", "KafkaHandlersOptions"],
  ["`resetLinkReader(options)`", "events-kafka/src/reset-link-reader.ts", "ResetLinkReaderOptions"],
  ["`foreignHashes(options)`", "foreign-hashes/src/foreign-hashes.ts", "ForeignHashesOptions"],
  ["`instrument(options)`", "opentelemetry/src/instrument.ts", "InstrumentOptions"],
];

export const options: Generated = {
  page: "docs/options.md",
  mark: "options",
  text() {
    const own = propertiesIn(coreOptions, "AuthOptions");
    return [
      "## `createAuth(options)`",
      tableOf(own.map((property) => (property.name in groups ? inGroup(property) : property))),
      ...Object.entries(groups).flatMap(([name, type]) => [
        `### \`${name}\``,
        own.find((property) => property.name === name)?.meaning ?? "",
        tableOf(propertiesIn(coreOptions, type), `${name}.`),
      ]),
      ...others.flatMap(([heading, path, type]) => [
        `## ${heading}`,
        tableOf(propertiesIn(path, type)),
      ]),
    ].join("\n\n");
  },
};

function inGroup(property: Property): Property {
  return { ...property, fallback: `[each its own](#${property.name})` };
}

function propertiesIn(path: string, type: string): readonly Property[] {
  return propertiesOf(path, readFileSync(new URL(path, packages), "utf8"), type);
}

function tableOf(properties: readonly Property[], prefix = ""): string {
  const rows = properties.map(({ name, type, required, meaning, fallback }) => {
    const shown = required ? "required" : (fallback ?? "none");
    return `| \`${prefix}${name}\` | ${codeOf(type)} | ${cell(shown)} | ${cell(meaning)} |`;
  });
  return ["| option | type | default | meaning |", "| - | - | - | - |", ...rows].join("\n");
}

function codeOf(type: string): string {
  return `\`${cell(type)}\``;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}
