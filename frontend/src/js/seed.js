// The seed: thrown by the dice, and kept for the next pictures by the lock; otherwise each request has one of its own.
import { whenPresent } from "./present.js";

const MAX_SEED = 2 ** 31 - 1;

function put(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

whenPresent("[data-dice]", (button) => {
  button.addEventListener("click", () => {
    put(document.getElementById(button.dataset.dice), String(crypto.getRandomValues(new Uint32Array(1))[0] % MAX_SEED));
  });
});

whenPresent("[data-seed-lock]", (button) => {
  const input = document.getElementById(button.dataset.seedLock);
  const lock = (isLocked) => button.setAttribute("aria-pressed", String(isLocked));
  const isLocked = () => button.getAttribute("aria-pressed") === "true";

  button.addEventListener("click", () => {
    lock(!isLocked());
    // What is kept is the seed of what was asked for last.
    if (isLocked() && !input.value) put(input, document.querySelector("[data-batch]")?.dataset.seed ?? "");
    if (!isLocked()) put(input, "");
  });
  // Whoever writes one means it.
  input.addEventListener("input", () => lock(input.value !== ""));
  input.form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt === input.form && event.detail.successful && !isLocked()) input.value = "";
  });
});
