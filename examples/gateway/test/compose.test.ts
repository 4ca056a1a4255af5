import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findNginx } from "latchkey-local-services/nginx-binary";
import { afterAll, beforeAll, describe, it } from "vitest";
import { parse } from "yaml";
import { readEnvironment as readExpress } from "../../service-express/src/environment.ts";
import { readEnvironment as readFastify } from "../../service/src/environment.ts";
import { readEnvironment as readUsers } from "../../user-database/src/environment.ts";
import { nginxConfiguration, type NginxSettings } from "../src/nginx-configuration.ts";

interface Service {
  readonly command?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { ipv4_address: string } | null>>;
  readonly network_mode?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const run = promisify(execFile);
const here = fileURLToPath(new URL("..", import.meta.url));
const root = join(here, "../..");
const folder = mkdtempSync(join(tmpdir(), "latchkey-compose-"));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = Buffer.alloc(32, 7).toString("base64url");
/** As Compose reads it, with the same secret everywhere. */
const compose = parse(
  readFileSync(join(here, "compose.yaml"), "utf8").replaceAll(/\$\{[A-Z_]+:\?[^}]*\}/g, secret),
  { merge: true },
) as Compose;
const { services } = compose;

function service(name: string): Service {
  const found = services[name];
  assert.ok(found !== undefined, name);
  return found;
}

/** An environment, with the volumes where the certificates were made. */
function environmentOf(name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(service(name).environment ?? {});
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value.replace(/^\/certificates/, folder)]),
  );
}

function networksOf({ networks = [] }: Service): readonly string[] {
  return isList(networks) ? networks : Object.keys(networks);
}

function isList(networks: NonNullable<Service["networks"]>): networks is readonly string[] {
  return Array.isArray(networks);
}

beforeAll(async () => {
  const [program = "", target] = service("certificates").command ?? [];
  assert.equal(target, "/certificates");
  await run(process.execPath, ["--conditions=@latchkey/source", join(root, program), folder]);
});

describe("compose.yaml", () => {
  it("names nothing that it does not have", () => {
    for (const [name, { depends_on: needs = {}, volumes = [], ...rest }] of Object.entries(
      services,
    )) {
      for (const need of Object.keys(needs)) assert.ok(need in services, `${name}: ${need}`);
      for (const network of networksOf(rest)) assert.ok(network in compose.networks, network);
      for (const volume of volumes) {
        const [source = ""] = volume.split(":");
        const known = source.startsWith(".")
          ? existsSync(join(here, source))
          : source in compose.volumes;
        assert.ok(known, `${name}: ${source}`);
      }
      if (rest.build !== undefined) {
        assert.ok(existsSync(join(here, rest.build.context, rest.build.dockerfile)));
      }
      const [program = ""] = rest.command ?? [];
      if (program.endsWith(".ts")) assert.ok(existsSync(join(root, program)), program);
    }
  });

  it("gives each service an environment that it starts with", () => {
    for (const [name, read] of [
      ["fastify", readFastify],
      ["express", readExpress],
    ] as const) {
      const { internalPort, users, smtp, trustedProxies, host } = read(environmentOf(name));
      assert.deepEqual([internalPort, host], [3001, "0.0.0.0"]);
      assert.equal(users?.url, "https://users:3010");
      assert.equal(smtp?.url, "smtp://mail:1025");
      const { networks } = service("gateway");
      assert.ok(networks !== undefined && "front" in networks);
      assert.deepEqual(trustedProxies, [networks.front?.ipv4_address]);
    }
    const { tls, postgresUrl } = readUsers(environmentOf("users"));
    assert.ok(tls !== null);
    assert.equal(new URL(postgresUrl ?? "").hostname, "postgres");
  });

  it("has the services trust the certificates of those they speak to, by name", () => {
    const { NODE_EXTRA_CA_CERTS = "", USERS_URL = "", SMTP_URL = "" } = environmentOf("fastify");
    const trusted = readFileSync(NODE_EXTRA_CA_CERTS, "utf8")
      .split(/(?<=-----END CERTIFICATE-----)\n/)
      .filter((text) => text.trim() !== "")
      .map((text) => new X509Certificate(text));
    for (const url of [USERS_URL, SMTP_URL]) {
      const { hostname } = new URL(url);
      assert.ok(
        trusted.some((one) => one.checkHost(hostname) !== undefined),
        hostname,
      );
    }
    const { TLS_CERT = "" } = environmentOf("users");
    const users = new X509Certificate(readFileSync(TLS_CERT)).fingerprint256;
    assert.ok(trusted.some(({ fingerprint256 }) => fingerprint256 === users));
  });

  it("lets the application meet the gateway alone, and nobody but users the database", () => {
    const members = (network: string): readonly string[] =>
      Object.keys(services).filter((name) => networksOf(service(name)).includes(network));
    assert.deepEqual(members("application"), ["gateway", "backend"]);
    assert.deepEqual(members("database"), ["users", "postgres"]);
    assert.deepEqual(members("front"), ["gateway", "fastify", "express"]);
    const published = Object.keys(services).filter((name) => service(name).ports !== undefined);
    assert.deepEqual(published, ["gateway", "mail"]);
  });

  it("has an nginx configuration that nginx takes", async () => {
    const { NGINX_ENVSUBST_OUTPUT_DIR: _where, ...given } = environmentOf("gateway");
    const settings = { ...given, RUN: folder, LOGS: folder } as unknown as NginxSettings;
    const file = join(folder, "nginx.conf");
    writeFileSync(file, nginxConfiguration(settings));
    const { path, environment } = await findNginx();
    const env = { ...process.env, ...environment };
    const { stderr } = await run(path, ["-t", "-e", join(folder, "e"), "-c", file], { env });
    assert.match(stderr, /test is successful/);
    for (const key of ["SERVICE_1", "SERVICE_2"] as const) {
      const name = key === "SERVICE_1" ? "fastify" : "express";
      const { networks } = service(name);
      assert.ok(networks !== undefined && "front" in networks);
      const { PORT, INTERNAL_PORT } = environmentOf(name);
      assert.equal(given[key], `${networks.front?.ipv4_address}:${PORT}`);
      assert.equal(given[`${key}_INTERNAL`], `${networks.front?.ipv4_address}:${INTERNAL_PORT}`);
    }
  });
});
