import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAuth, type Auth } from "@latchkey/core";
import { memoryMailer } from "@latchkey/core/memory";
import type { Stores } from "@latchkey/core/ports";
import { guardPool, migrate, postgresStores } from "@latchkey/store-postgres";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { foreignHashes } from "../src/foreign-hashes.ts";
import { cheapArgon2 } from "./core-hasher.ts";
import { exportQuery, oldSystems, type Person } from "./old-systems.ts";

const command = fileURLToPath(new URL("../src/latchkey-import.ts", import.meta.url));
const home = { ip: "192.0.2.1" };

let folder: string;
let url: string;
let pool: Pool;
let stores: Stores;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-import-"));
  url = await newDatabase();
  pool = guardPool(new Pool({ connectionString: url, max: 5 }));
  await migrate(pool);
  stores = postgresStores(pool);
});
afterAll(async () => {
  await pool.end();
  await rm(folder, { recursive: true });
});

interface Run {
  readonly code: number;
  readonly out: readonly Readonly<Record<string, unknown>>[];
  readonly told: string;
}

function run(args: readonly string[], address = url): Promise<Run> {
  const flags = ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"];
  const env = { ...process.env, POSTGRES_URL: address };
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, command, ...args], { env }, (error, stdout, stderr) => {
      const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
      const out = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, told: stderr });
    });
  });
}

function authWith(inUse: Readonly<Record<string, number>>, bcryptPepper = ""): Auth {
  return createAuth({
    publicUrl: "https://id.example.org",
    secret: randomBytes(32).toString("base64url"),
    stores,
    mailer: memoryMailer(),
    limits: "off",
    passwords: { ...cheapArgon2, extend: foreignHashes({ inUse, bcryptPepper }) },
  });
}

const storedOf = async ({ email }: Person): Promise<string | null | undefined> =>
  (await stores.accounts.users.findByEmail(email))?.passwordHash;

describe.each(oldSystems)("people of $name", ({ name, arguments: extra, pepper, make }) => {
  let people: readonly Person[];
  let file: string;

  beforeAll(async () => {
    const old = new Pool({ connectionString: await newDatabase(), max: 1 });
    try {
      people = await make(old);
      const { rows } = await old.query<{ row_to_json: object }>(exportQuery(name));
      file = join(folder, `${name}.jsonl`);
      await writeFile(file, rows.map((row) => `${JSON.stringify(row.row_to_json)}\n`).join(""));
    } finally {
      await old.end();
    }
  });

  it("are imported by the query of the page, once they are to be written", async () => {
    const dry = await run([file, "--from", name, ...extra]);
    expect(dry.told).toContain("nothing was written: --write does it");
    for (const person of people) expect(await storedOf(person)).toBeUndefined();

    const { code, out, told } = await run([file, "--from", name, "--write", ...extra]);
    expect(told).toContain(
      `${people.length} imported (0 without a password), 0 present, 0 refused`,
    );
    expect(code).toBe(0);
    expect(out).toEqual(dry.out);
    expect(out.map(({ line }) => line)).toEqual(people.map((_, n) => n + 1));
  });

  it("sign in with the old password, which is hashed anew, and no other", async () => {
    const { out } = await run(["count"]);
    const auth = authWith(out[0] as Record<string, number>, pepper);
    for (const person of people) {
      const { email: tag, password } = person;
      const before = await storedOf(person);
      const wrong = auth.login({ tag, password: `${password}!` }, home);
      await expect(wrong).rejects.toMatchObject({ code: "invalid_credentials" });
      expect(await storedOf(person)).toBe(before);

      await auth.login({ tag, password }, home);
      const after = await storedOf(person);
      expect(after).toMatch(/^\$argon2id\$v=19\$m=12288,t=3,p=1\$/);
      await expect(auth.login({ tag, password }, home)).resolves.toHaveProperty("accessToken");
      expect(await storedOf(person)).toBe(after);
    }
  });

  it("are not changed by a second import, though their hashes are others now", async () => {
    const before = await pool.query("SELECT * FROM latchkey.users ORDER BY id");
    const { code, out } = await run([file, "--from", name, "--write", ...extra]);
    expect(code).toBe(0);
    expect(out.map(({ outcome }) => outcome)).toEqual(people.map(() => "present"));
    const after = await pool.query("SELECT * FROM latchkey.users ORDER BY id");
    expect(after.rows).toEqual(before.rows);
  });
});

describe("latchkey-import", () => {
  const importing = async (rows: readonly (object | string)[], ...args: readonly string[]) => {
    const file = join(folder, "rows.jsonl");
    const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    await writeFile(file, lines.join("\n"));
    return run([file, "--from", "rows", ...args]);
  };
  const hash = "$2b$06$KfIRmpqBx9Z8XYPT1QeMv.9RB2M3KQAcFZvBM.COZun5KH0OyhKnG";

  it("tells of every line what became of it, whatever stands there", async () => {
    const rows = [
      { id: 1, email: "one@example.com", verified: true, hash, tag: "One" },
      "",
      "{",
      "[]",
      { id: 2, verified: true },
      { id: 3, email: "three@example.com", verified: true, hash, tag: "o n e" },
      { id: 4, email: "ONE@example.com", verified: true, hash },
      { id: 5, email: "five@example.com", verified: true, hash, tag: "one" },
      { id: 1, email: "six@example.com", verified: true, hash },
      { id: 7, email: "seven@example.com", hash },
      { id: 8, email: "eight@example.com", verified: null, hash },
      {
        id: 9,
        email: "nine@example.com",
        verified: true,
        hash: "5f4dcc3b5aa765d61d8327deb882cf99",
      },
      { id: 10, email: "ten@example.com", verified: true, hash: hash.replace("$06$", "$17$") },
      { id: 2 ** 60, email: "eleven@example.com", verified: true, hash },
      { id: 12, email: "twelve@example.com", verified: "perhaps", hash },
      { id: 13, email: "thirteen@example.com", verified: true, hash, createdAt: "yesterday" },
      { id: 14, email: "fourteen@example.com", verified: "2020-01-01 10:00:00+02", hash: "!gone" },
    ];
    const written = await importing(rows, "--write");
    expect(written.code).toBe(1);
    expect(written.out.map(({ line, outcome, reason }) => [line, outcome, reason])).toEqual([
      [1, "imported", undefined],
      [3, "refused", "no JSON"],
      [4, "refused", "no object of columns"],
      [5, "refused", "email: required"],
      [6, "refused", "tag: not_a_tag"],
      [7, "refused", "email: the same as in line 1"],
      [8, "refused", "tag: the same as in line 1"],
      [9, "refused", "id: the same as in line 1"],
      [10, "refused", "email: not verified"],
      [11, "refused", "email: not verified"],
      [12, "refused", "hash: of no known form"],
      [13, "refused", "hash: bcrypt: cost 17, 15 is the most"],
      [14, "refused", "id: no whole number that JSON can hold: export it as text"],
      [15, "refused", "verified: neither true nor false"],
      [16, "refused", "createdAt: no time"],
      [17, "imported", undefined],
    ]);
    expect(written.out.map(({ password }) => password).filter((one) => one !== undefined)).toEqual([
      ...[true, false],
    ]);
  });

  it("lets in without a password whom it is told to, and makes tags where it may", async () => {
    const rows = [
      { id: 21, email: "unproven@example.com", verified: false, hash, tag: "unproven" },
      {
        id: 22,
        email: "md5@example.com",
        verified: true,
        hash: "5f4dcc3b5aa765d61d8327deb882cf99",
      },
      {
        id: 23,
        email: "space@example.com",
        verified: true,
        hash,
        tag: "no tag",
        name: "Ada Byron King",
      },
      { id: 24, email: "taken@example.com", verified: true, hash, tag: "unproven2" },
      { id: 25, email: "again@example.com", verified: true, hash, tag: "unproven" },
    ];
    const flags = ["--without-password", "unverified,unreadable", "--make-tags", "--write"];
    await importing(
      [{ id: 20, email: "owner@example.com", verified: true, tag: "unproven2" }],
      "--write",
    );
    const { out } = await importing(rows, ...flags);
    expect(out.slice(0, 4).map(({ outcome, password }) => [outcome, password])).toEqual([
      ...[
        ["imported", false],
        ["imported", false],
        ["imported", true],
        ["imported", true],
      ],
    ]);
    expect(out[2]?.["tag"]).toMatch(/^ada_byronking-[a-z0-9]{6}$/);
    expect(out[3]?.["tag"]).toMatch(/^user-[a-z0-9]{6}$/);
    expect(out[4]).toMatchObject({ outcome: "refused", reason: "tag: the same as in line 1" });
    const unproven = await stores.accounts.users.findByEmail("unproven@example.com");
    expect(unproven).toMatchObject({ passwordHash: null, tag: "unproven" });
  });

  it("keeps times, names and standing, and tells whom Latchkey's own users stand in the way of", async () => {
    const row = {
      ...{ id: "8f14E45f-ceea-467f-a8d5-3b3e8f9d0c11", email: "kept@example.com", verified: 1 },
      ...{ firstName: "Кира", lastName: "Ким", locale: "ru", active: 0, hash, tag: "kept" },
      ...{ createdAt: "2018-01-02T03:04:05.678+03:00", lastLoginAt: 1_600_000_000 },
    };
    await importing([row], "--write");
    expect(await stores.accounts.users.findById(row.id.toLowerCase())).toMatchObject({
      ...{ firstName: "Кира", lastName: "Ким", locale: "ru", disabled: true, epoch: 1 },
      createdAt: new Date("2018-01-02T00:04:05.678Z"),
      lastLoginAt: new Date("2020-09-13T12:26:40.000Z"),
    });
    const late = [
      { id: 31, email: "kept@example.com", verified: true },
      { id: 32, email: "new@example.com", verified: true, tag: "kept" },
    ];
    for (const args of [[], ["--write"]]) {
      const { out } = await importing(late, ...args);
      expect(out.map(({ reason }) => reason)).toEqual(["email: taken", "tag: taken"]);
    }
  });

  it("says what is wrong with how it was called, and ends with 2", async () => {
    const file = join(folder, "rows.jsonl");
    await writeFile(file, '{"email":"one@example.com","verified":true}');
    const calls: readonly (readonly [readonly string[], string])[] = [
      [[], "latchkey-import <file of JSON lines"],
      [[file], "--from: one of django, devise, spring, better-auth, rows, not "],
      [[file, "--from", "rails"], "not rails"],
      [[file, "--from", "rows", "--map", "mail=x"], "--map: mail=x: field=column"],
      [[file, "--from", "rows", "--without-password", "all"], "unverified, unreadable or both"],
      [[file, "--from", "rows", "--locale", "de"], "--locale: en or ru"],
      [[join(folder, "none.jsonl"), "--from", "rows"], "no such file"],
      [[file, "--from", "rows", "--schema", "none"], "are missing: run `latchkey-migrate up`"],
    ];
    await Promise.all(
      calls.map(async ([args, says]) => {
        const { code, told } = await run(args);
        expect([code, told]).toEqual([2, expect.stringContaining(says)]);
      }),
    );
    const { code, told } = await run(["count"], "postgres://127.0.0.1:1/none");
    expect([code, told]).toEqual([2, expect.stringContaining("cannot be reached")]);
  });
});
