import assert from "node:assert/strict";

/** How often each outcome was answered. */
export function tally(answers: readonly { readonly outcome: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of answers) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** How many answers were true. */
export function trues(answers: readonly boolean[]): number {
  return answers.filter(Boolean).length;
}

/** The answers of one outcome, as that outcome's type. */
export function answersOf<
  Answer extends { readonly outcome: string },
  Outcome extends Answer["outcome"],
>(
  answers: readonly Answer[],
  outcome: Outcome,
): readonly Extract<Answer, { readonly outcome: Outcome }>[] {
  return answers.filter(
    (answer): answer is Extract<Answer, { readonly outcome: Outcome }> =>
      answer.outcome === outcome,
  );
}

/** The answer, which has to be of one outcome. */
export function expectOutcome<
  Answer extends { readonly outcome: string },
  Outcome extends Answer["outcome"],
>(answer: Answer, outcome: Outcome): Extract<Answer, { readonly outcome: Outcome }> {
  const [expected] = answersOf([answer], outcome);
  assert.ok(expected !== undefined, `expected ${outcome}, but the answer was ${answer.outcome}`);
  return expected;
}

/** The one element of a list. */
export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  assert.ok(
    item !== undefined && items.length === 1,
    `expected one, but there are ${items.length}`,
  );
  return item;
}

/** The element at an index that is known to exist. */
export function nth<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  assert.ok(item !== undefined, `nothing at ${index}`);
  return item;
}
