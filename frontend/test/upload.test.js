import assert from "node:assert/strict";
import { test } from "node:test";

import { faultOf, MOST_BYTES, shortened } from "../src/js/upload/checks.js";

const file = (more = {}) => ({ name: "photo.png", type: "image/png", size: 1000, ...more });

test("a picture of a known kind and size is taken, and one at a time", () => {
  for (const type of ["image/png", "image/jpeg", "image/webp"]) assert.equal(faultOf([file({ type })]), null);
  assert.equal(faultOf([file({ size: MOST_BYTES })]), null);
});

test("whatever else is given, it is said what would be taken", () => {
  for (const files of [
    [],
    [file(), file()],
    [file({ type: "image/gif" })],
    [file({ type: "" })],
    [file({ size: 0 })],
    [file({ size: MOST_BYTES + 1 })],
  ]) {
    assert.match(faultOf(files), /PNG, JPEG or WebP up to 20 MB\.$/);
  }
});

test("a long name keeps its beginning and its end", () => {
  const name = `${"very-".repeat(20)}long.png`;
  assert.match(shortened(name), /^very-very-.*….*long\.png$/);
  assert.ok(shortened(name).length <= 40);
});
