// Keys: an element with data-hotkey is pressed by its key, or gets the focus when it is to be written into.

const FIELDS = "input, textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open], .pswp")) return;
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
    return;
  }
  const element = [...document.querySelectorAll("[data-hotkey]")].find((one) => one.dataset.hotkey === event.key);
  if (!element) return;
  event.preventDefault();
  if (element.matches(FIELDS)) element.focus();
  else element.click();
});
