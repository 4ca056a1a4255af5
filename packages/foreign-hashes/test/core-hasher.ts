import { randomBytes } from "node:crypto";
import { createAuth } from "@latchkey/core";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import type { HasherExtension, PasswordHasher, WorkPool } from "@latchkey/core/ports";

/** The cheapest argon2 that core still takes. */
export const cheapArgon2 = { memoryKiB: 12_288, passes: 3 } as const;

/** Core's own hasher and its pool, as an extension is given them. */
export interface Given {
  readonly own: PasswordHasher;
  readonly pool: WorkPool;
}

export function givenByCore(bounds: { concurrency?: number; queue?: number } = {}): Given {
  let given: Given | undefined;
  const extend: HasherExtension = (own, pool) => {
    given = { own, pool };
    return own;
  };
  createAuth({
    publicUrl: "https://id.example.org",
    secret: randomBytes(32).toString("base64url"),
    stores: memoryStores(),
    mailer: memoryMailer(),
    passwords: { ...cheapArgon2, ...bounds, extend },
  });
  if (given === undefined) throw new TypeError("core asked for no extension");
  return given;
}
