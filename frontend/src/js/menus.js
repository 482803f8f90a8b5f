// Menus close when one turns to something else; dialogs open by their buttons.
import { whenPresent } from "./present.js";

whenPresent("[data-menu]", (menu) => {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener("toggle", () => {
    if (menu.open) menu.querySelector(".menu-body")?.scrollIntoView({ block: "nearest" });
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

whenPresent("[data-open-dialog]", (button) => {
  button.addEventListener("click", () => {
    const menu = button.closest("[data-menu]");
    if (menu) menu.open = false;
    document.getElementById(button.dataset.openDialog).showModal();
  });
});
