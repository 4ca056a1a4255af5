import { eventTypes, type EventField } from "./event-types.ts";
import { markdownTable } from "./markdown-table.ts";

/** The catalogue of events: one table of what happens, one of what is said of it. */
export const events = {
  page: "docs/events.md",
  mark: "events",
  text(root: string): string {
    const all = eventTypes(root);
    const [first] = all;
    // What every event has is said once.
    const shared = (first?.fields ?? []).filter(({ name }) =>
      all.every(({ fields }) => fields.some((field) => field.name === name)),
    );
    const isShared = ({ name }: EventField): boolean => shared.some((each) => each.name === name);
    const eventRows = all.map(({ name, when, fields, durable }) => [
      ...[`\`${name}\``, when],
      fields
        .filter((field) => !isShared(field))
        .map((field) => `\`${field.name}\``)
        .join(", "),
      durable ? "yes" : "",
    ]);
    const everybody = `every event has ${shared.map(({ name }) => `\`${name}\``).join(" and ")}`;
    return [
      markdownTable(["event", "when", "fields", "also a job"], eventRows),
      `Besides these, ${everybody}.`,
      markdownTable(["field", "type", "only of", "meaning"], fieldRows(all)),
    ].join("\n\n");
  },
};

type Told = ReturnType<typeof eventTypes>;

/** A field of more events than these is not only theirs. */
const most = 2;

/** A row for each field; one that means something else elsewhere has another row there. */
function fieldRows(told: Told): readonly (readonly string[])[] {
  const rows = new Map<string, { readonly field: EventField; readonly of: string[] }>();
  for (const { name, fields } of told) {
    for (const field of fields) {
      const key = JSON.stringify(field);
      const row = rows.get(key) ?? { field, of: [] };
      row.of.push(name);
      rows.set(key, row);
    }
  }
  const all = [...rows.values()];
  const names = [...new Set(all.map(({ field }) => field.name))];
  return names.flatMap((name) => {
    const same = all.filter(({ field }) => field.name === name);
    const widest = Math.max(...same.map(({ of }) => of.length));
    return same.map(({ field, of }) => {
      const isTheRule = same.length === 1 || (of.length === widest && widest > most);
      const where = isTheRule ? "" : of.map((event) => `\`${event}\``).join(", ");
      return [`\`${name}\``, typeWords(field.type), where, field.meaning];
    });
  });
}

/** A union as a list of its words. */
function typeWords(type: string): string {
  const words = type.split("|").map((word) => word.trim().replaceAll('"', ""));
  return words
    .filter((word) => word !== "")
    .map((word) => (word === "null" ? "or null" : `\`${word}\``))
    .join(", ")
    .replace(", or null", " or null");
}
