// What can be undone and done again: for each step an area and how it was before. Old steps are forgotten when there are
// too many, or when together they take too much memory.
import { pack, unpack } from "./runs.js";

const MOST_STEPS = 100;
const MOST_BYTES = 16 * 1024 * 1024;

export class History {
  #undone = [];
  #done = [];

  constructor({ steps = MOST_STEPS, bytes = MOST_BYTES } = {}) {
    this.steps = steps;
    this.bytes = bytes;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  // Note how an area was before it was changed.
  note(before, area) {
    this.#undone = [];
    this.#done.push({ area, runs: pack(before, area) });
    let bytes = this.#done.reduce((sum, step) => sum + step.runs.byteLength, 0);
    // The last step can be undone, however large it is.
    while (this.#done.length > this.steps || (bytes > this.bytes && this.#done.length > 1)) {
      bytes -= this.#done.shift().runs.byteLength;
    }
  }

  undo(bitmap) {
    return this.#swap(bitmap, this.#done, this.#undone);
  }

  redo(bitmap) {
    return this.#swap(bitmap, this.#undone, this.#done);
  }

  #swap(bitmap, from, to) {
    const step = from.pop();
    if (!step) return null;
    to.push({ area: step.area, runs: pack(bitmap, step.area) });
    unpack(step.runs, bitmap, step.area);
    return step.area;
  }
}
