/** A value that is not what its field needs: the row is refused with this reason. */
export class Unusable extends Error {}

type Row = Readonly<Record<string, unknown>>;

/** The column's text, undefined where it is missing, null or empty. */
export function textIn(row: Row, column: string | undefined): string | undefined {
  const value = column === undefined ? undefined : row[column];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  if (typeof value !== "number") return refuse(`${column}: no text`);
  if (Number.isSafeInteger(value)) return String(value);
  return refuse(`${column}: no whole number that JSON can hold: export it as text`);
}

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...([true, 1, "1", "t", "true", "y", "yes"] as const).map((value) => [value, true] as const),
  ...([false, 0, "0", "f", "false", "n", "no"] as const).map((value) => [value, false] as const),
]);

/** The column's truth, undefined where it is missing; null is false, and a time is true. */
export function truthIn(row: Row, column: string | undefined): boolean | undefined {
  const value = column === undefined ? undefined : row[column];
  if (column === undefined || value === undefined) return undefined;
  if (value === null || value === "") return false;
  const known = truths.get(typeof value === "string" ? value.toLowerCase() : value);
  if (known !== undefined) return known;
  return toTime(value) !== null || refuse(`${column}: neither true nor false`);
}

/** The column's time, undefined where it is missing or null. One without a zone is in UTC. */
export function timeIn(row: Row, column: string | undefined): Date | undefined {
  const value = column === undefined ? undefined : row[column];
  if (value === undefined || value === null || value === "") return undefined;
  return toTime(value) ?? refuse(`${column}: no time`);
}

const databasesTime =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

function toTime(value: unknown): Date | null {
  // Seconds until the year 5138, milliseconds from 1973.
  if (typeof value === "number") return valid(new Date(value < 1e11 ? value * 1000 : value));
  if (typeof value !== "string") return null;
  const [, day = "", hour = "00:00", zone = "Z"] = databasesTime.exec(value) ?? [];
  if (day === "") return null;
  const offset = zone.length === 3 ? `${zone}:00` : zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  return valid(new Date(`${day}T${hour}${offset.toUpperCase()}`));
}

function valid(time: Date): Date | null {
  return Number.isNaN(time.getTime()) ? null : time;
}

function refuse(reason: string): never {
  throw new Unusable(reason);
}
