import { randomBytes, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The secret of this machine's demo, made once; two processes starting at once agree on one.
 *
 * @throws TypeError for a folder or a file in it that cannot be used.
 */
export function keptSecret(dataDir: string): { secret: string; path: string } {
  const path = join(dataDir, "secret");
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    makeOnce(path, randomBytes(32).toString("base64url"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`DATA_DIR: ${dataDir} cannot be used: ${why}`, { cause });
  }
  const secret = readFileSync(path, "utf8").trim();
  if (/^[A-Za-z0-9_-]{43}$/.test(secret)) return { secret, path };
  throw new TypeError(`DATA_DIR: ${path} holds no secret; delete it, and a new one is made`);
}

/** The name appears together with the whole content, so that nobody ever reads half of it. */
function makeOnce(path: string, content: string): void {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, content, { flag: "wx", mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft);
  }
}
