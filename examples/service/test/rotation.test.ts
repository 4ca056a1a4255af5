import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { anAccount, clientOf, mailTo, pairOf, tokenIn, type Client } from "./support/client.ts";
import { startService, type Service } from "./support/process.ts";
import { runAsWritten, shellBlocks } from "./support/runbook.ts";
import { codeOf, fieldsOf, send } from "./support/wire.ts";

const [makeSecret = "", makeKeys = "", addKey = "", putFirst = "", dropOld = "", ...others] =
  shellBlocks;
const folder = mkdtempSync(join(tmpdir(), "latchkey-rotation-"));
afterAll(() => rmSync(folder, { recursive: true }));

let database = "";
beforeAll(async () => {
  database = await newDatabase();
  assert.deepEqual(others, []);
});

/** A service with these variables, for as long as something is done with it. */
async function withService<Answer>(
  variables: Readonly<Record<string, string>>,
  act: (client: Client, service: Service) => Promise<Answer>,
): Promise<Answer> {
  const given = { POSTGRES_URL: database, PUBLIC_URL: "http://localhost", DATA_DIR: folder };
  const service = await startService({ ...given, ...variables });
  try {
    return await act(clientOf(service), service);
  } finally {
    await service.stop();
  }
}

const newSecret = async (): Promise<string> => (await runAsWritten(makeSecret, folder)).trim();

describe("replacing the secret as docs/operations.md says", { timeout: 90_000 }, () => {
  it("signs nobody out, and the old one is worth nothing in the end", async () => {
    const [old, next] = [await newSecret(), await newSecret()];
    const ada = await withService({ AUTH_SECRET: old }, (_, service) => anAccount(service, "ada"));
    const first = await withService({ AUTH_SECRET: `${old},${next}` }, async (client, service) => {
      const pair = pairOf(await client.login(ada.tag, ada.password));
      await client.forgot(ada.email);
      return { pair, link: tokenIn(await mailTo([service], ada.email, "reset_link")) };
    });
    const second = await withService({ AUTH_SECRET: `${next}, ${old}` }, async (client) => {
      assert.equal((await client.me(first.pair.accessToken)).status, 200);
      assert.equal((await client.checkLink(first.link)).status, 200);
      return pairOf(await client.renew(first.pair.refreshToken));
    });
    await withService({ AUTH_SECRET: next }, async (client) => {
      assert.equal((await client.me(second.accessToken)).status, 200);
      pairOf(await client.renew(second.refreshToken));
      assert.equal(codeOf(await client.me(first.pair.accessToken)), "invalid_token");
      assert.equal(codeOf(await client.renew(first.pair.refreshToken)), "invalid_token");
      assert.equal(codeOf(await client.checkLink(first.link)), "invalid_token");
    });
  });

  it("a stolen one, replaced without overlap, is worth nothing at once", async () => {
    const [old, next] = [await newSecret(), await newSecret()];
    const pair = await withService({ AUTH_SECRET: old }, async (client, service) => {
      const bob = await anAccount(service, "bob");
      return pairOf(await client.login(bob.tag, bob.password));
    });
    await withService({ AUTH_SECRET: next }, async (client) => {
      assert.equal(codeOf(await client.me(pair.accessToken)), "invalid_token");
      assert.equal(codeOf(await client.renew(pair.refreshToken)), "invalid_token");
    });
  });
});

describe(
  "replacing the key of access tokens as docs/operations.md says",
  { timeout: 90_000 },
  () => {
    it("publishes the new one before it signs, and takes the old one's tokens until it is gone", async () => {
      const AUTH_SECRET = await newSecret();
      const AUTH_KEYS = join(folder, "keys.json");
      const variables = { AUTH_SECRET, AUTH_KEYS };
      const kidOf = (token: string): unknown => {
        const [header = ""] = token.split(".");
        return (JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: unknown }).kid;
      };
      const published = async ({ url }: Service): Promise<readonly unknown[]> => {
        const { keys } = fieldsOf(await send("GET", `${url}/.well-known/jwks.json`), 200);
        return (keys as readonly { readonly kid: unknown }[]).map(({ kid }) => kid);
      };

      await runAsWritten(makeKeys, folder);
      assert.equal(statSync(AUTH_KEYS).mode & 0o077, 0);
      const { old, eve } = await withService(variables, async (client, service) => {
        const person = await anAccount(service, "eve");
        const pair = pairOf(await client.login(person.tag, person.password));
        assert.deepEqual(await published(service), [kidOf(pair.accessToken)]);
        return { old: pair.accessToken, eve: person };
      });

      await runAsWritten(addKey, folder);
      await withService(variables, async (client, service) => {
        const { accessToken } = pairOf(await client.login(eve.tag, eve.password));
        assert.equal(kidOf(accessToken), kidOf(old));
        assert.equal((await published(service)).length, 2);
      });

      await runAsWritten(putFirst, folder);
      const fresh = await withService(variables, async (client, service) => {
        const { accessToken } = pairOf(await client.login(eve.tag, eve.password));
        assert.notEqual(kidOf(accessToken), kidOf(old));
        assert.deepEqual(await published(service), [kidOf(accessToken), kidOf(old)]);
        assert.equal((await client.me(old)).status, 200);
        return accessToken;
      });

      await runAsWritten(dropOld, folder);
      assert.equal(
        (JSON.parse(readFileSync(AUTH_KEYS, "utf8")) as { keys: object[] }).keys.length,
        1,
      );
      await withService(variables, async (client) => {
        assert.equal((await client.me(fresh)).status, 200);
        assert.equal(codeOf(await client.me(old)), "invalid_token");
      });
    });
  },
);
