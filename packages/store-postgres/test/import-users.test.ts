import { randomUUID } from "node:crypto";
import type { Registration } from "@latchkey/core/ports";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importUsers, type NewUser } from "../src/import-users.ts";
import { storedHashes } from "../src/stored-hashes.ts";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.end());

const then = new Date("2020-02-03T04:05:06.789Z");

function aUser(tag: string, changes: Partial<NewUser> = {}): NewUser {
  return {
    ...{ id: randomUUID(), tag, email: `${tag}@example.com`, firstName: "Ada", lastName: "" },
    ...{ passwordHash: `hash of ${tag}`, locale: "ru", disabled: false },
    ...{ createdAt: then, confirmedAt: then, lastLoginAt: null },
    ...changes,
  };
}

it("adds whole users, who are there like any other", async () => {
  const pool = database.pool();
  const ada = aUser("ada", { lastLoginAt: new Date("2024-01-01T00:00:00.000Z") });
  const bob = aUser("bob", { passwordHash: null, disabled: true });
  expect(await importUsers(pool, [ada, bob])).toEqual(["imported", "imported"]);
  const { users } = postgresStores(pool).accounts;
  expect(await users.findById(ada.id)).toEqual({ ...ada, epoch: 1 });
  expect(await users.findByEmail(bob.email)).toEqual({ ...bob, epoch: 1 });
});

it("changes nothing when it is sent again, whatever was changed on either side", async () => {
  const pool = database.pool();
  const { users } = postgresStores(pool).accounts;
  const eve = aUser("eve");
  await importUsers(pool, [eve]);
  await users.rehash(eve.id, "hash of eve", "a new hash");
  const changed = { ...eve, email: "other@example.com", passwordHash: "another", disabled: true };
  expect(await importUsers(pool, [changed])).toEqual(["present"]);
  expect(await users.findById(eve.id)).toEqual({ ...eve, passwordHash: "a new hash", epoch: 1 });
});

it("tells whose email or tag is taken, and adds the others of the same call", async () => {
  const pool = database.pool();
  await importUsers(pool, [aUser("owner")]);
  const users = [
    aUser("before"),
    aUser("other", { email: "owner@example.com" }),
    aUser("owner", { email: "else@example.com" }),
    aUser("twice"),
    aUser("twice", { email: "again@example.com" }),
    aUser("behind"),
  ];
  const outcomes = ["imported", "email_taken", "tag_taken", "imported", "tag_taken", "imported"];
  expect(await importUsers(pool, users)).toEqual(outcomes);
  const again = outcomes.map((outcome) => (outcome === "imported" ? "present" : outcome));
  expect(await importUsers(pool, users)).toEqual(again);
});

it("answers the same for a dry run, and writes nothing", async () => {
  const pool = database.pool();
  await importUsers(pool, [aUser("there")]);
  const fresh = aUser("fresh");
  const users = [
    fresh,
    aUser("one", { email: "there@example.com" }),
    aUser("there", { email: "x@y.example" }),
  ];
  const outcomes = ["imported", "email_taken", "tag_taken"];
  expect(await importUsers(pool, users, { dryRun: true })).toEqual(outcomes);
  expect(await postgresStores(pool).accounts.users.findById(fresh.id)).toBeNull();
  expect(await importUsers(pool, users)).toEqual(outcomes);
});

it("lets imports run side by side: each user is imported once", async () => {
  const users = Array.from({ length: 60 }, (_, n) => aUser(`side-${n}`));
  const runs = await Promise.all(
    [users, users.toReversed(), users].map((order) =>
      importUsers(database.pool(2), order).then((outcomes) =>
        outcomes.filter((outcome) => outcome === "imported"),
      ),
    ),
  );
  expect(runs.flat()).toHaveLength(60);
});

it("keeps a claim to the same email from becoming a second user", async () => {
  const pool = database.pool();
  const { users } = postgresStores(pool).accounts;
  const claim: Registration = {
    ...{ id: randomUUID(), email: "claimed@example.com", tag: "claimed", firstName: "C" },
    ...{ lastName: "D", passwordHash: "hash", locale: "en", createdAt: then },
    expiresAt: new Date(then.getTime() + 3_600_000),
  };
  await users.addRegistration(claim, [], then);
  expect(await importUsers(pool, [aUser("claimed")])).toEqual(["imported"]);
  const attempt = { id: claim.id, attemptId: randomUUID(), withoutPassword: false, jobs: [] };
  const confirmed = await users.confirmRegistration(attempt, then);
  expect(confirmed).toEqual({ outcome: "email_taken" });
});

it("reads every stored hash once, however many there are", async () => {
  const own = await testDatabase("counted");
  try {
    const pool = own.pool();
    const users = Array.from({ length: 4100 }, (_, n) =>
      aUser(`user-${n}`, n % 10 === 0 ? { passwordHash: null } : {}),
    );
    await importUsers(pool, users, { schema: "counted" });
    const read: string[] = [];
    for await (const page of storedHashes(pool, { schema: "counted" })) read.push(...page);
    const stored = users.flatMap(({ passwordHash }) => passwordHash ?? []);
    expect(read.toSorted()).toEqual(stored.toSorted());
  } finally {
    await own.end();
  }
});

it("fails as every store does where the tables are missing", async () => {
  await expect(
    importUsers(database.pool(), [aUser("nobody")], { schema: "none" }),
  ).rejects.toMatchObject({
    code: "store_unavailable",
  });
});
