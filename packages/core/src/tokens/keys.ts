import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { checkSecret, decodeSecret } from "./secret.ts";

/** The signature algorithms in use. A key has exactly one; a token never chooses. */
export type Algorithm = "HS256" | "EdDSA" | "ES256";

/** One key of a ring. */
export interface Key {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly sign: KeyObject;
  readonly verify: KeyObject;
}

/** Keys of one purpose: the first signs, all verify, each found by its `kid` alone. */
export interface KeyRing {
  readonly signing: Key;
  readonly byId: ReadonlyMap<string, Key>;
}

/** A private JSON Web Key (RFC 7517) as it stands in a key file. */
export type PrivateJwk = Readonly<Record<string, unknown>>;

/** A set of private keys: the first signs access tokens, the others still verify them. */
export interface PrivateJwkSet {
  /** The first signs. */
  readonly keys: readonly PrivateJwk[];
}

/** A set of public keys, as published (RFC 7517, section 5). */
export interface PublicJwkSet {
  /** One for each private key that is not a shared secret. */
  readonly keys: readonly Readonly<Record<string, string>>[];
}

/** What HMAC keys are for. Each purpose has a key of its own, so no digest serves for another. */
export type MacPurpose = "codes" | "jobs" | "limits" | "lanes";

/** Every key of the process. */
export interface Keys {
  readonly access: KeyRing;
  readonly refresh: KeyRing;
  readonly reset: KeyRing;
  readonly published: PublicJwkSet;
  /** HMAC-SHA-256 over the parts, unambiguously joined. */
  mac(purpose: MacPurpose, ...parts: readonly string[]): Buffer;
}

/**
 * The keys made from the configured secrets (the newest first) and, for access tokens, from a
 * private key set. One key per purpose by HKDF-SHA-256 (RFC 5869).
 *
 * @throws TypeError that says what to do, for a weak secret, an unusable key or one used twice.
 */
export function makeKeys(secrets: readonly string[], set: PrivateJwkSet | undefined): Keys {
  const roots = secrets.map((secret) => decodeSecret(secret));
  const newest = roots[0];
  if (newest === undefined) checkSecret(undefined);
  const configured = set === undefined ? [] : parseSet(set);
  refuseReuse(secrets, configured);

  const shared = (purpose: string): readonly Key[] => roots.map((root) => sharedKey(root, purpose));
  const macs = new Map<MacPurpose, Buffer>();
  for (const purpose of ["codes", "jobs", "limits", "lanes"] as const) {
    macs.set(purpose, derive(newest ?? Buffer.alloc(0), `mac ${purpose}`));
  }
  return {
    access: ring([...configured, ...shared("sign access")]),
    refresh: ring(shared("sign refresh")),
    reset: ring(shared("sign reset")),
    published: { keys: configured.filter((key) => key.algorithm !== "HS256").map(publish) },
    mac(purpose, ...parts) {
      const mac = createHmac("sha256", macs.get(purpose) ?? Buffer.alloc(0));
      for (const part of parts) mac.update(`${Buffer.byteLength(part)}:${part},`);
      return mac.digest();
    },
  };
}

function ring(keys: readonly Key[]): KeyRing {
  const [signing] = keys;
  if (signing === undefined) throw new TypeError("a key ring needs at least one key");
  const byId = new Map(keys.map((key) => [key.kid, key]));
  if (byId.size === keys.length) return { signing, byId };
  throw new TypeError("keys: two keys have the same kid; give each its own");
}

function derive(root: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", root, "latchkey", `latchkey 1 ${purpose}`, 32));
}

function sharedKey(root: Uint8Array, purpose: string): Key {
  const key = createSecretKey(derive(root, purpose));
  const kid = derive(root, `kid ${purpose}`).toString("base64url").slice(0, 12);
  return { kid, algorithm: "HS256", sign: key, verify: key };
}

function parseSet(set: PrivateJwkSet): readonly Key[] {
  if (!Array.isArray(set.keys) || set.keys.length === 0) {
    throw new TypeError("keys: give a JSON Web Key Set with at least one private key");
  }
  return set.keys.map((jwk: PrivateJwk, index) => parseKey(jwk, `keys.keys[${index}]`));
}

function parseKey(jwk: PrivateJwk, where: string): Key {
  const algorithm = algorithmOf(jwk);
  if (algorithm === null || (jwk["alg"] !== undefined && jwk["alg"] !== algorithm)) {
    throw new TypeError(`${where}: use an Ed25519 (EdDSA), P-256 (ES256) or oct (HS256) key`);
  }
  const named = typeof jwk["kid"] === "string" && jwk["kid"] !== "" ? jwk["kid"] : null;
  if (algorithm === "HS256") {
    const key = createSecretKey(decodeSecret(jwk["k"], `${where}.k`));
    return { kid: named ?? thumbprint(key), algorithm, sign: key, verify: key };
  }
  const pair = keyPair(jwk);
  if (pair === null) throw new TypeError(`${where}: this is not a complete private key`);
  return { kid: named ?? thumbprint(pair.verify), algorithm, ...pair };
}

/** Both halves of a key, or null where they are damaged or do not belong together. */
function keyPair(jwk: PrivateJwk): Pick<Key, "sign" | "verify"> | null {
  try {
    const half = createPrivateKey({ key: jwk as JsonWebKey, format: "jwk" });
    const other = createPublicKey(half);
    const hash = half.asymmetricKeyType === "ec" ? "sha256" : null;
    const trial = Buffer.from("latchkey");
    // Node derives the public half of an Ed25519 key and believes that of an EC key.
    const isWhole =
      other.export({ format: "jwk" }).x === jwk["x"] &&
      verify(hash, trial, other, sign(hash, trial, half));
    return isWhole ? { sign: half, verify: other } : null;
  } catch {
    return null;
  }
}

function algorithmOf(jwk: PrivateJwk | null): Algorithm | null {
  if (typeof jwk !== "object" || jwk === null) return null;
  if (jwk["kty"] === "OKP" && jwk["crv"] === "Ed25519") return "EdDSA";
  if (jwk["kty"] === "EC" && jwk["crv"] === "P-256") return "ES256";
  return jwk["kty"] === "oct" ? "HS256" : null;
}

/** RFC 7638: SHA-256 over the required members in lexicographic order. */
function thumbprint(key: KeyObject): string {
  const { crv, k, kty, x, y } = key.export({ format: "jwk" });
  const canonical = JSON.stringify({ crv, k, kty, x, y });
  return createHash("sha256").update(canonical).digest("base64url");
}

/** Only what a verifier needs; named one by one, so that no private member can slip out. */
function publish(key: Key): Readonly<Record<string, string>> {
  const jwk = key.verify.export({ format: "jwk" });
  const members = Object.entries({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y });
  const known = members.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { ...Object.fromEntries(known), kid: key.kid, alg: key.algorithm, use: "sig" };
}

function refuseReuse(secrets: readonly string[], configured: readonly Key[]): void {
  const material = configured.map((key) => key.sign.export({ format: "jwk" }));
  const bodies = material.map((jwk) => jwk.d ?? jwk.k ?? "");
  const all = [
    ...secrets.map((text) => Buffer.from(text, "base64url").toString("base64url")),
    ...bodies,
  ];
  if (new Set(all).size !== all.length) {
    throw new TypeError(
      "secret, keys: one key stands for two purposes; make a key of its own for each",
    );
  }
}
