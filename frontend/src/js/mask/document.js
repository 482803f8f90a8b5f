// The mask that is being drawn: a bitmap, of which the last part may still be under way, and its history. Knows the
// picture's own size; its bitmap may be smaller, so that drawing on a large picture stays quick.
import { area, union } from "./area.js";
import { Bitmap, OFF, ON } from "./bitmap.js";
import { History } from "./history.js";

export const MOST_PIXELS = 4_000_000;

// The size in which a picture of that size is drawn on.
export function workingSize(width, height, most = MOST_PIXELS) {
  const scale = Math.min(1, Math.sqrt(most / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

export class MaskDocument {
  #settled;
  #touched = null;
  #count = 0;

  constructor(width, height, { most = MOST_PIXELS, history = new History() } = {}) {
    const size = workingSize(width, height, most);
    this.source = { width, height };
    this.bitmap = new Bitmap(size.width, size.height);
    this.#settled = new Bitmap(size.width, size.height);
    this.history = history;
    // Goes up with each change that is settled.
    this.version = 0;
  }

  // From the picture's pixels to the bitmap's.
  get scale() {
    return { x: this.bitmap.width / this.source.width, y: this.bitmap.height / this.source.height };
  }

  get isEmpty() {
    return this.#count === 0;
  }

  get coverage() {
    return this.#count / this.bitmap.pixels.length;
  }

  // The pixels as they were last settled, for whoever reads them while drawing goes on.
  get pixels() {
    return this.#settled.pixels;
  }

  // Points and radius are in pixels of the picture, as are the numbers of a rectangle.
  stroke(from, to, radius, isOn, hardness = 1) {
    const { x, y } = this.scale;
    const start = { x: from.x * x, y: from.y * y };
    const end = { x: to.x * x, y: to.y * y };
    return this.#touch(this.bitmap.stroke(start, end, radius * x, isOn ? ON : OFF, hardness));
  }

  rectangle({ left, top, width, height }, isOn = true) {
    const { x, y } = this.scale;
    const from = { x: Math.round(left * x), y: Math.round(top * y) };
    // However small it is, it is not lost.
    const to = { x: Math.max(from.x + 1, Math.round((left + width) * x)), y: Math.max(from.y + 1, Math.round((top + height) * y)) };
    return this.#touch(this.bitmap.fill(area(from.x, from.y, to.x, to.y), isOn ? ON : OFF));
  }

  invert() {
    return this.#touch(this.bitmap.invert());
  }

  clear() {
    return this.isEmpty ? null : this.#touch(this.bitmap.fill(this.bitmap.whole, OFF));
  }

  // Another mask in the place of this one, in the size that is drawn in.
  load(pixels) {
    this.bitmap.pixels.set(pixels);
    return this.#touch(this.bitmap.whole);
  }

  // As it was when the page was left: where one begins, not a step that could be undone.
  restore(pixels) {
    this.forget();
    this.bitmap.pixels.set(pixels);
    this.#accept(this.bitmap.whole);
    return this.bitmap.whole;
  }

  // What was drawn is meant: one step of the history. Says whether anything changed.
  settle() {
    const touched = this.#touched;
    if (!touched) return false;
    this.#touched = null;
    if (!this.#differs(touched)) return false;
    this.history.note(this.#settled, touched);
    this.#accept(touched);
    return true;
  }

  // What was drawn is not meant: tells what has to be painted again.
  forget() {
    const touched = this.#touched;
    this.#touched = null;
    if (touched) this.bitmap.copyFrom(this.#settled, touched);
    return touched;
  }

  undo() {
    return this.#step(() => this.history.undo(this.bitmap));
  }

  redo() {
    return this.#step(() => this.history.redo(this.bitmap));
  }

  #step(act) {
    const dropped = this.forget();
    const changed = act();
    if (changed) this.#accept(changed);
    return union(dropped, changed);
  }

  #touch(touched) {
    this.#touched = union(this.#touched, touched);
    return touched;
  }

  #differs({ left, top, right, bottom }) {
    const before = this.#settled.pixels;
    const after = this.bitmap.pixels;
    for (let row = top; row < bottom; row += 1) {
      for (let index = row * this.bitmap.width + left; index < row * this.bitmap.width + right; index += 1) {
        if (before[index] !== after[index]) return true;
      }
    }
    return false;
  }

  #accept(changed) {
    this.#count += this.bitmap.count(changed) - this.#settled.count(changed);
    this.#settled.copyFrom(this.bitmap, changed);
    this.version += 1;
  }
}
