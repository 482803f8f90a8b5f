import assert from "node:assert/strict";
import { test } from "node:test";

import { goal } from "../src/js/cards.js";

test("right and j go on, left and k go back, up and down go by rows", () => {
  assert.equal(goal("j", 0, 6, 3), 1);
  assert.equal(goal("ArrowRight", 4, 6, 3), 5);
  assert.equal(goal("k", 4, 6, 3), 3);
  assert.equal(goal("ArrowDown", 1, 6, 3), 4);
  assert.equal(goal("ArrowUp", 4, 6, 3), 1);
});

test("nothing lies beyond the first card and the last", () => {
  assert.equal(goal("k", 0, 6, 3), undefined);
  assert.equal(goal("j", 5, 6, 3), undefined);
  assert.equal(goal("ArrowDown", 4, 6, 3), undefined);
});

test("where no card has the focus, the first one gets it", () => {
  assert.equal(goal("j", -1, 6, 3), 0);
  assert.equal(goal("j", -1, 0, 3), undefined);
});

test("other keys lead nowhere", () => {
  assert.equal(goal("x", 1, 6, 3), undefined);
});
