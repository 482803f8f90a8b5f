import assert from "node:assert/strict";
import { test } from "node:test";

import { LAST, shapes, STEP } from "../src/css/shapes.mjs";

test("there is a class for every shape from 1:4 to 4:1, each a fiftieth from the next", () => {
  const rules = shapes().split("\n");
  assert.equal(rules.length, 2 * LAST + 1);
  assert.ok(rules.includes(".shape-p0{--ratio:1.0000}"));
  assert.ok(STEP ** LAST > 3.99 && STEP ** -LAST < 0.251);
});
