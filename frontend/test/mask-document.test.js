import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Bitmap, ON } from "../src/js/mask/bitmap.js";
import { MaskDocument, workingSize } from "../src/js/mask/document.js";
import { History } from "../src/js/mask/history.js";
import { pack, unpack } from "../src/js/mask/runs.js";

const drawn = (bitmap) =>
  Array.from({ length: bitmap.height }, (_, row) =>
    Array.from(bitmap.pixels.subarray(row * bitmap.width, (row + 1) * bitmap.width), (value) => (value === ON ? "#" : ".")).join(""),
  );

describe("a bitmap", () => {
  test("a stroke holds the pixels whose middles are near enough, and no others", () => {
    const bitmap = new Bitmap(40, 30);
    const [from, to, radius] = [{ x: 8.2, y: 6.7 }, { x: 31.4, y: 22.1 }, 5.3];
    bitmap.stroke(from, to, radius, ON);
    for (let y = 0; y < 30; y += 1) {
      for (let x = 0; x < 40; x += 1) {
        const along = ((x + 0.5 - from.x) * (to.x - from.x) + (y + 0.5 - from.y) * (to.y - from.y)) / Math.hypot(to.x - from.x, to.y - from.y) ** 2;
        const t = Math.min(1, Math.max(0, along));
        const far = Math.hypot(x + 0.5 - from.x - t * (to.x - from.x), y + 0.5 - from.y - t * (to.y - from.y));
        if (Math.abs(far - radius) < 1e-6) continue;
        assert.equal(bitmap.pixels[y * 40 + x] === ON, far < radius, `${x}, ${y}`);
      }
    }
  });

  test("the smallest brush still leaves a mark, wherever it touches", () => {
    for (let x = 0; x < 4; x += 0.25) {
      for (let y = 0; y < 4; y += 0.25) {
        const bitmap = new Bitmap(4, 4);
        bitmap.stroke({ x, y }, { x, y }, 0.01, ON);
        assert.ok(bitmap.count(bitmap.whole) > 0, `${x}, ${y}`);
      }
    }
  });

  test("what lies outside touches nothing", () => {
    const bitmap = new Bitmap(4, 4);
    assert.equal(bitmap.stroke({ x: -20, y: 2 }, { x: -9, y: 2 }, 3, ON), null);
    assert.equal(bitmap.fill({ left: 4, top: 0, right: 9, bottom: 4 }, ON), null);
    assert.equal(bitmap.count(bitmap.whole), 0);
  });

  test("runs give back what they were made from", () => {
    const bitmap = new Bitmap(17, 9);
    bitmap.fill({ left: 0, top: 0, right: 3, bottom: 9 }, ON);
    bitmap.stroke({ x: 9, y: 2 }, { x: 14, y: 8 }, 2, ON);
    const area = { left: 1, top: 1, right: 15, bottom: 9 };
    const runs = pack(bitmap, area);
    const before = drawn(bitmap);
    bitmap.fill(area, ON);
    unpack(runs, bitmap, area);
    assert.deepEqual(drawn(bitmap), before);
  });
});

describe("a document", () => {
  test("rectangles are exact where the picture is not reduced", () => {
    const mask = new MaskDocument(6, 4);
    mask.rectangle({ left: 1, top: 1, width: 3, height: 2 });
    mask.settle();
    assert.deepEqual(drawn(mask.bitmap), ["......", ".###..", ".###..", "......"]);
    assert.equal(mask.coverage, 6 / 24);
  });

  test("a large picture is drawn on in a smaller size", () => {
    const { width, height } = workingSize(8000, 5000);
    assert.ok(width * height <= 4_000_000);
    assert.ok(Math.abs(width / height - 1.6) < 0.001);
    assert.deepEqual(workingSize(800, 500), { width: 800, height: 500 });
    const mask = new MaskDocument(8000, 5000);
    mask.rectangle({ left: 0, top: 0, width: 4000, height: 2500 });
    mask.settle();
    assert.ok(Math.abs(mask.coverage - 0.25) < 0.001);
  });

  test("inverting twice changes nothing; clearing empties", () => {
    const mask = new MaskDocument(10, 10);
    mask.stroke({ x: 3, y: 3 }, { x: 6, y: 3 }, 2, true);
    mask.settle();
    const before = drawn(mask.bitmap);
    const { coverage } = mask;
    mask.invert();
    mask.settle();
    assert.equal(mask.coverage, 1 - coverage);
    mask.invert();
    mask.settle();
    assert.deepEqual(drawn(mask.bitmap), before);
    mask.clear();
    mask.settle();
    assert.ok(mask.isEmpty);
    assert.equal(mask.clear(), null);
  });

  test("steps are undone and done again, until something new is drawn", () => {
    const mask = new MaskDocument(20, 20);
    const shown = [drawn(mask.bitmap)];
    for (const act of [
      () => mask.stroke({ x: 5, y: 5 }, { x: 15, y: 5 }, 3, true),
      () => mask.rectangle({ left: 2, top: 10, width: 9, height: 9 }),
      () => mask.stroke({ x: 5, y: 5 }, { x: 5, y: 15 }, 2, false),
      () => mask.invert(),
    ]) {
      act();
      assert.ok(mask.settle());
      shown.push(drawn(mask.bitmap));
    }
    for (const before of shown.slice(0, -1).reverse()) {
      mask.undo();
      assert.deepEqual(drawn(mask.bitmap), before);
    }
    assert.equal(mask.undo(), null);
    assert.equal(mask.coverage, 0);
    for (const after of shown.slice(1)) {
      mask.redo();
      assert.deepEqual(drawn(mask.bitmap), after);
    }
    assert.equal(mask.coverage, mask.bitmap.count(mask.bitmap.whole) / 400);
    mask.undo();
    mask.clear();
    mask.settle();
    assert.ok(!mask.history.canRedo);
  });

  test("what changes nothing is no step", () => {
    const mask = new MaskDocument(10, 10);
    mask.stroke({ x: 5, y: 5 }, { x: 5, y: 5 }, 2, false);
    assert.ok(!mask.settle());
    assert.ok(!mask.history.canUndo);
    assert.equal(mask.version, 0);
  });

  test("what is under way can be dropped, and is not read by others", () => {
    const mask = new MaskDocument(10, 10);
    mask.rectangle({ left: 0, top: 0, width: 5, height: 5 });
    mask.settle();
    const before = drawn(mask.bitmap);
    mask.stroke({ x: 8, y: 8 }, { x: 2, y: 2 }, 3, false);
    assert.equal(mask.pixels[0], ON);
    assert.equal(mask.coverage, 0.25);
    mask.forget();
    assert.deepEqual(drawn(mask.bitmap), before);
    assert.ok(!mask.settle());
  });

  test("the history is bounded in steps and in memory, and keeps the last step", () => {
    const few = new MaskDocument(100, 10, { history: new History({ steps: 20 }) });
    for (let left = 0; left < 30; left += 1) {
      few.rectangle({ left, top: 0, width: 1, height: 10 });
      few.settle();
    }
    let undone = 0;
    while (few.undo()) undone += 1;
    assert.equal(undone, 20);
    assert.equal(few.coverage, 0.1);

    const small = new MaskDocument(100, 10, { history: new History({ bytes: 1 }) });
    small.invert();
    small.settle();
    small.invert();
    small.settle();
    assert.ok(small.undo());
    assert.equal(small.undo(), null);
  });
});
