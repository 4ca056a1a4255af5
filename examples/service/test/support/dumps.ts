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
    // Not by DUMP, which compresses.
    const parts =
      type === "hash"
        ? [...(await redis.hkeysBuffer(key)), ...(await redis.hvalsBuffer(key))]
        : [await redis.getBuffer(key)];
    said.push([key, ...parts].map((part) => part?.toString("latin1") ?? "").join(" "));
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
  // A part of a token may be kept as the bytes that it spells.
  const raw = /^[\w-]{22,}$/.test(secret) ? [rawOf(Buffer.from(secret, "base64url"))] : [];
  const digits = /^\d{6}$/.test(secret) ? digestsOf(secret) : [];
  return [...new Set([...plain, hex, hex.toUpperCase(), ...base64, ...raw, ...digits])].flatMap(
    (form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")],
  );
}

/** As bytes stand in a dump. */
const rawOf = (bytes: Buffer): string => bytes.toString("latin1");

/** Six digits are found by trying: not even their digest may stand anywhere. */
function digestsOf(code: string): readonly string[] {
  return ["sha1", "sha256", "sha512"].flatMap((algorithm) => {
    const digest = createHash(algorithm).update(code);
    const bytes = digest.digest();
    return [
      bytes.toString("hex"),
      bytes.toString("base64").replaceAll("=", ""),
      rawOf(bytes.subarray(0, 16)),
    ];
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
