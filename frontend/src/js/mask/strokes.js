// From the places where a pointer was seen to a smooth line: a curve through the middles between them, in short pieces.

const PIECE = 3;

const middle = (one, other) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
const apart = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);

// The pieces of the curve from one point to another that is drawn toward a third.
function* curve(from, toward, to, piece) {
  const steps = Math.max(1, Math.ceil((apart(from, toward) + apart(toward, to)) / piece));
  let before = from;
  for (let step = 1; step <= steps; step += 1) {
    const t = step / steps;
    const at = (side) => (1 - t) ** 2 * from[side] + 2 * t * (1 - t) * toward[side] + t ** 2 * to[side];
    const now = { x: at("x"), y: at("y") };
    yield [before, now];
    before = now;
  }
}

export class Line {
  #end;
  #last;

  // Pieces are about as long as a brush of that radius can hide.
  constructor(start, radius = PIECE) {
    this.#end = start;
    this.#last = start;
    this.piece = Math.max(PIECE, radius / 2);
  }

  // The first touch: a dot.
  start() {
    return [[this.#last, this.#last]];
  }

  // The pieces that a further place adds.
  *to(point) {
    const half = middle(this.#last, point);
    yield* curve(this.#end, this.#last, half, this.piece);
    this.#end = half;
    this.#last = point;
  }

  // What is left up to where the pointer was lifted.
  finish() {
    return [[this.#end, this.#last]];
  }
}
