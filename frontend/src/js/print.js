// Buttons that print the page.
import { whenPresent } from "./present.js";

whenPresent("[data-print]", (button) => button.addEventListener("click", () => window.print()));
