import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accessClaims,
  encode,
  forge,
  keyTypes,
  now,
  signedBy,
  tokensOf,
} from "../../test/forge.ts";
import type { Keys } from "./keys.ts";

const cases = keyTypes.map((type) => {
  const signed = signedBy(type);
  return [signed.key.algorithm, signed] as const;
});

const read = async (keys: Keys, token: string): Promise<unknown> =>
  (await tokensOf(keys).access.read(token, now))?.claims ?? null;

describe.each(cases)("a token signed by an %s key", (algorithm, { keys, key, header, good }) => {
  const [, , signature = ""] = good.split(".");

  it("never says anything else in another spelling", async () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const body = good.slice(0, -signature.length);
    const spellings = [
      ...alphabet.split("").map((last) => `${good.slice(0, -1)}${last}`),
      ...["=", "==", "===", " ", "\n", "\t", "\0", "%00", "A", "AAAA"].flatMap((more) => [
        `${good}${more}`,
        `${more}${good}`,
        `${body}${signature.slice(0, 9)}${more}${signature.slice(9)}`,
        good.replace(".", `${more}.`),
      ]),
      `${body}${Buffer.from(signature, "base64url").toString("base64")}`,
    ];
    const answers = await Promise.all(spellings.map((spelling) => read(keys, spelling)));
    for (const answer of answers) expect([null, accessClaims]).toContainEqual(answer);
    // The one spelling that was issued is among them.
    expect(answers.filter((answer) => answer !== null).length).toBeGreaterThan(0);
  });

  it("never says anything else with one character changed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: good.length - 1 }),
        fc.string({ unit: "binary-ascii", maxLength: 2 }),
        async (at, put) => {
          const changed = `${good.slice(0, at)}${put}${good.slice(at + 1)}`;
          expect([null, accessClaims]).toContainEqual(await read(keys, changed));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("never makes a reader throw, whatever stands in its three parts", async () => {
    const part = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map(encode),
      fc.json().map((text) => encode(Buffer.from(text))),
      fc.uint8Array().map(encode),
      fc.constantFrom(
        ...good.split("."),
        encode({ ...header, alg: "none" }),
        encode({ alg: algorithm }),
      ),
    );
    const tokens = tokensOf(keys);
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const answers = await Promise.all([
          tokens.access.read(text, now),
          tokens.refresh.read(text, now),
          tokens.reset.read(text, now),
        ]);
        expect(answers.slice(1)).toEqual([null, null]);
        expect([null, accessClaims]).toContainEqual(answers[0]?.claims ?? null);
      }),
      { numRuns: 400 },
    );
  });

  it("never makes a reader throw, whatever claims are truly signed", async () => {
    const names = fc.constantFrom(...Object.keys(accessClaims));
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), names, async (value, claim, name) => {
        const odd = [value, { ...accessClaims, [name]: claim }, { ...accessClaims, extra: claim }];
        const answers = await Promise.all(
          odd.map((payloadOf) => tokensOf(keys).access.read(forge(key, header, payloadOf), now)),
        );
        expect(answers[2]?.claims).toEqual(accessClaims);
      }),
      { numRuns: 150 },
    );
  });
});
