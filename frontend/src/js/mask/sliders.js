// The sliders: how large and how hard the brush is, and how much is seen of the mask.
import { diameterAt, STEPS } from "./brush-size.js";

const moved = (slider, steps, most) => Math.min(most, Math.max(0, Number(slider.value) + steps));

export class Sliders {
  // `changed` hears of each change, and whether it was one of the brush.
  constructor(root, picture, changed) {
    const find = (name) => root.querySelector(`[data-mask-${name}]`);
    this.root = root;
    this.picture = picture;
    this.changed = changed;
    [this.size, this.hard, this.seen] = [find("size"), find("hardness"), find("opacity")];
    for (const slider of [this.size, this.hard, this.seen]) {
      slider.addEventListener("input", () => this.#follow(slider !== this.seen));
    }
    this.tell();
  }

  get radius() {
    return diameterAt(Number(this.size.value), this.picture) / 2;
  }

  // The share of the radius that is hard.
  get hardness() {
    return Number(this.hard.value) / 100;
  }

  get opacity() {
    return Number(this.seen.value) / 100;
  }

  resize(steps) {
    this.size.value = moved(this.size, steps, STEPS);
    this.#follow(true);
  }

  harden(percent) {
    this.hard.value = moved(this.hard, percent, 100);
    this.#follow(true);
  }

  tell() {
    this.#say(this.size, "size", `${Math.round(this.radius * 2)} px`);
    this.#say(this.hard, "hardness", `${this.hard.value} %`);
    this.#say(this.seen, "opacity", `${this.seen.value} %`);
  }

  #follow(isOfBrush) {
    this.tell();
    this.changed(isOfBrush);
  }

  #say(slider, name, words) {
    slider.setAttribute("aria-valuetext", words);
    this.root.querySelector(`[data-mask-${name}-words]`).textContent = words;
  }
}
