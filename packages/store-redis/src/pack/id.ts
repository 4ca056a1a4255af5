const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const uuidBytes = 16;

/** A UUID as its 16 bytes; anything else as its text, made longer than that by zeros. */
export function packId(id: string): Buffer {
  if (uuid.test(id)) return Buffer.from(id.replaceAll("-", ""), "hex");
  const text = Buffer.from(id);
  return Buffer.concat([text, Buffer.alloc(Math.max(1, uuidBytes + 1 - text.length))]);
}

export function unpackId(packed: Buffer): string {
  if (packed.length !== uuidBytes) return packed.toString().replace(/\0+$/, "");
  const hex = packed.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

const digestBytes = 32;

/** A digest in base64url as its bytes; whatever else, as its text. Only ever compared. */
export function packDigest(digest: string): Buffer {
  const bytes = Buffer.from(digest, "base64url");
  const same = bytes.length === digestBytes && bytes.toString("base64url") === digest;
  return same ? bytes : Buffer.from(`text:${digest}`);
}
