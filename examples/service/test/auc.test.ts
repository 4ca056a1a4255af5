import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { auc, aucInterval } from "./support/auc.ts";

const noise = (count: number, shift = 0): readonly number[] =>
  Array.from({ length: count }, () => Math.random() + Math.random() + shift);

describe("the area under the curve", () => {
  it("is the share of pairs in which the first is shorter, ties counted half", () => {
    assert.equal(auc([1, 2, 3], [4, 5, 6]), 1);
    assert.equal(auc([4, 5, 6], [1, 2, 3]), 0);
    assert.equal(auc([1, 2, 3], [1, 2, 3]), 0.5);
    assert.equal(auc([1, 1], [1, 2]), 0.75);
    assert.equal(auc([2, 9], [1, 3, 3]), 1 / 3);
  });

  it("has an interval that holds a half for equal arms, and does not for a shifted one", () => {
    const equal = aucInterval(noise(400), noise(400));
    assert.ok(equal.low < 0.55 && equal.high > 0.45, JSON.stringify(equal));
    const shifted = aucInterval(noise(400), noise(400, 0.5));
    assert.ok(shifted.low > 0.65, JSON.stringify(shifted));
  });
});
