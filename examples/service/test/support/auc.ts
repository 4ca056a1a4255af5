/**
 * Two arms of a comparison, one time each a round. The area under the ROC curve is the chance that
 * a time of `one` is shorter than a time of `other`, ties counted half (Mann-Whitney): 0.5 where the
 * two cannot be told apart. Means and medians are not used: equal work gave ratios of 1.13.
 */
export function auc(one: readonly number[], other: readonly number[]): number {
  const sorted = other.toSorted((a, b) => a - b);
  let shorter = 0;
  for (const time of one) {
    shorter +=
      sorted.length - (countBelow(sorted, time, true) + countBelow(sorted, time, false)) / 2;
  }
  return shorter / (one.length * other.length);
}

/** How many of the sorted values are below a value, or not above it. */
function countBelow(sorted: readonly number[], value: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = sorted[middle] ?? Number.NaN;
    if (at < value || (orEqual && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const resamples = 400;

/** The interval that holds 99 % of what resampled rounds give. */
export function aucInterval(one: readonly number[], other: readonly number[]): Interval {
  const rounds = one.length;
  const values = Array.from({ length: resamples }, () => {
    const drawn = Array.from({ length: rounds }, () => Math.floor(Math.random() * rounds));
    const pick = (times: readonly number[]): readonly number[] =>
      drawn.map((round) => times[round] ?? Number.NaN);
    return auc(pick(one), pick(other));
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (resamples - 1))] ?? Number.NaN;
  return { low: at(0.005), high: at(0.995) };
}
