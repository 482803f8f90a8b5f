// The divider between two pictures, moved by pointer, finger and keys.
import { whenPresent } from "./present.js";

const STEP = 1;
const LARGE_STEP = 10;

whenPresent("[data-compare]", (box) => {
  const range = box.querySelector("[data-compare-range]");
  const before = box.querySelector(".is-before img").alt;
  let isHeld = false;

  function show() {
    const share = Number(range.value);
    box.style.setProperty("--split", `${share}%`);
    range.setAttribute("aria-valuetext", `${Math.round(share)} % ${before}`);
  }

  function set(share) {
    range.value = share;
    show();
  }

  // Not left to the range: its thumb is not to be seen, and some phones want it to be touched.
  function follow(event) {
    const { left, width } = box.getBoundingClientRect();
    set((100 * (event.clientX - left)) / width);
  }

  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    isHeld = true;
    box.setPointerCapture(event.pointerId);
    follow(event);
    range.focus({ preventScroll: true });
  });
  // Else the press would take the focus away again.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("pointermove", (event) => {
    if (isHeld) follow(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    box.addEventListener(end, () => {
      isHeld = false;
    });
  }
  range.addEventListener("input", show);
  // What an arrow does to a range without steps differs from browser to browser.
  range.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    set(Number(range.value) + way * (event.shiftKey ? LARGE_STEP : STEP));
  });
  show();
});

// One picture in the other's place.
whenPresent("[data-turning]", (button) => {
  button.addEventListener("click", () => {
    const isTurned = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!isTurned));
  });
});
