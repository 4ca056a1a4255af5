import { randomBytes } from "node:crypto";
import { createAuth } from "@latchkey/core";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import type { HasherExtension } from "@latchkey/core/ports";
import { expect, it } from "vitest";
import { foreignHashes } from "../src/foreign-hashes.ts";
import { readHash } from "../src/read-hash.ts";
import { nameOfWork } from "../src/work.ts";
import { cheapArgon2 } from "./core-hasher.ts";

const inUse = { $2b$04: 50, "$pbkdf2-sha256$i=1000,l=32": 30, "$scrypt$ln=4,r=8,p=1": 20 };

it("a name that is nobody's costs one hash of a kind in use, and the same one each time", async () => {
  const verified: string[] = [];
  const jobs: number[] = [];
  const known = foreignHashes({ inUse });
  const extend: HasherExtension = (own, pool) => {
    const hasher = known(own, {
      run(job) {
        jobs.push(1);
        return pool.run(job);
      },
    });
    return {
      ...hasher,
      verify(stored, password) {
        verified.push(stored);
        return hasher.verify(stored, password);
      },
    };
  };
  const auth = createAuth({
    publicUrl: "https://id.example.org",
    secret: randomBytes(32).toString("base64url"),
    stores: memoryStores(),
    mailer: memoryMailer(),
    limits: "off",
    passwords: { ...cheapArgon2, extend },
  });
  const tries = async (): Promise<readonly string[]> => {
    verified.length = 0;
    for (let n = 0; n < 150; n += 1) {
      const attempt = auth.login({ tag: `nobody-${n}`, password: "whatever" }, { ip: "192.0.2.1" });
      await expect(attempt).rejects.toMatchObject({ code: "invalid_credentials" });
    }
    return [...verified];
  };
  const first = await tries();
  expect([first.length, jobs.length]).toEqual([150, 150]);
  expect(await tries()).toEqual(first);

  const kinds = first.map((stored) => {
    const read = readHash(stored, { bcryptPepper: "", springPbkdf2Secret: "" });
    return read === null ? "none" : nameOfWork(read.work);
  });
  expect(new Set(kinds)).toEqual(new Set(Object.keys(inUse)));
});
