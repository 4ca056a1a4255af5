import { randomBytes } from "node:crypto";
import type { PasswordHasher, WorkPool } from "@latchkey/core/ports";
import { describe, expect, it } from "vitest";
import { givenByCore } from "../test/core-hasher.ts";
import { vectors } from "../test/vectors/read-vectors.ts";
import { foreignHashes, type ForeignHashesOptions } from "./foreign-hashes.ts";

const password = "river stones 1843";
const found = (form: string): string => {
  const vector = vectors.find((one) => one.form === form && one.password === password);
  if (vector === undefined) throw new TypeError(`no vector of ${form}`);
  return vector.stored;
};

/** A hasher, and what it asked of core's own and of the pool. */
function counting(options: Partial<ForeignHashesOptions> = {}, bounds = {}) {
  const { own, pool } = givenByCore({ concurrency: 2, queue: 100, ...bounds });
  const calls: string[] = [];
  const reasons: string[] = [];
  const countedOwn: PasswordHasher = {
    ...own,
    verify(stored, typed) {
      calls.push(stored === "" ? "own nothing" : "own verify");
      return own.verify(stored, typed);
    },
  };
  const countedPool: WorkPool = {
    run(job) {
      calls.push("pool");
      return pool.run(job);
    },
  };
  const onUnreadable = (reason: string): number => reasons.push(reason);
  const extension = foreignHashes({ inUse: { own: 1 }, onUnreadable, ...options });
  return { hasher: extension(countedOwn, countedPool), own, calls, reasons };
}

describe("a hash of core's own", () => {
  it("is verified by core, and is not replaced", async () => {
    const { hasher, calls } = counting();
    const stored = await hasher.hash(password);
    await expect(hasher.verify(stored, password)).resolves.toBe(true);
    await expect(hasher.verify(stored, "another")).resolves.toBe(false);
    expect(hasher.needsRehash(stored)).toBe(false);
    expect(calls).toEqual(["own verify", "own verify"]);
  });

  it("of yesterday's parameters is verified and replaced", async () => {
    const { hasher } = counting();
    const stored = found("argon2");
    await expect(hasher.verify(stored, password)).resolves.toBe(true);
    expect(hasher.needsRehash(stored)).toBe(true);
  });
});

describe("a hash of another system", () => {
  it("costs one job of core's pool, whether or not the password is right", async () => {
    const { hasher, calls } = counting();
    for (const form of ["devise", "django pbkdf2_sha1", "spring scrypt", "better-auth"]) {
      for (const typed of [password, "another"]) {
        calls.length = 0;
        await expect(hasher.verify(found(form), typed)).resolves.toBe(typed === password);
        expect(calls).toEqual(["pool"]);
      }
    }
  });

  it("waits where core's own hashes wait, and is refused as busy where they are", async () => {
    const { hasher, own } = counting({}, { concurrency: 1, queue: 1 });
    const stored = await own.hash(password);
    const tries = [stored, found("devise"), found("spring scrypt"), stored].map((one) =>
      hasher.verify(one, "another"),
    );
    const results = await Promise.allSettled(tries);
    expect(results.map(({ status }) => status)).toEqual([
      ...["fulfilled", "fulfilled", "rejected", "rejected"],
    ]);
    for (const result of results.slice(2)) {
      expect(result).toMatchObject({ reason: { code: "busy", retryAfterSeconds: 1 } });
    }
  });

  it("of bcrypt does not look behind byte 72, as its system did not", async () => {
    const { hasher } = counting();
    const long = vectors.find(({ form, password: { length } }) => form === "devise" && length > 72);
    const [stored = "", typed = ""] = [long?.stored, long?.password];
    await expect(hasher.verify(stored, `${typed.slice(0, 72)}something else`)).resolves.toBe(true);
    await expect(hasher.verify(stored, typed.slice(0, 71))).resolves.toBe(false);
  });

  it("of bcrypt is not matched by what stands before a NUL", async () => {
    const { hasher } = counting();
    await expect(hasher.verify(found("devise"), `${password}\0more`)).resolves.toBe(false);
  });

  it("of better-auth is compared in NFKC, and no other form is", async () => {
    const { hasher } = counting();
    const wide = vectors.find((one) => one.password.includes("①"));
    await expect(hasher.verify(wide?.stored ?? "", "five 1 full")).resolves.toBe(true);
    const wideDigits = password.replace("1", "１");
    await expect(hasher.verify(found("better-auth"), wideDigits)).resolves.toBe(true);
    await expect(hasher.verify(found("devise"), wideDigits)).resolves.toBe(false);
  });
});

describe("a stored text that cannot be used", () => {
  const salt = "c29tZXNhbHQ";
  const digest = Buffer.alloc(32, 7).toString("base64").replace(/=+$/, "");
  const hexKey = "ab".repeat(40);

  it.each([
    ["", "of no known form"],
    ["plain text", "of no known form"],
    ["!unusable in Django", "of no known form"],
    ["5f4dcc3b5aa765d61d8327deb882cf99", "of no known form"],
    ["md5$salt$5f4dcc3b5aa765d61d8327deb882cf99", "of no known form"],
    ["{noop}river stones 1843", "of no known form"],
    ["{SHA-256}{salt}5f4dcc3b5aa765d6", "of no known form"],
    ["$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO", "of no known form"],
    ["$2x$06$NYy4D9t9wv9HgZi8gBHGE.rBi5ZzEeRQ6Aa1zEc/CnKQkH0BizXmG", "of no known form"],
    ["$2b$06$NYy4D9t9wv9HgZi8gBHGE.rBi5ZzEeRQ6Aa1zEc/CnKQkH0BizXm", "of no known form"],
    ["$2b$03$NYy4D9t9wv9HgZi8gBHGE.rBi5ZzEeRQ6Aa1zEc/CnKQkH0BizXmG", "of no known form"],
    [`pbkdf2_sha256$0$salt$${digest}`, "of no known form"],
    [`pbkdf2_sha256$1e9$salt$${digest}`, "of no known form"],
    ["pbkdf2_sha256$1000$salt$AAAA", "of no known form"],
    [`scrypt$16383$salt$8$1$${digest}`, "of no known form"],
    [`$scrypt$ln=0,r=8,p=1$${salt}$${digest}`, "of no known form"],
    [`{pbkdf2@SpringSecurity_v5_8}${hexKey}`, "of no known form"],
    [`{pbkdf2_other}${hexKey}`, "of no known form"],
    [`$pbkdf2-sha256$i=1000,l=16$${salt}$${digest}`, "of no known form"],
    [`pbkdf2_sha256$1000$${"salt".repeat(40)}$${digest}`, "of no known form"],
    [`$argon2id$v=19$m=12288,t=3,p=1$AAAA$${digest}`, "damaged argon2"],
    [`$argon2id$v=19$t=100,m=4194304,p=1$${salt}$${digest}`, "damaged argon2"],
    [`$argon2id$v=19$m=8,t=3,p=2$${salt}$${digest}`, "damaged argon2"],
    [
      `$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`,
      "argon2: memory in MiB 4096, 256 is the most",
    ],
    [
      `argon2$argon2id$v=19$m=262144,t=5,p=1$${salt}$${digest}`,
      "argon2: memory in MiB times passes 1280, 768 is the most",
    ],
    [`$scrypt$ln=22,r=8,p=1$${salt}$${digest}`, "scrypt: memory in MiB 4096, 256 is the most"],
    [
      `{scrypt}$0e08ff$${salt}$${digest}`,
      "scrypt: memory in MiB times passes 4080, 768 is the most",
    ],
    [
      "$2b$31$NYy4D9t9wv9HgZi8gBHGE.rBi5ZzEeRQ6Aa1zEc/CnKQkH0BizXmG",
      "bcrypt: cost 31, 15 is the most",
    ],
    // Little to mix, but all that is to be mixed is held at once.
    [
      `$scrypt$ln=1,r=1,p=1000000000$${salt}$${digest}`,
      "scrypt: memory in MiB 122070, 256 is the most",
    ],
    [`pbkdf2_sha1$2000001$salt$${digest}`, "pbkdf2: iterations 4000002, 4000000 is the most"],
  ])("%s matches nothing, at the cost of one of core's own", async (stored, reason) => {
    const { hasher, calls, reasons } = counting();
    await expect(hasher.verify(stored, password)).resolves.toBe(false);
    expect(calls.filter((call) => call === "pool")).toEqual([]);
    expect(calls.at(-1)).toBe("own verify");
    expect(reasons).toEqual([reason]);
    expect(hasher.needsRehash(stored)).toBe(true);
  });

  it("is as unusable where the listener fails or there is none", async () => {
    const onUnreadable = (): never => {
      throw new Error("the log is full");
    };
    for (const listener of [onUnreadable, undefined]) {
      const { hasher } = counting({ onUnreadable: listener });
      await expect(hasher.verify("plain text", password)).resolves.toBe(false);
    }
  });

  it("never throws however a real one is damaged, and never matches when it is cut", async () => {
    const { hasher } = counting({
      heaviest: { memoryMiB: 20, bcryptCost: 6, pbkdf2Iterations: 40_000 },
    });
    const matched: string[] = [];
    // What is left of a digest that is cut by less is a digest too, of fewer bytes.
    const cut = 24;
    const cheap = ["devise", "passlib pbkdf2_sha256", "werkzeug pbkdf2", "argon2", "spring argon2"];
    for (const stored of cheap.map(found)) {
      for (let time = 0; time < 40; time += 1) {
        const [at = 0, how = 0, by = 0] = randomBytes(3);
        const index = at % stored.length;
        const other = String.fromCharCode(33 + (by % 94));
        const damaged =
          how % 2 === 0
            ? stored.slice(0, Math.min(index, stored.length - cut))
            : stored.slice(0, index) + other + stored.slice(index + 1);
        if (damaged.toLowerCase() === stored.toLowerCase()) continue;
        // A letter whose last bits stand for nothing, or that names the same work, changes nothing.
        const isCut = damaged.length < stored.length;
        if ((await hasher.verify(damaged, password)) && isCut) matched.push(damaged);
      }
    }
    expect(matched).toEqual([]);
  });

  it("of a hasher that is not core's own is left to that one", async () => {
    const { pool } = givenByCore();
    const own: PasswordHasher = {
      hash: async () => "ours:2",
      verify: async (stored, typed) => stored === `ours:1:${typed}`,
      needsRehash: (stored) => !stored.startsWith("ours:2"),
      dummy: () => "ours:1:nobody",
    };
    const hasher = foreignHashes({ inUse: { own: 1 } })(own, pool);
    await expect(hasher.verify("ours:1:river", "river")).resolves.toBe(true);
    await expect(hasher.verify("ours:1:river", "other")).resolves.toBe(false);
    await expect(hasher.verify(found("devise"), password)).resolves.toBe(true);
  });
});

describe("options", () => {
  it("may allow heavier hashes than usual, and refuse lighter ones", async () => {
    const { hasher } = counting({ heaviest: { bcryptCost: 5 } });
    await expect(hasher.verify(found("devise"), password)).resolves.toBe(false);
    const heavy = counting({ heaviest: { memoryMiB: 600, memoryPassesMiB: 8000 } });
    const stored = `$scrypt$ln=19,r=8,p=1$c29tZXNhbHQ$${"A".repeat(43)}`;
    await expect(heavy.hasher.verify(stored, password)).resolves.toBe(false);
    expect(heavy.calls).toEqual(["pool"]);
  });

  it.each([
    [{ inUse: {} }, /^inUse: say which kinds of hashes are stored/],
    [{ inUse: { own: 0 } }, /^inUse: say which kinds/],
    [{ inUse: { own: -1 } }, /^inUse: own: give the number of users, not -1/],
    [{ inUse: { bcrypt: 1 } }, /^inUse: bcrypt: no kind of hash/],
    [{ inUse: { $2y$12: 1 } }, /^inUse: \$2y\$12: no kind of hash/],
    [{ inUse: { $2b$20: 1 } }, /^inUse: \$2b\$20: bcrypt: cost 20, 15 is the most: raise/],
    [{ inUse: { own: 1 }, heaviest: { bcryptCost: 0 } }, /^heaviest\.bcryptCost: give a number/],
    [{ inUse: { own: 1 }, heaviest: { speed: 1 } }, /^heaviest\.speed: no such bound/],
  ])("that are wrong are refused: %o", (options, message) => {
    expect(() => foreignHashes(options as ForeignHashesOptions)).toThrow(TypeError);
    expect(() => foreignHashes(options as ForeignHashesOptions)).toThrow(message);
  });
});
