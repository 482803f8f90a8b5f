// Pixels that are on or off, one byte each, and what can be done to them. Hard edges: a provider's model reads a mask as
// yes or no. Each operation tells which area it touched, or null.
import { area, clip } from "./area.js";

export const ON = 255;
export const OFF = 0;
// A disc of this radius holds the middle of a pixel wherever it lies: no touch of the brush is lost.
const SMALLEST_RADIUS = 0.71;

// The part of a row at height y that a stroke from one point to another covers. A stroke is convex, so the ends of its
// parts (two discs and the band between them) are the ends of the whole.
function span(from, to, radius, y) {
  let low = Infinity;
  let high = -Infinity;
  const reach = (x) => {
    if (x < low) low = x;
    if (x > high) high = x;
  };
  for (const { x, y: middle } of [from, to]) {
    const half = radius ** 2 - (y - middle) ** 2;
    if (half < 0) continue;
    reach(x - Math.sqrt(half));
    reach(x + Math.sqrt(half));
  }
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length > 0) {
    const across = { x: (-(to.y - from.y) / length) * radius, y: ((to.x - from.x) / length) * radius };
    const corners = [
      { x: from.x + across.x, y: from.y + across.y },
      { x: to.x + across.x, y: to.y + across.y },
      { x: to.x - across.x, y: to.y - across.y },
      { x: from.x - across.x, y: from.y - across.y },
    ];
    corners.forEach((start, index) => {
      const end = corners[(index + 1) % 4];
      if (start.y === end.y || y < Math.min(start.y, end.y) || y > Math.max(start.y, end.y)) return;
      reach(start.x + ((y - start.y) / (end.y - start.y)) * (end.x - start.x));
    });
  }
  return [low, high];
}

export class Bitmap {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height);
  }

  get whole() {
    return area(0, 0, this.width, this.height);
  }

  // A round stroke, straight from one point to the other. A pixel is in it when its middle is.
  stroke(from, to, size, value) {
    const radius = Math.max(size, SMALLEST_RADIUS);
    const touched = clip(
      area(
        Math.floor(Math.min(from.x, to.x) - radius),
        Math.floor(Math.min(from.y, to.y) - radius),
        Math.ceil(Math.max(from.x, to.x) + radius),
        Math.ceil(Math.max(from.y, to.y) + radius),
      ),
      this.width,
      this.height,
    );
    if (!touched) return null;
    for (let row = touched.top; row < touched.bottom; row += 1) {
      const [low, high] = span(from, to, radius, row + 0.5);
      const first = Math.max(0, Math.ceil(low - 0.5));
      const last = Math.min(this.width - 1, Math.floor(high - 0.5));
      if (first <= last) this.pixels.fill(value, row * this.width + first, row * this.width + last + 1);
    }
    return touched;
  }

  fill(wanted, value) {
    const touched = clip(wanted, this.width, this.height);
    if (!touched) return null;
    for (let row = touched.top; row < touched.bottom; row += 1) {
      this.pixels.fill(value, row * this.width + touched.left, row * this.width + touched.right);
    }
    return touched;
  }

  invert() {
    const { pixels } = this;
    for (let index = 0; index < pixels.length; index += 1) pixels[index] = ON - pixels[index];
    return this.whole;
  }

  // How many pixels of an area are on.
  count({ left, top, right, bottom }) {
    let found = 0;
    for (let row = top; row < bottom; row += 1) {
      for (let index = row * this.width + left; index < row * this.width + right; index += 1) {
        if (this.pixels[index] !== OFF) found += 1;
      }
    }
    return found;
  }

  copyFrom(other, { left, top, right, bottom }) {
    for (let row = top; row < bottom; row += 1) {
      const start = row * this.width;
      this.pixels.set(other.pixels.subarray(start + left, start + right), start + left);
    }
  }
}
