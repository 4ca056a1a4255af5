import { generateKeyPairSync, sign, verify } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { describe, expect, it } from "vitest";
import { aPrivateJwk, keyTypes, secrets } from "../../test/forge.ts";
import { makeKeys, type Key, type KeyRing, type PrivateJwk } from "./keys.ts";

const shared = makeKeys([secrets.newest], undefined);
const rings = ["access", "refresh", "reset"] as const;
const macPurposes = ["codes", "jobs", "limits", "lanes"] as const;
const material = ({ sign: key }: Key): string => key.export({ format: "jwk" }).k ?? "";
const idsOf = (ring: KeyRing): readonly string[] => [...ring.byId.keys()];

describe("keys out of a secret", () => {
  it("A-49: gives every purpose a key of its own", () => {
    const signing = rings.map((name) => material(shared[name].signing));
    const macs = macPurposes.map((purpose) => shared.mac(purpose, "x").toString("base64url"));
    expect(new Set([secrets.newest, ...signing, ...macs]).size).toBe(8);
    expect(new Set(rings.flatMap((name) => idsOf(shared[name]))).size).toBe(3);
  });

  it("uses 32 bytes and HS256 for each ring", () => {
    for (const name of rings) {
      const { algorithm, sign: key } = shared[name].signing;
      expect(algorithm).toBe("HS256");
      expect(key.symmetricKeySize).toBe(32);
    }
  });

  it("makes the same keys in every process and every version, or everybody is signed out", () => {
    expect(rings.map((name) => shared[name].signing.kid)).toEqual([
      "kcdvkk9JuPLi",
      "lJYmDIE7bDX9",
      "tC583JTYNNh2",
    ]);
    expect(shared.mac("codes", "a", "b").toString("hex")).toBe(
      "6ade2f3a33868fa7946aa7d8d21483730375b8fade17b1e5e723d66c41361d46",
    );
  });

  it("tells nothing of a key by its id", () => {
    for (const name of rings) {
      const { kid } = shared[name].signing;
      expect(kid).toMatch(/^[\w-]{12}$/);
      expect(material(shared[name].signing)).not.toContain(kid);
    }
  });

  it("publishes nothing of a shared secret", () => {
    expect(shared.published).toEqual({ keys: [] });
  });
});

describe("mac", () => {
  it("joins its parts so that no two lists of parts look alike", () => {
    const macs = [
      ["ab", "c"],
      ["a", "bc"],
      ["abc"],
      ["abc", ""],
      ["", "abc"],
      ["a,", "bc"],
      ["1:a,", "bc"],
      ["2:ab,1:c,"],
      ["ё"],
      ["\u0451\0"],
    ].map((parts) => shared.mac("codes", ...parts).toString("hex"));
    expect(new Set(macs).size).toBe(macs.length);
  });

  it("is 32 bytes long, and another for another secret", () => {
    const other = makeKeys([secrets.older], undefined);
    expect(shared.mac("limits", "x")).toHaveLength(32);
    expect(other.mac("limits", "x")).not.toEqual(shared.mac("limits", "x"));
  });
});

describe("a list of secrets", () => {
  const both = makeKeys([secrets.newest, secrets.older], undefined);
  const older = makeKeys([secrets.older], undefined);

  it("signs by the first and keeps all for checking", () => {
    for (const name of rings) {
      expect(both[name].signing.kid).toBe(shared[name].signing.kid);
      expect(idsOf(both[name])).toEqual([shared[name].signing.kid, older[name].signing.kid]);
    }
  });

  it("makes every HMAC by the first", () => {
    for (const purpose of macPurposes) {
      expect(both.mac(purpose, "x")).toEqual(shared.mac(purpose, "x"));
    }
  });
});

describe("a private key set", () => {
  const jwks = keyTypes.map(aPrivateJwk);
  const keys = makeKeys([secrets.newest], { keys: jwks });

  it("signs access tokens by its first key, and keeps the others and the secret's for checking", () => {
    expect(keys.access.signing.algorithm).toBe("EdDSA");
    expect([...keys.access.byId.values()].map(({ algorithm }) => algorithm)).toEqual([
      "EdDSA",
      "ES256",
      "HS256",
      "HS256",
    ]);
    expect(keys.access.byId.has(shared.access.signing.kid)).toBe(true);
  });

  it("has no part in refresh and reset tokens, which nobody else checks", () => {
    expect(idsOf(keys.refresh)).toEqual(idsOf(shared.refresh));
    expect(idsOf(keys.reset)).toEqual(idsOf(shared.reset));
  });

  it("names keys by their RFC 7638 thumbprint where they have no kid", async () => {
    const thumbprints = jwks.map((jwk) => calculateJwkThumbprint(jwk as JWK));
    expect(idsOf(keys.access).slice(0, 3)).toEqual(await Promise.all(thumbprints));
    // RFC 8037, appendix A.3
    const example = {
      kty: "OKP",
      crv: "Ed25519",
      d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    };
    const known = makeKeys([secrets.newest], { keys: [example] });
    expect(known.access.signing.kid).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  });

  it("takes the thumbprint of the key itself, whatever else its file says", async () => {
    const { x, d, crv, kty } = aPrivateJwk("OKP");
    const cluttered = { kty, crv, d, x, y: "AAAA", k: "AAAA", use: "sig", note: "prod" };
    const known = makeKeys([secrets.newest], { keys: [cluttered] });
    const expected = await calculateJwkThumbprint({ kty: "OKP", crv: "Ed25519", x: String(x) });
    expect(known.access.signing.kid).toBe(expected);
  });

  it("takes an empty kid, and one that is no text, for none", () => {
    const key = aPrivateJwk("OKP");
    const kidOf = (jwk: PrivateJwk): string =>
      makeKeys([secrets.newest], { keys: [jwk] }).access.signing.kid;
    for (const kid of ["", 7, null, ["a"]]) expect(kidOf({ ...key, kid })).toBe(kidOf(key));
  });

  it("keeps the kid of a key that has one", () => {
    const named = makeKeys([secrets.newest], { keys: [{ ...aPrivateJwk("EC"), kid: "2026-01" }] });
    expect(named.access.signing.kid).toBe("2026-01");
    expect(named.published.keys[0]?.["kid"]).toBe("2026-01");
  });

  it("publishes the public members of its asymmetric keys and not one other", () => {
    const [ed, ec] = jwks;
    expect(keys.published.keys).toEqual([
      {
        kty: "OKP",
        crv: "Ed25519",
        x: ed?.["x"],
        kid: idsOf(keys.access)[0],
        alg: "EdDSA",
        use: "sig",
      },
      {
        kty: "EC",
        crv: "P-256",
        x: ec?.["x"],
        y: ec?.["y"],
        kid: idsOf(keys.access)[1],
        alg: "ES256",
        use: "sig",
      },
    ]);
    const text = JSON.stringify(keys.published);
    for (const jwk of jwks) expect(text).not.toContain(String(jwk["d"] ?? jwk["k"]));
  });

  it("hands out verification keys that cannot sign", () => {
    const [ed, ec] = [...keys.access.byId.values()];
    expect(ed?.verify.type).toBe("public");
    expect(ec?.verify.type).toBe("public");
  });
});

describe("what is refused", () => {
  const build = (...jwks: readonly unknown[]) => {
    return () => makeKeys([secrets.newest], { keys: jwks as PrivateJwk[] });
  };
  const jwkOf = (pair: {
    privateKey: { export(options: { format: "jwk" }): object };
  }): PrivateJwk => ({
    ...pair.privateKey.export({ format: "jwk" }),
  });

  it("A-49: no secret at all", () => {
    expect(() => makeKeys([], undefined)).toThrow(/^secret is missing; make one with/);
    expect(() => makeKeys([], { keys: [aPrivateJwk("OKP")] })).toThrow(/^secret is missing/);
    expect(() => makeKeys([secrets.newest, ""], undefined)).toThrow(/^secret is missing/);
  });

  it.each([
    ["an RSA key", jwkOf(generateKeyPairSync("rsa", { modulusLength: 2048 }))],
    ["a P-384 key", jwkOf(generateKeyPairSync("ec", { namedCurve: "P-384" }))],
    ["a secp256k1 key", jwkOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }))],
    ["an X25519 key, which cannot sign", jwkOf(generateKeyPairSync("x25519"))],
    ["a key that says another algorithm", { ...aPrivateJwk("EC"), alg: "RS256" }],
    ["a shared key that says no algorithm", { kty: "oct", k: secrets.foreign, alg: "none" }],
    ["an unknown type", { kty: "FOO" }],
    ["an empty object", {}],
    ["null", null],
    ["a text", "-----BEGIN PRIVATE KEY-----"],
  ])("%s", (_, jwk) => {
    expect(build(aPrivateJwk("OKP"), jwk)).toThrow(
      new TypeError("keys.keys[1]: use an Ed25519 (EdDSA), P-256 (ES256) or oct (HS256) key"),
    );
  });

  it("a key that is public only, damaged, or made of two keys", () => {
    const [one, other] = [aPrivateJwk("EC"), aPrivateJwk("EC")];
    const { d: _, ...open } = aPrivateJwk("OKP");
    for (const jwk of [
      open,
      { ...one, d: undefined },
      { ...one, d: "AAAA" },
      { ...one, x: other["x"] },
      { ...one, x: other["x"], y: other["y"] },
      { ...aPrivateJwk("OKP"), d: 5 },
      { ...aPrivateJwk("OKP"), x: aPrivateJwk("OKP")["x"] },
    ]) {
      expect(build(jwk)).toThrow(new TypeError("keys.keys[0]: this is not a complete private key"));
    }
  });

  it("A-49: a shared key that is short or was not drawn at random", () => {
    expect(build({ kty: "oct", k: "c2VjcmV0" })).toThrow(
      /^keys\.keys\[0\]\.k has fewer than 32 bytes/,
    );
    expect(build({ kty: "oct", k: "a".repeat(64) })).toThrow(/^keys\.keys\[0\]\.k is not random/);
    expect(build({ kty: "oct" })).toThrow(/^keys\.keys\[0\]\.k is missing/);
  });

  it.each([[[]], [undefined], ["keys"], [{}]])("a set whose keys are %j", (list) => {
    const set = { keys: list as PrivateJwk[] };
    expect(() => makeKeys([secrets.newest], set)).toThrow(
      new TypeError("keys: give a JSON Web Key Set with at least one private key"),
    );
  });

  it("A-49: one key for two purposes, however it is spelled", () => {
    const twice = /^secret, keys: one key stands for two purposes; make a key of its own for each$/;
    const key = aPrivateJwk("OKP");
    expect(() => makeKeys([secrets.newest, secrets.newest], undefined)).toThrow(twice);
    expect(build({ kty: "oct", k: secrets.newest })).toThrow(twice);
    expect(build({ ...key, kid: "a" }, { ...key, kid: "b" })).toThrow(twice);
    // The last character of 43 holds four bits of the key and two that nobody reads.
    const respelled = `${secrets.newest.slice(0, -1)}p`;
    expect(Buffer.from(respelled, "base64url")).toEqual(Buffer.from(secrets.newest, "base64url"));
    expect(build({ kty: "oct", k: respelled })).toThrow(twice);
    expect(() => makeKeys([secrets.newest, respelled], undefined)).toThrow(twice);
    const { d } = key;
    expect(() => makeKeys([String(d)], { keys: [key] })).toThrow(twice);
  });

  it("two keys of one name", () => {
    expect(build({ ...aPrivateJwk("OKP"), kid: "a" }, { ...aPrivateJwk("EC"), kid: "a" })).toThrow(
      new TypeError("keys: two keys have the same kid; give each its own"),
    );
    expect(build({ ...aPrivateJwk("OKP"), kid: shared.access.signing.kid })).toThrow(
      new TypeError("keys: two keys have the same kid; give each its own"),
    );
  });

  it("and the key itself is never in the words of the refusal", () => {
    const jwk: PrivateJwk = { ...aPrivateJwk("EC"), x: "AAAA" };
    for (const attempt of [build(jwk), build({ kty: "oct", k: "canarycanary" })]) {
      expect(attempt).toThrow(/^(?!.*canary)/s);
      expect(attempt).not.toThrow(String(jwk["d"]));
    }
  });
});

describe("each algorithm", () => {
  it.each(["OKP", "EC"] as const)("makes a pair of an %s key that belongs together", (type) => {
    const { signing } = makeKeys([secrets.newest], { keys: [aPrivateJwk(type)] }).access;
    const hash = type === "EC" ? "sha256" : null;
    const signature = sign(hash, Buffer.from("x"), signing.sign);
    expect(verify(hash, Buffer.from("x"), signing.verify, signature)).toBe(true);
  });
});
