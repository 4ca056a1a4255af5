import { expect, it } from "vitest";
import type { ImportRules } from "./candidate.ts";
import { fieldMap } from "./fields.ts";
import { importLines, type Keep, type LineReport } from "./import-lines.ts";

const rules: ImportRules = {
  map: fieldMap("rows"),
  source: "rows",
  locale: "en",
  assumeVerified: true,
  withoutPassword: { unverified: false, unreadable: false },
  makeTags: false,
  now: new Date("2026-01-01T00:00:00Z"),
};

async function* linesOf(rows: readonly object[]): AsyncGenerator<string, void, void> {
  for (const row of rows) yield JSON.stringify(row);
}

async function reportsOf(rows: readonly object[], keep: Keep, given = rules) {
  const reports: LineReport[] = [];
  for await (const { report } of importLines(linesOf(rows), given, keep)) reports.push(report);
  return reports;
}

/** Keeps everybody whose tag is not one of these. */
function keeping(tags: ReadonlySet<string>, calls: string[][] = []): Keep {
  return async (users) => {
    calls.push(users.map(({ tag }) => tag));
    return users.map(({ tag }) => (tags.has(tag) ? "tag_taken" : "imported"));
  };
}

const people = Array.from({ length: 1234 }, (_, n) => ({ id: n, email: `p${n}@example.com` }));

it("keeps users in batches, and tells of each line in its order", async () => {
  const calls: string[][] = [];
  const rows = people.map((row, n) => (n % 7 === 0 ? {} : row));
  const reports = await reportsOf(rows, keeping(new Set(), calls));
  expect(reports.map(({ line }) => line)).toEqual(rows.map((_, n) => n + 1));
  expect(calls).toHaveLength(3);
  expect(calls.flat()).toHaveLength(1057);
});

it("makes another tag where the one it made is taken, the same ones in each run", async () => {
  const first = await reportsOf(people.slice(0, 3), keeping(new Set()));
  const taken = new Set([first[1]?.tag ?? ""]);
  const calls: string[][] = [];
  const again = await reportsOf(people.slice(0, 3), keeping(taken, calls));
  expect(again.map(({ outcome }) => outcome)).toEqual(["imported", "imported", "imported"]);
  expect(again[1]?.tag).not.toBe(first[1]?.tag);
  expect([again[0], again[2]]).toEqual([first[0], first[2]]);
  expect(calls.map(({ length }) => length)).toEqual([3, 1]);
  expect(await reportsOf(people.slice(0, 3), keeping(taken))).toEqual(again);
});

it("leaves a chosen tag alone, unless it may make tags", async () => {
  const row = { id: 1, email: "ada@example.com", tag: "ada", name: "Ada" };
  const taken = new Set(["ada"]);
  const [refused] = await reportsOf([row], keeping(taken));
  expect(refused).toMatchObject({ outcome: "refused", reason: "tag: taken" });
  const [made] = await reportsOf([row], keeping(taken), { ...rules, makeTags: true });
  expect(made).toMatchObject({
    outcome: "imported",
    tag: expect.stringMatching(/^ada-/) as string,
  });
});

it("gives up making tags where every one is taken", async () => {
  const [report] = await reportsOf(people.slice(0, 1), async (users) =>
    users.map(() => "tag_taken" as const),
  );
  expect(report).toMatchObject({ outcome: "refused", reason: "tag: taken" });
});

it("ids follow from the source, so that two systems may have the same ones", async () => {
  const idOf = async (row: object, source: string) =>
    (await reportsOf([row], keeping(new Set()), { ...rules, source }))[0]?.userId;
  const row = { id: 7, email: "ada@example.com" };
  expect(await idOf(row, "shop")).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(await idOf(row, "shop")).toBe(await idOf({ ...row, id: "7" }, "shop"));
  expect(await idOf(row, "forum")).not.toBe(await idOf(row, "shop"));
  // Without an id the address stands for it, however it is spelled.
  expect(await idOf({ email: "Ada@Example.com" }, "shop")).toBe(
    await idOf({ email: row.email }, "shop"),
  );
});

it("passes on what is no fault of a line", async () => {
  const broken: Keep = () => Promise.reject(new Error("the database is away"));
  await expect(reportsOf(people.slice(0, 1), broken)).rejects.toThrow("the database is away");
});
