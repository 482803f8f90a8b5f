// The mask as it lies over the picture: a canvas with one color, painted again only where something changed, once a frame.
import { union } from "./area.js";

function parse(color) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

// The color for each level: the same, more or less of it.
function shades(color) {
  const [red, green, blue] = parse(color);
  return new Uint32Array(Uint8Array.from({ length: 1024 }, (_, at) => [red, green, blue, at >> 2][at % 4]).buffer);
}

export class Layer {
  #changed = null;
  #frame = null;

  constructor(canvas, bitmap) {
    this.bitmap = bitmap;
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    this.context = canvas.getContext("2d");
    this.shades = shades(getComputedStyle(canvas).color);
  }

  mark(area) {
    this.#changed = union(this.#changed, area);
    this.#frame ??= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    const { left, top, right, bottom } = this.#changed ?? {};
    this.#changed = this.#frame = null;
    if (left === undefined) return;
    const { pixels, width } = this.bitmap;
    const image = this.context.createImageData(right - left, bottom - top);
    const colors = new Uint32Array(image.data.buffer);
    let to = 0;
    for (let row = top; row < bottom; row += 1) {
      for (let from = row * width + left; from < row * width + right; from += 1, to += 1) {
        if (pixels[from]) colors[to] = this.shades[pixels[from]];
      }
    }
    this.context.putImageData(image, left, top);
  }
}
