// Writes into a field as if it had been typed, so that Ctrl+Z knows of it. The old command is the one way to do so.

export function type(area, text) {
  area.focus({ preventScroll: true });
  area.select();
  const isTyped = document.execCommand(text ? "insertText" : "delete", false, text);
  if (!isTyped || area.value !== text) {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(text.length, text.length);
}
