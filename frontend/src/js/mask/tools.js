// What a pointer does to the mask: begin, go on, end. Places are in pixels of the picture.
import { Line } from "./strokes.js";

class Stroke {
  #line;
  #radius;
  #hardness;

  constructor(isOn) {
    this.isOn = isOn;
  }

  begin(point, { mask, radius, hardness }) {
    this.#radius = radius;
    this.#hardness = hardness;
    this.#line = new Line(point, radius);
    this.#draw(mask, this.#line.start());
  }

  move(points, { mask }) {
    for (const point of points) this.#draw(mask, this.#line.to(point));
  }

  end({ mask }) {
    this.#draw(mask, this.#line.finish());
  }

  cancel() {}

  #draw(mask, pieces) {
    for (const [from, to] of pieces) mask.stroke(from, to, this.#radius, this.isOn, this.#hardness);
  }
}

class Rectangle {
  #from;
  #to;

  begin(point) {
    this.#from = this.#to = point;
  }

  move(points, { preview }) {
    this.#to = points.at(-1);
    preview(this.#box());
  }

  end({ mask, preview }) {
    preview(null);
    const { left, top, width, height } = this.#box();
    // A click is no rectangle.
    if (width >= 1 && height >= 1) mask.rectangle({ left, top, width, height });
  }

  cancel({ preview }) {
    preview(null);
  }

  // From whole pixel to whole pixel.
  #box() {
    const left = Math.floor(Math.min(this.#from.x, this.#to.x));
    const top = Math.floor(Math.min(this.#from.y, this.#to.y));
    return {
      left,
      top,
      width: Math.ceil(Math.max(this.#from.x, this.#to.x)) - left,
      height: Math.ceil(Math.max(this.#from.y, this.#to.y)) - top,
    };
  }
}

export const TOOLS = {
  brush: { name: "Brush", isRound: true, start: () => new Stroke(true) },
  eraser: { name: "Eraser", isRound: true, start: () => new Stroke(false) },
  rectangle: { name: "Rectangle", isRound: false, start: () => new Rectangle() },
};
