import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { Client } from "pg";

/** Every row of every table of ours, by table, as Postgres spells it out. */
export async function dumpPostgres(
  connectionString: string,
): Promise<Readonly<Record<string, string>>> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'latchkey'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const dump: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      `SELECT to_jsonb(one)::text AS row FROM latchkey."${name}" AS one`,
    );
    dump[name] = rows.map(({ row }) => row).join("\n");
  }
  await client.end();
  return dump;
}

/** Every key and value of a server, byte by byte as latin1. */
export async function dumpRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  const said: string[] = [];
  for (const key of await redis.keysBuffer("*")) {
    const type = await redis.type(key);
    const value = type === "hash" ? await redis.hgetallBuffer(key) : await redis.dumpBuffer(key);
    const parts = type === "hash" ? Object.entries(value ?? {}).flat() : [value];
    const texts = [key, ...parts].map((part) =>
      Buffer.isBuffer(part) ? part.toString("latin1") : String(part),
    );
    said.push(texts.join(" "));
  }
  redis.disconnect();
  return said.join("\n");
}

/** A secret in every spelling in which it could slip out. */
function spellingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Where it stands in a longer base64 text its first and last characters depend on its neighbours.
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  const plain = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  const hex = bytes.toString("hex");
  const base64 = secret.length < 12 ? [bytes.toString("base64")] : shifted;
  const digits = /^\d{6}$/.test(secret) ? digestsOf(secret) : [];
  return [...new Set([...plain, hex, hex.toUpperCase(), ...base64, ...digits])].flatMap((form) => [
    form,
    form.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
}

/** Six digits are found by trying: not even their digest may stand anywhere. */
function digestsOf(code: string): readonly string[] {
  return ["sha1", "sha256", "sha512"].flatMap((algorithm) => {
    const digest = createHash(algorithm).update(code);
    return [digest.copy().digest("hex"), digest.digest("base64").replaceAll("=", "")];
  });
}

/** Those of the secrets that a text holds, in whichever spelling. */
export function foundIn(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) =>
    spellingsOf(secret).some((form) =>
      // Six digits stand by chance in longer numbers.
      /^\d+$/.test(form) ? new RegExp(`(?<![\\d.])${form}(?!\\d)`).test(text) : text.includes(form),
    ),
  );
}
