import assert from "node:assert/strict";
import { test } from "node:test";

import { goal } from "../src/js/gallery/movement.js";

// Three rows: wide and narrow, three alike, one alone at the left.
const BOXES = [
  { left: 0, top: 0, width: 200 },
  { left: 208, top: 0.4, width: 92 },
  { left: 0, top: 108, width: 95 },
  { left: 103, top: 108, width: 95 },
  { left: 206, top: 108, width: 95 },
  { left: 0, top: 216, width: 90 },
];

test("left and right go on over the ends of rows, and stop at the ends of everything", () => {
  assert.equal(goal("ArrowRight", 1, BOXES), 2);
  assert.equal(goal("ArrowLeft", 2, BOXES), 1);
  assert.equal(goal("ArrowRight", 5, BOXES), undefined);
  assert.equal(goal("ArrowLeft", 0, BOXES), undefined);
});

test("up and down lead to what stands nearest in the next row", () => {
  assert.equal(goal("ArrowDown", 0, BOXES), 3);
  assert.equal(goal("ArrowDown", 1, BOXES), 4);
  assert.equal(goal("ArrowUp", 3, BOXES), 0);
  assert.equal(goal("ArrowUp", 4, BOXES), 1);
  assert.equal(goal("ArrowDown", 4, BOXES), 5);
});

test("there is nothing above the first row and below the last", () => {
  assert.equal(goal("ArrowUp", 1, BOXES), undefined);
  assert.equal(goal("ArrowDown", 5, BOXES), undefined);
});

test("Home and End lead to the first and the last", () => {
  assert.equal(goal("Home", 4, BOXES), 0);
  assert.equal(goal("End", 0, BOXES), 5);
});

test("from outside, one enters at the beginning", () => {
  assert.equal(goal("ArrowDown", -1, BOXES), 0);
  assert.equal(goal("ArrowUp", -1, BOXES), undefined);
});

test("nothing leads nowhere, and other keys lead nowhere", () => {
  assert.equal(goal("ArrowDown", -1, []), undefined);
  assert.equal(goal("x", 1, BOXES), undefined);
});
