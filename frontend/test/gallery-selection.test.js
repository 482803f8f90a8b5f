import assert from "node:assert/strict";
import { test } from "node:test";

import { all, between, extend, NOTHING, toggle, without } from "../src/js/gallery/selection.js";

const ORDER = ["a", "b", "c", "d", "e"];
const ids = (selection) => [...selection.ids].sort().join("");

test("one is selected, and not any more", () => {
  const one = toggle(NOTHING, "b");
  assert.deepEqual([ids(one), one.anchor], ["b", "b"]);
  assert.equal(ids(toggle(one, "b")), "");
  assert.equal(NOTHING.ids.size, 0);
});

test("a range goes from the last one that was chosen, in both directions", () => {
  assert.equal(ids(extend(toggle(NOTHING, "b"), ORDER, "d")), "bcd");
  assert.equal(ids(extend(toggle(NOTHING, "d"), ORDER, "b")), "bcd");
});

test("a range keeps its beginning, and what was selected elsewhere", () => {
  let selection = toggle(toggle(NOTHING, "a"), "c");
  selection = extend(selection, ORDER, "d");
  selection = extend(selection, ORDER, "e");
  assert.deepEqual([ids(selection), selection.anchor], ["acde", "c"]);
});

test("a range without a beginning is the one tile", () => {
  assert.equal(ids(extend(NOTHING, ORDER, "d")), "d");
  assert.equal(ids(extend({ ids: new Set(["x"]), anchor: "x" }, ORDER, "d")), "dx");
  assert.deepEqual(between(ORDER, "x", "d"), ["d"]);
});

test("everything is what is shown", () => {
  assert.equal(ids(all(ORDER)), "abcde");
  assert.equal(all([]).anchor, null);
});

test("what goes away is not selected, and begins no range", () => {
  const left = without({ ids: new Set(["a", "b"]), anchor: "b" }, ["b", "c"]);
  assert.deepEqual([ids(left), left.anchor], ["a", null]);
});
