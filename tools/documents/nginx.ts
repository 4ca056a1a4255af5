// Asks nginx itself whether a fragment of its configuration is one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNginx } from "../services/nginx-binary.ts";

/** Where a fragment may belong, innermost first. */
const places: readonly ((fragment: string) => string)[] = [
  (fragment) => `events {} http { server { location / { ${fragment}\n} } }`,
  (fragment) => `events {} http { server { ${fragment}\n} }`,
  (fragment) => `events {} http { ${fragment}\n }`,
  (fragment) => fragment,
];

/** @throws Error with nginx's own words where it takes the fragment in none of its places */
export async function readNginx(fragment: string): Promise<void> {
  const { path, environment } = await findNginx();
  const folder = mkdtempSync(join(tmpdir(), "latchkey-nginx-"));
  try {
    const said = places.map((place) => {
      const file = join(folder, "nginx.conf");
      writeFileSync(file, `pid ${folder}/pid;\nerror_log stderr;\n${place(fragment)}`);
      const flags = ["-t", "-q", "-e", "stderr", "-p", folder, "-c", file];
      const env = { ...process.env, ...environment };
      const { status, stderr } = spawnSync(path, flags, { env, encoding: "utf8" });
      return status === 0 ? "" : stderr;
    });
    if (!said.includes("")) throw new SyntaxError(said.join("\n"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
