import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crc32, inflateSync } from "node:zlib";

import { diameterAt, STEPS } from "../src/js/mask/brush-size.js";
import { MaskDocument } from "../src/js/mask/document.js";
import { encodeGray, enlarged } from "../src/js/mask/png.js";
import { Line } from "../src/js/mask/strokes.js";
import { covered, readRectangle } from "../src/js/mask/words.js";

async function encode(width, height, rowAt) {
  return Buffer.concat(await encodeGray(width, height, rowAt));
}

function chunks(file) {
  const found = {};
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const kind = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (crc32) assert.equal(file.readUInt32BE(at + 8 + length), crc32(file.subarray(at + 4, at + 8 + length)));
    found[kind] = body;
    at += 12 + length;
  }
  return found;
}

describe("the file", () => {
  test("is a PNG with these very values", async () => {
    const rows = [Uint8Array.of(0, 255, 0), Uint8Array.of(255, 255, 0)];
    const file = await encode(3, 2, (y) => rows[y]);
    assert.deepEqual([...file.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const { IHDR, IDAT } = chunks(file);
    assert.deepEqual([IHDR.readUInt32BE(0), IHDR.readUInt32BE(4), ...IHDR.subarray(8)], [3, 2, 8, 0, 0, 0, 0]);
    assert.deepEqual([...inflateSync(IDAT)], [0, 0, 255, 0, 0, 255, 255, 0]);
  });

  test("has the picture's size and nothing between black and white, however large the picture", async () => {
    const size = { width: 7001, height: 5003 };
    const mask = new MaskDocument(size.width, size.height);
    mask.rectangle({ left: 1000, top: 2000, width: 3000, height: 1500 });
    mask.settle();
    const file = await encode(size.width, size.height, enlarged(mask.pixels, mask.bitmap, size));
    assert.ok(file.length < 200_000);
    const { IHDR, IDAT } = chunks(file);
    assert.deepEqual([IHDR.readUInt32BE(0), IHDR.readUInt32BE(4)], [7001, 5003]);
    const pixels = inflateSync(IDAT);
    const at = (x, y) => pixels[y * 7002 + 1 + x];
    assert.deepEqual([at(1010, 2010), at(3990, 3490), at(990, 2010), at(4010, 3490), at(1010, 1990)], [255, 255, 0, 0, 0]);
  });
});

describe("small things", () => {
  test("a line goes through from the first to the last place, in connected pieces", () => {
    const line = new Line({ x: 0, y: 0 });
    const pieces = [...line.start(), ...line.to({ x: 40, y: 0 }), ...line.to({ x: 40, y: 40 }), ...line.finish()];
    assert.deepEqual(pieces[0], [{ x: 0, y: 0 }, { x: 0, y: 0 }]);
    assert.deepEqual(pieces.at(-1)[1], { x: 40, y: 40 });
    for (let index = 1; index < pieces.length; index += 1) assert.deepEqual(pieces[index][0], pieces[index - 1][1]);
    // The corner is rounded.
    assert.ok(pieces.every(([, { x, y }]) => Math.hypot(x - 40, y) > 5));
  });

  test("the brush grows by the same share with each step", () => {
    const picture = { width: 1000, height: 2000 };
    assert.deepEqual([diameterAt(0, picture), Math.round(diameterAt(STEPS, picture))], [4, 500]);
    const share = (step) => diameterAt(step + 1, picture) / diameterAt(step, picture);
    assert.ok(Math.abs(share(10) - share(80)) < 1e-9);
  });

  test("coverage in words: nothing and all are said only of nothing and all", () => {
    assert.match(covered(0), /Nothing is marked/);
    assert.match(covered(0.0001), /Less than 1 %/);
    assert.match(covered(0.124), /^12 % of the picture/);
    assert.match(covered(0.9999), /^99 %/);
    assert.match(covered(1), /whole picture/);
  });

  test("four numbers are a rectangle within the picture, or there is something to say", () => {
    const picture = { width: 100, height: 50 };
    const read = (left, top, width, height) => readRectangle({ left, top, width, height }, picture);
    assert.deepEqual(read("10", " 5 ", "500", "20").rectangle, { left: 10, top: 5, width: 90, height: 20 });
    assert.match(read("10", "", "5", "5").error, /each of the four/);
    assert.match(read("10", "-1", "5", "5").error, /whole number/);
    assert.match(read("10", "1", "0", "5").error, /at least 1/);
    assert.match(read("100", "1", "5", "5").error, /outside of the picture, which is 100 × 50/);
  });
});
