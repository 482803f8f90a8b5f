// An area of a bitmap as runs of pixels of one level: what the history keeps, and what outlives a reload. A drawing of a
// megapixel takes a few kilobytes.

// A run is one number: its level above, its length below.
const LONGEST = 2 ** 24 - 1;

export function pack(bitmap, { left, top, right, bottom }) {
  const { pixels, width } = bitmap;
  const runs = [];
  let level = pixels[top * width + left];
  let length = 0;
  for (let row = top; row < bottom; row += 1) {
    for (let index = row * width + left; index < row * width + right; index += 1) {
      if (pixels[index] === level && length < LONGEST) {
        length += 1;
      } else {
        runs.push(level * 2 ** 24 + length);
        level = pixels[index];
        length = 1;
      }
    }
  }
  runs.push(level * 2 ** 24 + length);
  return Uint32Array.from(runs);
}

export function unpack(runs, bitmap, { left, top, right, bottom }) {
  const { pixels, width } = bitmap;
  let turn = 0;
  let rest = runs[0] & LONGEST;
  for (let row = top; row < bottom; row += 1) {
    let at = row * width + left;
    const end = row * width + right;
    while (at < end) {
      while (rest === 0) rest = runs[(turn += 1)] & LONGEST;
      const step = Math.min(rest, end - at);
      pixels.fill(runs[turn] >>> 24, at, at + step);
      at += step;
      rest -= step;
    }
  }
}

// The same as text: of each run its level, and its length seven bits at a time, the lowest first.
export function toText(runs) {
  const bytes = [];
  for (const run of runs) {
    bytes.push(run >>> 24);
    let length = run & LONGEST;
    for (; length > 127; length >>>= 7) bytes.push((length & 127) | 128);
    bytes.push(length);
  }
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.slice(at, at + 8192));
  return btoa(text);
}

// The runs that such a text tells of, if they are those of so many pixels; else null.
export function fromText(text, pixels) {
  const runs = [];
  let left = pixels;
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    for (let at = 0; at < bytes.length; ) {
      const level = bytes[at++];
      let length = 0;
      let shift = 0;
      do length |= (bytes[at] & 127) << shift, (shift += 7);
      while (bytes[at++] > 127);
      runs.push(level * 2 ** 24 + length);
      left -= length;
    }
  } catch {
    return null;
  }
  return left === 0 ? Uint32Array.from(runs) : null;
}
