import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, it, vi } from "vitest";
import { startService as startHere } from "../src/app.ts";
import { readEnvironment } from "../src/environment.ts";
import { newDatabase } from "../../../tools/services/client.ts";
import { freePorts, linesOf, spawnService, startService } from "./support/process.ts";
import { codeOf, fieldsOf, isListening, post, send } from "./support/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

let ports = { PORT: "", INTERNAL_PORT: "" };
beforeAll(async () => {
  const [port, internalPort] = await freePorts();
  ports = { PORT: String(port), INTERNAL_PORT: String(internalPort) };
});

function fileOf(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const weakKey = { kty: "oct", k: "AAAA" };
const secret = "bGF0Y2hrZXktdGVzdHMtc2VjcmV0LW51bWJlci1vbmUtMQ";

/** A server that nobody runs, so that no variable is refused for want of one. */
const POSTGRES_URL = "postgres://nobody@127.0.0.1:9/nothing";

const MAIL_FROM = "no-reply@mail.example";

/** Each variable with values that cannot be meant, and what stands with it where it needs that. */
const refused: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ...["0", "65536", "-1", "1.5", "abc", " 3000", "0x1F90", "3e3"].map(
    (PORT) => ["PORT", { PORT }] as const,
  ),
  ...["0", "65536", "x"].map((value) => ["INTERNAL_PORT", { INTERNAL_PORT: value }] as const),
  ["INTERNAL_PORT", { PORT: "65535", INTERNAL_PORT: "" }],
  ["INTERNAL_PORT", { PORT: "3000", INTERNAL_PORT: "3000" }],
  ...["0.0.0.0", "::", "192.0.2.1", "example.com", "127.999.1.1", "127.0.0.1.example.com"].map(
    (HOST) => ["HOST", { HOST, PUBLIC_URL: "http://localhost:3000" }] as const,
  ),
  ...["nonsense", "ftp://localhost", "/x", "https://example.com", "http://localhost/?a=1"].map(
    (PUBLIC_URL) => ["PUBLIC_URL", { PUBLIC_URL }] as const,
  ),
  ...["true", "yes", "2"].map((PUBLIC_RENEW) => ["PUBLIC_RENEW", { PUBLIC_RENEW }] as const),
  ...["short", "not base64url!", "A".repeat(43)].map(
    (AUTH_SECRET) => ["AUTH_SECRET", { AUTH_SECRET }] as const,
  ),
  ["AUTH_SECRET", { NODE_ENV: "production", AUTH_SECRET: "" }],
  ...["junk", "10.0.0.0/33", "10.0.0.0/8,x", "1", "10.0.0.0/", "loopback"].map(
    (TRUSTED_PROXIES) => ["TRUSTED_PROXIES", { TRUSTED_PROXIES }] as const,
  ),
  ["DATA_DIR", { DATA_DIR: "/dev/null/data", AUTH_SECRET: "" }],
  ["DATA_DIR", { DATA_DIR: fileOf("a-file", ""), AUTH_SECRET: "" }],
  ["AUTH_KEYS", { AUTH_KEYS: join(folder, "missing.json") }],
  ...["", "[]", "1", "{}", { keys: [] }, { keys: [{ kty: "RSA" }] }, { keys: [weakKey] }].map(
    (content, index) => ["AUTH_KEYS", { AUTH_KEYS: fileOf(`keys${index}`, content) }] as const,
  ),
  ["OPTIONS_FILE", { OPTIONS_FILE: join(folder, "missing.json") }],
  ["OPTIONS_FILE", { OPTIONS_FILE: folder }],
  ...[
    ...["", "{", "[]", "null", "1", { limits: "sometimes" }, { limits: { none: {} } }],
    ...[{ secret }, { stores: {} }, { trustedProxies: [] }, { publicUrl: "http://localhost" }],
    ...[{ tokens: { accessTtlSeconds: 1 } }, { tokens: { accessTtl: 60 } }, { locale: "de" }],
    ...[
      { passwords: { minLength: 7 } },
      { passwords: { hasher: {} } },
      { passwords: { extend: 1 } },
    ],
    ...[
      { onEvent: 1 },
      { paths: { nothing: "/x" } },
      { paths: { login: "x" } },
      '{"__proto__":{"limits":"off"}}',
    ],
  ].map(
    (content, index) => ["OPTIONS_FILE", { OPTIONS_FILE: fileOf(`o${index}`, content) }] as const,
  ),
  ...["nonsense", `http://ada:${secret}@localhost`, "localhost:5432"].flatMap((text) => [
    ["POSTGRES_URL", { POSTGRES_URL: text }] as const,
    ["REDIS_URL", { REDIS_URL: text }] as const,
  ]),
  ["POSTGRES_URL", { POSTGRES_URL: `postgres://ada:${secret}%ss@localhost` }],
  ["REDIS_URL", { REDIS_URL: `redis://:${secret}%ss@localhost` }],
  ["REDIS_URL", { REDIS_URL: `redis://127.0.0.1:9,http://ada:${secret}@localhost` }],
  ...["anything", "kafka:", "http://kafka:9092", "kafka:9092,", "::1:9092"].map(
    (KAFKA_BROKERS) => ["KAFKA_BROKERS", { KAFKA_BROKERS }] as const,
  ),
  ["KAFKA_BROKERS", { KAFKA_ACCOUNTS_TOPIC: "accounts" }],
  ["KAFKA_ACCOUNTS_TOPIC", { KAFKA_BROKERS: "kafka:9092", KAFKA_ACCOUNTS_TOPIC: "a topic" }],
  [
    "KAFKA_RESET_LINKS_TOPIC",
    { KAFKA_BROKERS: "kafka:9092", KAFKA_RESET_LINKS_TOPIC: "latchkey.accounts" },
  ],
  ...[
    ...["mail.example", `http://ada:${secret}@localhost`, "smtp://", `smtp://ada:${secret}@`],
    ...[`smtp://:${secret}@localhost`, "smtp://mail.example?tls=off", "smtp://localhost?x=y"],
  ].map((SMTP_URL) => ["SMTP_URL", { SMTP_URL, MAIL_FROM }] as const),
  ...["", "nobody", "a@b.example, c@d.example"].map(
    (from) => ["MAIL_FROM", { SMTP_URL: "smtp://localhost", MAIL_FROM: from }] as const,
  ),
  ["HOST", { HOST: "0.0.0.0", SMTP_URL: "smtp://localhost", MAIL_FROM, AUTH_SECRET: "" }],
  ...["anything", "ftp://localhost"].map(
    (USERS_URL) => ["USERS_URL", { USERS_URL, USERS_SECRET: secret }] as const,
  ),
  ...["http://users.internal", "http://ada:secret@localhost", "http://localhost/?a=1"].map(
    (USERS_URL) => ["USERS_URL", { USERS_URL, USERS_SECRET: secret }] as const,
  ),
  ["USERS_URL", { USERS_SECRET: secret }],
  ["USERS_SECRET", { USERS_URL: "http://localhost:3010" }],
  ["USERS_SECRET", { USERS_URL: "http://localhost:3010", USERS_SECRET: "short" }],
  [
    "POSTGRES_URL",
    { USERS_URL: "http://localhost:1", USERS_SECRET: secret, REDIS_URL: "redis://localhost:1" },
  ],
];

describe("an environment that cannot be meant", () => {
  it.each(refused)("is refused by a message that begins with %s: %j", async (name, variables) => {
    const usual = { DATA_DIR: join(folder, "data"), POSTGRES_URL, AUTH_SECRET: secret };
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    await assert.rejects(
      async () => startHere(readEnvironment({ ...ports, ...usual, ...variables })),
      (error) => {
        assert.ok(error instanceof TypeError, String(error));
        assert.match(error.message, new RegExp(`^${name}\\b|^HOST, ${name}\\b`));
        assert.ok(!error.message.includes(secret));
        return true;
      },
    );
    assert.equal(await isListening(`http://127.0.0.1:${ports.PORT}`), false);
    assert.equal(await isListening(`http://127.0.0.1:${ports.INTERNAL_PORT}`), false);
  });

  it("ends the process with 1 and one line, before anything listens", async () => {
    const environments: readonly Readonly<Record<string, string>>[] = [
      { PORT: "abc" },
      { AUTH_SECRET: "short" },
      { NODE_ENV: "production", INTERNAL_PORT: "" },
    ];
    const endings = environments.map(async (variables) => {
      const data = { DATA_DIR: join(folder, "ends"), POSTGRES_URL };
      const { ended } = spawnService({ ...ports, ...data, ...variables });
      const { code, stdout, stderr } = await ended;
      assert.equal(code, 1);
      assert.match(stderr, /^latchkey: (PORT|AUTH_SECRET): [^\n]+\n$/);
      assert.doesNotMatch(stdout, /"ready"/);
      linesOf(stdout);
    });
    await Promise.all(endings);
  });

  it("a port in use is named, and the process ends with 1", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const data = { DATA_DIR: join(folder, "taken"), POSTGRES_URL };
    const both = [
      { PORT: String(port), INTERNAL_PORT: ports.INTERNAL_PORT },
      { PORT: ports.PORT, INTERNAL_PORT: String(port) },
    ].map(async (variables, index) => {
      const { ended } = spawnService({ ...data, ...variables });
      const { code, stderr } = await ended;
      const name = index === 0 ? "PORT" : "INTERNAL_PORT";
      assert.match(stderr, new RegExp(`^latchkey: ${name}: .*EADDRINUSE.*\n$`));
      assert.equal(code, 1);
    });
    await Promise.all(both);
    taken.close();
  });
});

describe("an environment that says everything", () => {
  it("production serves no internal endpoint, and takes keys, options and public renew", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: "one" };
    const service = await startService({
      ...{ NODE_ENV: "production", AUTH_SECRET: secret, INTERNAL_PORT: "", PUBLIC_RENEW: "1" },
      AUTH_KEYS: fileOf("keys.json", { keys: [jwk] }),
      OPTIONS_FILE: fileOf("options.json", {
        ...{ limits: "off", locale: "ru", productName: "Весы", ipv6SiteFactor: 4 },
      }),
      ...{ DATA_DIR: join(folder, "unused"), PUBLIC_URL: "http://localhost:3000/auth" },
      POSTGRES_URL: await newDatabase(),
      TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8",
    });
    const { url } = service;
    assert.equal(await isListening(service.internal), false);
    const jwks = fieldsOf(await send("GET", `${url}/.well-known/jwks.json`), 200);
    assert.deepEqual(jwks, {
      keys: [{ kty: "OKP", crv: "Ed25519", x: jwk.x, kid: "one", alg: "EdDSA", use: "sig" }],
    });
    const renew = `${url}/api/v1/tokens/renew`;
    assert.equal(codeOf(await post(renew, { refreshToken: "x" })), "invalid_token");
    assert.equal((await send("GET", `${renew}?refreshToken=x`)).status, 405);
    const forgot = `${url}/api/auth/forgot-password`;
    for (let times = 0; times < 30; times += 1) {
      const answer = await post(forgot, { email: "nobody@example.com" });
      assert.match(String(fieldsOf(answer, 200)["message"]), /ссылка/);
    }
    const { code, stdout } = await service.stop();
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /AUTH_SECRET|DATA_DIR/);
    assert.ok(!stdout.includes(secret));
  });

  it("two processes that start at once in one folder agree on its secret", async () => {
    const variables = { DATA_DIR: join(folder, "shared"), PUBLIC_URL: "http://localhost" };
    const services = await Promise.all(
      [await newDatabase(), await newDatabase()].map((database) =>
        startService({ ...variables, POSTGRES_URL: database }),
      ),
    );
    const [one, other] = services;
    assert.ok(one !== undefined && other !== undefined);
    const ada = { email: "ada@example.com", tag: "ada", password: "an engine of no numbers" };
    const register = { ...ada, firstName: "Ada", lastName: "Lovelace" };
    const registered = await post(`${one.url}/api/v1/users/public/create`, register);
    const { registrationId } = fieldsOf(registered, 201);
    let text = "";
    while (text === "") text = (await send("GET", `${one.url}/dev/mailbox.json`)).text.slice(1, -1);
    const { text: mail } = JSON.parse(text) as { text: string };
    const confirmationCode = /^\d{6}$/m.exec(mail)?.[0];
    const confirmation = { email: ada.email, confirmationCode, registrationId };
    fieldsOf(await post(`${one.url}/api/v1/users/public/confirm`, confirmation), 200);
    const login = await post(`${one.url}/api/v1/tokens/public/login`, {
      tag: ada.tag,
      password: ada.password,
    });
    const { accessToken } = fieldsOf(login, 200);
    // Accounts are not shared, but whoever has the secret knows its own tokens.
    const logout = `/api/v1/tokens/logout?accessToken=${String(accessToken)}`;
    assert.equal((await send("DELETE", `${other.url}${logout}`)).status, 200);
    const ended = await Promise.all(services.map((service) => service.stop()));
    assert.deepEqual(
      ended.map(({ code }) => code),
      [0, 0],
    );
  });
});
