// An area of a bitmap as the lengths of its runs, off and on in turn: what the history keeps. A drawing of a megapixel
// takes a few kilobytes.
import { OFF, ON } from "./bitmap.js";

export function pack(bitmap, { left, top, right, bottom }) {
  const { pixels, width } = bitmap;
  const runs = [];
  let value = OFF;
  let length = 0;
  for (let row = top; row < bottom; row += 1) {
    for (let index = row * width + left; index < row * width + right; index += 1) {
      if (pixels[index] === value) {
        length += 1;
      } else {
        runs.push(length);
        value = pixels[index];
        length = 1;
      }
    }
  }
  runs.push(length);
  return Uint32Array.from(runs);
}

export function unpack(runs, bitmap, { left, top, right, bottom }) {
  const { pixels, width } = bitmap;
  let turn = 0;
  let rest = runs[0];
  for (let row = top; row < bottom; row += 1) {
    let at = row * width + left;
    const end = row * width + right;
    while (at < end) {
      while (rest === 0) rest = runs[(turn += 1)];
      const step = Math.min(rest, end - at);
      pixels.fill(turn % 2 ? ON : OFF, at, at + step);
      at += step;
      rest -= step;
    }
  }
}
