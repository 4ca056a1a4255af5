import { createPublicKey, createSecretKey } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  aPrivateJwk,
  aSession,
  accessClaims,
  decode,
  encode,
  forge,
  issuer,
  keyTypes,
  now,
  secrets,
  sessionId,
  signatureOf,
  signedBy,
  tokensOf,
  userId,
} from "../../test/forge.ts";
import { makeKeys, type Keys } from "./keys.ts";

const cases = keyTypes.map((type) => {
  const signed = signedBy(type);
  return [signed.key.algorithm, signed] as const;
});

const read = async (keys: Keys, token: string): Promise<unknown> =>
  (await tokensOf(keys).access.read(token, now))?.claims ?? null;

/** Those of some tokens that are read: none of a list that is worth its name. */
async function readable(keys: Keys, tokens: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(tokens.map((token) => read(keys, token)));
  return tokens.length === 0 ? ["no token"] : tokens.filter((_, index) => answers[index] !== null);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(cases)("a token signed by an %s key", (algorithm, { keys, key, header, good }) => {
  const [, payload = "", signature = ""] = good.split(".");
  const withHeader = (other: unknown): string => forge(key, other, accessClaims);

  it("is read, and signed as the library itself signs", async () => {
    await expect(read(keys, good)).resolves.toEqual(accessClaims);
    const { token } = await tokensOf(keys).access.issue(aSession(), "ada");
    expect(decode(token, 0)).toEqual(header);
    expect(Object.keys(decode(token, 0))).toEqual(["alg", "kid", "typ"]);
    await expect(read(keys, token)).resolves.toMatchObject({ sub: userId, sid: sessionId });
  });

  it("A-16: is refused without a signature, whatever it calls that", async () => {
    const algorithms = ["none", "None", "nOnE", "NONE", "", null, undefined, 0, ["none"], {}];
    await expect(
      readable(
        keys,
        algorithms.flatMap((alg) => {
          const signed = `${encode({ ...header, alg })}.${payload}`;
          return [`${signed}.`, `${signed}.${signature}`, signed];
        }),
      ),
    ).resolves.toEqual([]);
  });

  it("A-16: is refused when its header names another algorithm, truly signed or not", async () => {
    const others = [
      "HS256",
      "HS384",
      "HS512",
      "RS256",
      "PS256",
      "ES256",
      "ES384",
      "EdDSA",
      "Ed25519",
    ];
    await expect(
      readable(
        keys,
        others
          .filter((alg) => alg !== algorithm)
          .map((alg) => withHeader({ ...header, alg }))
          .concat(withHeader({ kid: header.kid, typ: header.typ })),
      ),
    ).resolves.toEqual([]);
  });

  it("A-17: is refused with a kid that is not in memory, and with none", async () => {
    const { kid: _, ...nameless } = header;
    const kids = [
      "unknown",
      "",
      "__proto__",
      "constructor",
      "../../dev/null",
      "/etc/passwd",
      "' OR 1=1--",
      "https://evil.example/jwks.json",
      `${header.kid} `,
      header.kid.toUpperCase(),
      "k".repeat(10_000),
      null,
      0,
      [header.kid],
      { toString: header.kid },
    ];
    await expect(
      readable(keys, [withHeader(nameless), ...kids.map((kid) => withHeader({ ...header, kid }))]),
    ).resolves.toEqual([]);
  });

  it("A-17: is refused when it brings a key or says where to find one, and nobody goes there", async () => {
    const fetched = vi.spyOn(globalThis, "fetch");
    const own = createPublicKey(
      makeKeys([secrets.newest], { keys: [aPrivateJwk("EC")] }).access.signing.sign,
    ).export({ format: "jwk" });
    const additions = [
      { jku: "https://evil.example/jwks.json" },
      { x5u: "https://evil.example/x5u" },
      { jwk: own },
      { x5c: ["MIIB"] },
      { x5t: "AAAA" },
      { zip: "DEF" },
      { cty: "JWT" },
      { iss: issuer },
    ];
    await expect(
      readable(
        keys,
        additions.map((addition) => withHeader({ ...header, ...addition })),
      ),
    ).resolves.toEqual([]);
    expect(fetched).not.toHaveBeenCalled();
  });

  it("A-18: is refused with critical extensions and unencoded payloads", async () => {
    const additions = [
      { crit: ["exp"], exp: 1 },
      { crit: ["x-unknown"], "x-unknown": true },
      { crit: [] },
      { crit: "b64" },
      { b64: false },
      { b64: true },
      { b64: false, crit: ["b64"] },
      { b64: true, crit: ["b64"] },
    ];
    await expect(
      readable(
        keys,
        additions.map((addition) => withHeader({ ...header, ...addition })),
      ),
    ).resolves.toEqual([]);
  });

  it("A-18: is refused in every other serialisation", async () => {
    const [first = ""] = good.split(".");
    const flattened = { protected: first, payload, signature };
    await expect(
      readable(keys, [
        JSON.stringify(flattened),
        JSON.stringify({ payload, signatures: [{ protected: first, signature }] }),
        `${first}..iv.${payload}.${signature}`,
        `${good}.${signature}`,
        `${first}.${payload}`,
        `Bearer ${good}`,
        good.replaceAll(".", ","),
      ]),
    ).resolves.toEqual([]);
  });

  it("A-18: is refused with another token inside", async () => {
    await expect(
      readable(keys, [
        forge(key, header, good),
        forge(key, header, Buffer.from(good)),
        forge(key, { ...header, cty: "JWT" }, Buffer.from(good)),
      ]),
    ).resolves.toEqual([]);
  });

  it("A-19: is refused with any typ but its own, exactly spelled", async () => {
    const types = [
      "JWT",
      "jwt",
      "AT+JWT",
      "application/at+jwt",
      "rt+jwt",
      "reset+jwt",
      "",
      null,
      1,
    ];
    const { typ: _, ...untyped } = header;
    await expect(
      readable(keys, [withHeader(untyped), ...types.map((typ) => withHeader({ ...header, typ }))]),
    ).resolves.toEqual([]);
  });

  it("is refused when a header or a payload was changed after it was signed", async () => {
    const admin = encode({ ...accessClaims, tag: "admin" });
    const [first = ""] = good.split(".");
    await expect(
      readable(keys, [
        `${first}.${admin}.${signature}`,
        `${encode({ ...header, typ: "rt+jwt" })}.${payload}.${signature}`,
        `${first}.${payload}.${encode(Buffer.alloc(64))}`,
        `${first}.${payload}.${encode(Buffer.alloc(0))}`,
        `${first}.${payload}.${encode(Buffer.alloc(1000, 1))}`,
      ]),
    ).resolves.toEqual([]);
  });

  it("is refused when its payload is no object of JSON in UTF-8, though truly signed", async () => {
    const payloads = [
      Buffer.alloc(0),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('{"iss":"\xff"}', "latin1"),
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(accessClaims))]),
      Buffer.from("{"),
      Buffer.from("undefined"),
      Buffer.from("[".repeat(5000)),
      null,
      [],
      [accessClaims],
      "text",
      1,
      true,
      {},
    ];
    await expect(
      readable(
        keys,
        payloads.map((odd) => forge(key, header, odd)),
      ),
    ).resolves.toEqual([]);
  });

  it("A-15: is read up to 8 KiB and no further", async () => {
    const noted = Array.from({ length: 16 }, (_, more) =>
      forge(key, header, { ...accessClaims, note: "n".repeat(5660 + more) }),
    ).concat(forge(key, header, { ...accessClaims, note: "n".repeat(5500) }));
    const fitting = noted.filter((token) => token.length <= 8192);
    await expect(readable(keys, noted)).resolves.toEqual(fitting);
  });

  it("A-15: is refused beyond 8 KiB before anything of it is parsed", async () => {
    const padded = { ...accessClaims, note: "n".repeat(6000) };
    const long = forge(key, header, padded);
    expect(long.length).toBeGreaterThan(8192);
    const parse = vi.spyOn(JSON, "parse");
    await expect(
      readable(keys, [long, `${"a".repeat(1_000_000)}.b.c`, ".".repeat(1_000_000)]),
    ).resolves.toEqual([]);
    expect(parse).not.toHaveBeenCalled();
  });
});

describe("keys of several algorithms in one ring", () => {
  const [ed, ec, oct] = keyTypes.map(aPrivateJwk);
  const keys = makeKeys([secrets.newest], {
    keys: [ed, ec, oct].filter((key) => key !== undefined),
  });

  it("A-16: refuses a token signed by HMAC with the text of a public key", async () => {
    const tokens = [...keys.access.byId.values()]
      .filter((key) => key.algorithm !== "HS256")
      .flatMap((key) => {
        const pems = [
          key.verify.export({ format: "pem", type: "spki" }),
          String(key.verify.export({ format: "pem", type: "spki" })).trim(),
          JSON.stringify(key.verify.export({ format: "jwk" })),
          key.verify.export({ format: "jwk" }).x ?? "",
        ];
        return pems.flatMap((pem) =>
          ["HS256", key.algorithm].map((alg) => {
            const text = `${encode({ alg, kid: key.kid, typ: "at+jwt" })}.${encode(accessClaims)}`;
            return `${text}.${encode(signatureOf("HS256", String(pem), text))}`;
          }),
        );
      });
    await expect(readable(keys, tokens)).resolves.toEqual([]);
  });

  it("refuses a true signature under the kid of another key of the ring", async () => {
    const all = [...keys.access.byId.values()];
    const tokens = all.flatMap((key) =>
      all
        .filter((other) => other !== key)
        .flatMap((other) =>
          [key.algorithm, other.algorithm].map((alg) =>
            forge(key, { alg, kid: other.kid, typ: "at+jwt" }, accessClaims),
          ),
        ),
    );
    await expect(readable(keys, tokens)).resolves.toEqual([]);
  });

  it("reads what any of its keys signed", async () => {
    for (const key of keys.access.byId.values()) {
      const header = { alg: key.algorithm, kid: key.kid, typ: "at+jwt" };
      await expect(read(keys, forge(key, header, accessClaims))).resolves.toEqual(accessClaims);
    }
  });
});

it("a key that cannot verify is our own fault, and no verdict on the token", async () => {
  const { keys, key, good } = signedBy("OKP");
  const unusable = { ...key, verify: createSecretKey(Buffer.alloc(32)) };
  const access = { ...keys.access, byId: new Map([[key.kid, unusable]]) };
  await expect(read({ ...keys, access }, good)).rejects.toThrow(TypeError);
});
