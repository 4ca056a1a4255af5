/** Several measurements of one thing: the one in the middle, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const [least = Number.NaN] = sorted;
  return {
    ...{ least, most: sorted.at(-1) ?? Number.NaN },
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
  };
}

/** Three figures, but no fraction from a hundred up. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "—";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** The middle, and the least and the most in brackets. */
export function shown({ median, least, most }: Spread): string {
  return `${short(median)} (${short(least)}–${short(most)})`;
}

export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
