import { describe, expect, it } from "vitest";
import { foreignHashes } from "../src/foreign-hashes.ts";
import { givenByCore } from "./core-hasher.ts";
import { vectors, type Vector } from "./vectors/read-vectors.ts";

const { own, pool } = givenByCore({ concurrency: 2, queue: 1000 });

function hasherFor({ form, pepper }: Vector) {
  const added = pepper ?? "";
  const secrets = form.startsWith("devise")
    ? { bcryptPepper: added }
    : { springPbkdf2Secret: added };
  return foreignHashes({ inUse: { own: 1 }, ...secrets })(own, pool);
}

const forms = [...new Set(vectors.map(({ form }) => form))];

describe.each(forms)("hashes made by %s", (name) => {
  const made = vectors.filter(({ form }) => form === name);

  it("know their passwords, short, in Cyrillic and long", async () => {
    for (const vector of made) {
      const matches = hasherFor(vector).verify(vector.stored, vector.password.normalize("NFC"));
      await expect(matches).resolves.toBe(true);
    }
  });

  it("refuse another password, and are to be replaced", async () => {
    const [vector] = made;
    if (vector === undefined) throw new TypeError("no vector");
    const hasher = hasherFor(vector);
    await expect(hasher.verify(vector.stored, `${vector.password}!`)).resolves.toBe(false);
    expect(hasher.needsRehash(vector.stored)).toBe(true);
  });
});

it("what is added to passwords counts: without it, or with another one, none matches", async () => {
  const peppered = vectors.filter(({ pepper, password }) => pepper && password.length < 50);
  expect(peppered.length).toBeGreaterThan(6);
  for (const vector of peppered) {
    for (const pepper of ["", "another"]) {
      const matches = hasherFor({ ...vector, pepper }).verify(vector.stored, vector.password);
      await expect(matches).resolves.toBe(false);
    }
  }
});
