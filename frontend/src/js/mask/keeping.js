// Between tries: the mask stays for the next one, or goes once it was sent; and it is kept over a reload.
import { KeptMask } from "./kept.js";

const SETTLED_MS = 250;
const CHOICE = "mask-stays";

export class Keeping {
  #timer;
  #saved;

  constructor(root, mask, signal) {
    this.mask = mask;
    this.kept = new KeptMask(root.dataset.picture, sessionStorage);
    this.choice = root.querySelector("[data-mask-keep]");
    this.choice.checked = localStorage.getItem(CHOICE) !== "no";
    this.choice.addEventListener("change", () => localStorage.setItem(CHOICE, this.choice.checked ? "yes" : "no"));
    // A page that is left has no time to wait.
    window.addEventListener("pagehide", () => this.save(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.save(), { signal });
  }

  get staysAfterwards() {
    return this.choice.checked;
  }

  // The mask as it was when the page was left, or null.
  find() {
    return this.kept.load(this.mask.bitmap);
  }

  schedule() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), SETTLED_MS);
  }

  save() {
    clearTimeout(this.#timer);
    if (this.#saved === this.mask.version) return;
    this.#saved = this.mask.version;
    this.kept.save(this.mask);
  }
}
