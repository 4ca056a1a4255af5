import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asOwner } from "latchkey-local-services/postgres-server";

/** What nginx is when this process is root: whom Postgres is, too. */
const nobody = 65534;

/** A temporary folder that goes when this process does, however that ends. */
export interface Folder {
  readonly path: string;
  /** Makes a folder within; `shared` with the parts that do not run as root. */
  within(name: string, shared?: "shared"): Promise<string>;
  remove(): Promise<void>;
}

// Waits for its input to end. Parts that were told so by the same end may still be writing.
const watcher = `
cat >/dev/null
for second in 1 2 3 4 5; do
  rm -rf "$FOLDER" 2>/dev/null && sleep 0.2 && [ ! -e "$FOLDER" ] && exit 0
  sleep 1
done
`;

export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "latchkey-gateway-"));
  await chmod(path, 0o711);
  const shell = spawn("sh", ["-c", watcher], {
    env: { PATH: process.env["PATH"] ?? "", FOLDER: path },
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  return {
    path,
    async within(name, shared) {
      const folder = join(path, name);
      await mkdir(folder, { mode: 0o700 });
      if (shared !== undefined && asOwner.length > 0) await chown(folder, nobody, nobody);
      return folder;
    },
    async remove() {
      if (shell.exitCode !== null) return;
      const ended = once(shell, "exit");
      shell.stdin?.end();
      await ended;
    },
  };
}
