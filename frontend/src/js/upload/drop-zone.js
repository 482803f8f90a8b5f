// A picture is dropped, chosen or pasted, looked at and sent at once.
import htmx from "htmx.org";

import { announce } from "../announce.js";
import { whenPresent } from "../present.js";
import { faultOf, shortened } from "./checks.js";
import { faultIn, send, Unreachable } from "./send.js";

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

class DropZone {
  #underWay = null;

  constructor(form) {
    this.form = form;
    this.input = form.querySelector("[data-drop-file]");
    this.fault = form.querySelector("[data-drop-error]");
    this.progress = form.querySelector("[data-drop-progress]");
    this.bar = this.progress.querySelector("progress");
    this.words = this.progress.querySelector("[data-drop-words]");

    this.input.addEventListener("change", () => {
      if (this.input.files.length) this.take([...this.input.files]);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.take([...this.input.files]);
    });
    form.querySelector("[data-drop-cancel]").addEventListener("click", () => this.#underWay?.abort());
    this.#bindDrop();
  }

  get isBusy() {
    return this.#underWay !== null;
  }

  async take(files) {
    if (this.isBusy) return;
    const wrong = faultOf(files);
    this.#say(wrong ?? "");
    if (wrong) return;
    const data = new FormData(this.form);
    data.set("file", files[0], files[0].name);
    this.#underWay = new AbortController();
    this.#show(files[0].name);
    try {
      const answer = await send(this.form.action, data, {
        signal: this.#underWay.signal,
        onProgress: (share) => this.#advance(share),
      });
      this.#receive(answer);
    } catch (error) {
      if (error.name === "AbortError") announce("Upload canceled");
      else if (error instanceof Unreachable) this.#say("We could not reach the server. Please try again.");
      else throw error;
      this.#rest();
    }
  }

  #receive(answer) {
    const target = this.form.dataset.dropTarget;
    if (answer.redirect) {
      // The bar stays until the next page is there.
      location.assign(answer.redirect);
    } else if (answer.status >= 400) {
      this.#rest();
      this.#say(faultIn(answer));
    } else if (target) {
      this.#rest();
      announce("Picture uploaded");
      htmx.swap(target, answer.html, { swapStyle: "innerHTML" });
    } else {
      // The server led on by itself: this is where to.
      location.assign(answer.address);
    }
  }

  #show(name) {
    this.form.dataset.busy = "";
    this.progress.hidden = false;
    this.name = shortened(name);
    // Out of the way: the button that cancels lies under it.
    this.input.disabled = true;
    this.#advance(0);
    this.form.querySelector("[data-drop-cancel]").focus();
    announce(`Uploading ${name}`);
  }

  #advance(share) {
    if (share === null || share >= 1) {
      this.bar.removeAttribute("value");
      this.words.textContent = share === null ? `Uploading ${this.name}` : `Looking at ${this.name}`;
    } else {
      this.bar.value = share * 100;
      this.words.textContent = `Uploading ${this.name} · ${Math.floor(share * 100)}\u00a0%`;
    }
  }

  #rest() {
    const hadFocus = this.progress.contains(document.activeElement);
    this.#underWay = null;
    delete this.form.dataset.busy;
    this.progress.hidden = true;
    this.input.disabled = false;
    // The same picture can be chosen once more.
    this.input.value = "";
    if (hadFocus) this.input.focus({ preventScroll: true });
  }

  #say(wrong) {
    this.fault.textContent = wrong;
    if (wrong) {
      this.input.value = "";
      this.input.setAttribute("aria-invalid", "true");
    } else {
      this.input.removeAttribute("aria-invalid");
    }
  }

  #bindDrop() {
    // Enters and leaves come in pairs, also for each element within.
    let depth = 0;
    const mark = (change) => {
      depth = Math.max(0, depth + change);
      this.form.classList.toggle("is-over", depth > 0);
    };
    this.form.addEventListener("dragenter", (event) => {
      if (holdsFiles(event)) mark(1);
    });
    this.form.addEventListener("dragleave", (event) => {
      if (holdsFiles(event)) mark(-1);
    });
    this.form.addEventListener("drop", (event) => {
      mark(-depth);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.take([...event.dataTransfer.files]);
    });
  }
}

const zones = new Map();

function shown() {
  for (const form of zones.keys()) {
    if (!form.isConnected) zones.delete(form);
  }
  return [...zones.keys()].filter((form) => form.getClientRects().length > 0);
}

whenPresent("[data-drop-zone]", (form) => {
  if (!zones.has(form)) zones.set(form, new DropZone(form));
});

// Beside a zone a file is not taken, but neither does it open in place of the page.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!holdsFiles(event) || event.defaultPrevented || shown().length === 0) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = event.target.closest?.("[data-drop-zone]") ? "copy" : "none";
  });
}

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const form = shown().find((one) => "paste" in one.dataset);
  // Text with a picture beside it, as word processors give it, is text for the one who writes.
  const isText = event.target.closest?.("input, textarea, [contenteditable]") && event.clipboardData?.types.includes("text/plain");
  if (!form || files.length === 0 || isText || event.defaultPrevented) return;
  event.preventDefault();
  zones.get(form).take(files);
});
