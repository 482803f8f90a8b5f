// The prompts of before: shown over the page by their button, or by the arrow up in an empty prompt; one click takes one.
import { whenPresent } from "./present.js";
import { type } from "./typing.js";

whenPresent("[data-prompt-history]", (button) => {
  const dialog = document.getElementById("prompts-dialog");
  const area = button.closest("form").querySelector("[data-longest]");

  button.addEventListener("click", () => {
    dialog.querySelector("[type=search]").value = "";
    dialog.showModal();
  });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" || area.value !== "" || event.isComposing) return;
    event.preventDefault();
    button.click();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const again = event.target.closest("[data-prompt]");
    if (!again || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    dialog.close();
    type(area, again.dataset.prompt);
  });
});
