import { describe, expect, it } from "vitest";
import { repository, withFiles } from "./fixture.ts";
import { eventTypes } from "./generated/event-types.ts";
import { events } from "./generated/events.ts";
import { markdownTable } from "./generated/markdown-table.ts";

const source = "packages/core/src/ports/event-sink.ts";

describe("the catalogue of events", () => {
  const text = `
    interface EventBase { /** Which. */ readonly id: string; }
    interface OfUser extends EventBase {
      /** Whom. */
      readonly userId: string;
    }
    export interface AuthEvents {
      /** A user is gone,
       * for good. */
      "user.gone": OfUser;
      /** Somebody failed. */
      failed: OfUser & EventBase & { /** Why. */ readonly reason: "a" | "b" | null };
      unsaid: EventBase;
    }
    export type DurableEventName =
  | "user.gone";
  `.replaceAll(/^ {4}/gm, "");

  it("has each event's docstring, its own fields and those of what it is made of", () => {
    const [gone, failed, unsaid] = withFiles({ [source]: text }, eventTypes);
    const id = { name: "id", type: "string", meaning: "Which." };
    const userId = { name: "userId", type: "string", meaning: "Whom." };
    const reason = { name: "reason", type: '"a" | "b" | null', meaning: "Why." };
    expect(gone).toEqual({
      ...{ name: "user.gone", when: "A user is gone, for good.", durable: true },
      fields: [id, userId],
    });
    expect(failed).toMatchObject({ durable: false, fields: [id, userId, reason] });
    expect(unsaid).toMatchObject({ when: "", fields: [id] });
  });

  it("says on the page what the source says", () => {
    const page = withFiles({ [source]: text }, (root) => events.text(root));
    expect(page).toMatch(/^\| `user.gone` \| A user is gone, for good. \| `userId` +\| yes/m);
    expect(page).toMatch(/^\| `reason` \| `a`, `b` or null \|/m);
    expect(page).toContain("every event has `id`.");
  });

  it("of this repository leaves no event and no field unexplained", () => {
    const unexplained = eventTypes(repository).flatMap(({ name, when, fields }) => [
      ...(when === "" ? [name] : []),
      ...fields.filter(({ meaning }) => meaning === "").map((field) => `${name}: ${field.name}`),
    ]);
    expect(unexplained).toEqual([]);
  });

  it("refuses what it cannot read", () => {
    const odd = text.replace("unsaid: EventBase", "unsaid: string[]");
    expect(() => withFiles({ [source]: odd }, eventTypes)).toThrow(/not TSArrayType/);
    const none = text.replace("DurableEventName", "SomeOther");
    expect(() => withFiles({ [source]: none }, eventTypes)).toThrow(/no type DurableEventName/);
  });
});

it("a table is padded as the formatter does, with its bars escaped", () => {
  expect(markdownTable(["a", "long"], [["x|y"]])).toBe(
    ["| a    | long |", "| ---- | ---- |", "| x\\|y |      |"].join("\n"),
  );
});
