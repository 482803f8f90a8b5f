// The button that goes from system to dark to light.
import { whenPresent } from "./present.js";

const ORDER = ["system", "dark", "light"];
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
}

whenPresent("[data-theme-switch]", (button) => {
  const name = () => {
    button.setAttribute("aria-label", `Theme: ${current()}`);
    button.title = `Theme: ${current()}`;
  };
  button.addEventListener("click", () => {
    choose(ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length]);
    name();
  });
  name();
});
