// Keeps the form's file as the mask is: written anew when the mask has settled for a moment, and before the form is sent.
import { toast } from "../toasts.js";
import { encodeGray, enlarged } from "./png.js";

const SETTLED_MS = 250;

export class MaskFile {
  #written = 0;
  #timer;
  #writing = null;

  constructor(input, mask) {
    this.input = input;
    this.mask = mask;
  }

  get isCurrent() {
    return this.#written === this.mask.version;
  }

  schedule() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), SETTLED_MS);
  }

  // Resolves once the file is the mask as it is now.
  refresh() {
    clearTimeout(this.#timer);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write() {
    while (!this.isCurrent) {
      const { mask } = this;
      const { version } = mask;
      if (mask.isEmpty) {
        this.input.value = "";
      } else {
        // A copy: drawing goes on while the file is being written.
        const rowAt = enlarged(mask.pixels.slice(), mask.bitmap, mask.source);
        const parts = await encodeGray(mask.source.width, mask.source.height, rowAt);
        const box = new DataTransfer();
        box.items.add(new File(parts, "mask.png", { type: "image/png" }));
        if (version === mask.version) this.input.files = box.files;
      }
      this.#written = version;
    }
  }
}

// Holds the form back until its file is current: by itself and by htmx, whatever it was that sent it.
export function sendCurrent(form, file, { beforehand, signal }) {
  let isHeld = false;

  // The second half of a double click sends nothing more.
  function hold(event, send) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isHeld) return;
    isHeld = true;
    file
      .refresh()
      .then(send, () => toast("The mask could not be written down. Please try again."))
      .finally(() => {
        isHeld = false;
      });
  }

  const mayGo = () => {
    beforehand();
    return file.isCurrent;
  };
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || mayGo()) return;
      const { submitter } = event;
      // In a turn of its own: a form that is still telling of one submission ignores another.
      hold(event, () => setTimeout(() => form.requestSubmit(submitter)));
    },
    // Before anybody else hears of it.
    { capture: true, signal },
  );
  document.addEventListener(
    "htmx:confirm",
    (event) => {
      const isOurs = form.contains(event.detail.elt) && event.detail.verb !== "get";
      // Somebody else asks first, and issues the request then.
      if (!isOurs || event.defaultPrevented || mayGo()) return;
      hold(event, () => event.detail.issueRequest(!event.detail.question));
    },
    { signal },
  );
}
