// Pixels that are on, off or, at a soft edge, in between: one byte each, and what can be done to them. Each operation tells
// which area it touched, or null.
import { area, clip } from "./area.js";

export const ON = 255;
export const OFF = 0;
// What is fainter is nothing, and what is as near to all is all: the server reads a mask like this, too. It goes both ways,
// so that a mask can be turned inside out and back.
const FAINTEST = 16;

export function snapped(level) {
  if (level < FAINTEST) return OFF;
  return level > ON - FAINTEST ? ON : Math.round(level);
}

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

function distance(x, y, from, to) {
  const across = to.x - from.x;
  const down = to.y - from.y;
  const length = across * across + down * down;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * across + (y - from.y) * down) / length));
  return Math.sqrt((x - from.x - t * across) ** 2 + (y - from.y - t * down) ** 2);
}

// From the first to the last pixel of a row whose middles lie in a span.
function within([low, high], width) {
  return [Math.max(0, Math.ceil(low - 0.5)), Math.min(width - 1, Math.floor(high - 0.5))];
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

  // A round stroke, straight from one point to the other. A pixel is in it when its middle is. Of a soft one, that share of
  // the radius is hard from which it fades to the edge; where strokes cross, the stronger one counts.
  stroke(from, to, size, value, hardness = 1) {
    const radius = Math.max(size, SMALLEST_RADIUS);
    const core = radius * hardness;
    // Less than a pixel is no edge to be soft.
    const isSoft = radius - core >= 1;
    const touched = this.#reach(from, to, radius);
    if (!touched) return null;
    for (let row = touched.top; row < touched.bottom; row += 1) {
      const [first, last] = within(span(from, to, radius, row + 0.5), this.width);
      if (first > last) continue;
      const [hardFirst, hardLast] = isSoft ? within(span(from, to, core, row + 0.5), this.width) : [first, last];
      const start = row * this.width;
      if (hardFirst <= hardLast) {
        this.pixels.fill(value, start + hardFirst, start + hardLast + 1);
        this.#fade(row, first, hardFirst - 1, { from, to, radius, core, value });
        this.#fade(row, hardLast + 1, last, { from, to, radius, core, value });
      } else {
        this.#fade(row, first, last, { from, to, radius, core, value });
      }
    }
    return touched;
  }

  #reach(from, to, radius) {
    const [left, right] = [Math.min(from.x, to.x) - radius, Math.max(from.x, to.x) + radius];
    const [top, bottom] = [Math.min(from.y, to.y) - radius, Math.max(from.y, to.y) + radius];
    return clip(area(Math.floor(left), Math.floor(top), Math.ceil(right), Math.ceil(bottom)), this.width, this.height);
  }

  #fade(row, first, last, { from, to, radius, core, value }) {
    const { pixels, width } = this;
    for (let x = first, index = row * width + first; x <= last; x += 1, index += 1) {
      const t = Math.min(1, Math.max(0, (radius - distance(x + 0.5, row + 0.5, from, to)) / (radius - core)));
      const level = snapped(ON * t * t * (3 - 2 * t));
      pixels[index] = value === ON ? Math.max(pixels[index], level) : Math.min(pixels[index], ON - level);
    }
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

  // How many pixels of an area are on, and be it a little.
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
