// How tall the rows are: chosen by a slider, kept on this device, and set by theme.js before anything is painted.
import { whenPresent } from "../present.js";

whenPresent("[data-row-size]", (slider) => {
  const root = document.documentElement;
  const row = Number.parseInt(getComputedStyle(root).getPropertyValue("--gallery-row"), 10);
  if (row) slider.value = row;
  slider.addEventListener("input", () => {
    root.style.setProperty("--gallery-row", `${slider.value}px`);
    try {
      localStorage.setItem("gallery-row", slider.value);
    } catch {
      // It holds for this page at least.
    }
  });
});
