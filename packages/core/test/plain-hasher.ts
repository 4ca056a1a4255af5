import { createHash } from "node:crypto";
import type { PasswordHasher } from "../src/ports/password-hasher.ts";

/** A hasher that protects nothing and costs nothing, for tests that are not about hashing. */
export function plainHasher(): PasswordHasher {
  let salts = 0;
  const digest = (salt: string, password: string): string =>
    `plain:${salt}:${createHash("sha256").update(`${salt}:${password}`).digest("base64url")}`;
  return {
    async hash(password) {
      salts += 1;
      return digest(String(salts), password);
    },
    async verify(hash, password) {
      return hash === digest(hash.split(":")[1] ?? "", password);
    },
    needsRehash: () => false,
    dummy: () => "plain:0:nobody's",
  };
}
