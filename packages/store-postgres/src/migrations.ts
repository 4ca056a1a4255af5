import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** One file of the folder `migrations`, as it was published: it never changes again. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly text: string;
}

const folder = new URL("../migrations/", import.meta.url);

/** All migrations of this version of the package, oldest first. */
export async function readMigrations(from: URL = folder): Promise<readonly Migration[]> {
  const files = (await readdir(from)).filter((file) => file.endsWith(".sql")).toSorted();
  return Promise.all(
    files.map(async (file, index) => {
      const [, digits = "", name = ""] = /^(\d{4})_(\w+)\.sql$/.exec(file) ?? [];
      if (Number(digits) !== index + 1) {
        throw new TypeError(`migration ${file}: expected number ${index + 1} and a name`);
      }
      // Line ends are no part of a migration: some checkouts rewrite them.
      const text = (await readFile(new URL(file, from), "utf8")).replaceAll("\r\n", "\n");
      const checksum = createHash("sha256").update(text).digest("hex");
      return { version: index + 1, name, checksum, text };
    }),
  );
}

/** A migration's statements, for a schema. Each ends with a semicolon at the end of a line. */
export function statementsOf(text: string, schema: string): readonly string[] {
  return text
    .replaceAll('"latchkey"', `"${schema}"`)
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => /^(?!--)\S/m.test(statement));
}
