import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Bitmap, OFF, ON, snapped } from "../src/js/mask/bitmap.js";
import { MaskDocument } from "../src/js/mask/document.js";
import { KeptMask } from "../src/js/mask/kept.js";
import { levelsOf, sizeOfPng } from "../src/js/mask/reading.js";
import { fromText, pack, toText, unpack } from "../src/js/mask/runs.js";

const dot = (hardness, size = 60, radius = 20) => {
  const bitmap = new Bitmap(size, size);
  const middle = { x: size / 2 + 0.5, y: size / 2 + 0.5 };
  bitmap.stroke(middle, middle, radius, ON, hardness);
  return bitmap;
};
const row = (bitmap, y = bitmap.height / 2) => bitmap.pixels.subarray(y * bitmap.width, (y + 1) * bitmap.width);

// What sessionStorage is to the editor, with room for so many letters.
class Shelf {
  constructor(room) {
    Object.defineProperty(this, "room", { value: room });
  }
  getItem(key) {
    return this[key] ?? null;
  }
  setItem(key, text) {
    const others = Object.entries(this).filter(([name]) => name !== key);
    if (others.reduce((sum, [, one]) => sum + one.length, text.length) > this.room) throw new Error("full");
    this[key] = text;
  }
  removeItem(key) {
    delete this[key];
  }
}

describe("a soft brush", () => {
  test("is all there within its core, fades to its edge, and is nothing beyond", () => {
    const levels = row(dot(0.5));
    for (let x = 0; x < 60; x += 1) {
      const far = Math.abs(x - 30);
      if (far <= 9) assert.equal(levels[x], ON, `core ${x}`);
      if (far >= 20) assert.equal(levels[x], OFF, `beyond ${x}`);
    }
    for (let x = 30; x < 59; x += 1) assert.ok(levels[x] >= levels[x + 1], `falls at ${x}`);
    assert.ok(levels[45] > OFF && levels[45] < ON);
  });

  test("of full hardness is the hard one", () => {
    const levels = new Set(dot(1).pixels);
    assert.deepEqual([...levels].sort(), [OFF, ON]);
  });

  test("that crosses itself grows no darker", () => {
    const once = dot(0.2);
    const twice = dot(0.2);
    twice.stroke({ x: 30.5, y: 30.5 }, { x: 30.5, y: 30.5 }, 20, ON, 0.2);
    assert.deepEqual(twice.pixels, once.pixels);
  });

  test("erases as softly as it paints", () => {
    const bitmap = new Bitmap(60, 60);
    bitmap.fill(bitmap.whole, ON);
    bitmap.stroke({ x: 30.5, y: 30.5 }, { x: 30.5, y: 30.5 }, 20, OFF, 0.5);
    const painted = dot(0.5);
    assert.deepEqual([...bitmap.pixels], [...painted.pixels].map((level) => ON - level));
  });

  test("leaves only levels that a mask turned inside out has, too", () => {
    const { pixels } = dot(0);
    for (const level of pixels) {
      assert.equal(snapped(level), level);
      assert.equal(snapped(ON - level), ON - level);
    }
  });

  test("can be undone and done again to the very level", () => {
    const mask = new MaskDocument(60, 60);
    mask.stroke({ x: 20, y: 20 }, { x: 40, y: 30 }, 12, true, 0.1);
    mask.settle();
    const before = mask.pixels.slice();
    mask.stroke({ x: 30, y: 10 }, { x: 30, y: 50 }, 9, false, 0.4);
    mask.settle();
    const after = mask.pixels.slice();
    mask.undo();
    assert.deepEqual(mask.pixels, before);
    mask.redo();
    assert.deepEqual(mask.pixels, after);
  });
});

describe("a mask that is kept", () => {
  test("is the same as text and back, level for level", () => {
    const bitmap = dot(0.1, 300, 140);
    const runs = pack(bitmap, bitmap.whole);
    const found = new Bitmap(300, 300);
    unpack(fromText(toText(runs), 90_000), found, found.whole);
    assert.deepEqual(found.pixels, bitmap.pixels);
  });

  test("is not read from a text that was cut off or tells of another size", () => {
    const text = toText(pack(dot(1), new Bitmap(60, 60).whole));
    assert.equal(fromText(text, 3601), null);
    assert.equal(fromText(text.slice(0, 8), 3600), null);
    assert.equal(fromText("%%%", 3600), null);
  });

  test("comes back into the picture that it is of, as it was, and is no step of the history", () => {
    const shelf = new Shelf(100_000);
    const mask = new MaskDocument(80, 50);
    mask.stroke({ x: 20, y: 20 }, { x: 40, y: 30 }, 12, true, 0.3);
    mask.settle();
    assert.ok(new KeptMask("pond", shelf).save(mask));
    const again = new MaskDocument(80, 50);
    again.restore(new KeptMask("pond", shelf).load(again.bitmap));
    assert.deepEqual(again.pixels, mask.pixels);
    assert.equal(again.coverage, mask.coverage);
    assert.ok(!again.history.canUndo);
    assert.equal(new KeptMask("hill", shelf).load(again.bitmap), null);
    assert.equal(new KeptMask("pond", shelf).load(new Bitmap(50, 80)), null);
  });

  test("is forgotten when nothing is marked", () => {
    const shelf = new Shelf(100_000);
    const mask = new MaskDocument(8, 8);
    mask.invert();
    mask.settle();
    new KeptMask("pond", shelf).save(mask);
    mask.clear();
    mask.settle();
    new KeptMask("pond", shelf).save(mask);
    assert.deepEqual(Object.keys(shelf), []);
  });

  test("takes the place of earlier ones when there is no room for all, and of nothing else", () => {
    const shelf = new Shelf(60);
    shelf.setItem("draft", "words");
    shelf.setItem("mask-old", "x".repeat(50));
    const mask = new MaskDocument(8, 8);
    mask.invert();
    mask.settle();
    assert.ok(new KeptMask("new", shelf).save(mask));
    assert.deepEqual(Object.keys(shelf).sort(), ["draft", "mask-new"]);
  });
});

describe("a mask from a file", () => {
  test("has the size that its head tells, if it is a PNG", () => {
    const head = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 2, 128, 0, 0, 1, 224];
    assert.deepEqual(sizeOfPng(Uint8Array.from(head)), { width: 640, height: 480 });
    assert.equal(sizeOfPng(Uint8Array.from(head.slice(0, 20))), null);
    assert.equal(sizeOfPng(Uint8Array.from([0xff, 0xd8, ...head.slice(2)])), null);
  });

  test("is read by how light it is, or where there is transparency by what is not transparent", () => {
    assert.deepEqual([...levelsOf([255, 255, 255, 255, 128, 128, 128, 255, 3, 3, 3, 255])], [255, 128, 0]);
    assert.deepEqual([...levelsOf([0, 0, 0, 255, 255, 255, 255, 0, 9, 9, 9, 100])], [255, 0, 100]);
  });
});
