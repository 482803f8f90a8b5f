// The theme of this device: as the system has it, dark or light. A page may have several places to choose it.
import { whenPresent } from "./present.js";

const ORDER = ["system", "dark", "light"];
const CHOSEN = "theme-chosen";
const root = document.documentElement;

function current() {
  return root.dataset.theme ?? "system";
}

function choose(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // It holds for this page at least.
  }
  document.dispatchEvent(new Event(CHOSEN));
}

whenPresent("[data-theme-switch]", (button) => {
  const name = () => {
    button.setAttribute("aria-label", `Theme: ${current()}`);
    button.title = `Theme: ${current()}`;
  };
  button.addEventListener("click", () => choose(ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length]));
  document.addEventListener(CHOSEN, name);
  name();
});

whenPresent("[data-theme-choice]", (choice) => {
  const mark = () => {
    choice.querySelector(`input[value="${current()}"]`).checked = true;
  };
  choice.addEventListener("change", (event) => choose(event.target.value));
  document.addEventListener(CHOSEN, mark);
  mark();
});
