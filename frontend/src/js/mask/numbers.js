// The rectangle by numbers. Without scripts the server reads its fields; with them it goes into the mask, and the fields
// are empty again, so that it is not marked twice.
import { readRectangle } from "./words.js";

const FIELDS = ["left", "top", "width", "height"];

export function bindNumbers(editor, picture, add) {
  const fold = editor.querySelector("[data-mask-numbers]");
  const fields = FIELDS.map((name) => [name, fold.querySelector(`[name="rect_${name}"]`)]);
  const fault = fold.querySelector("[data-mask-numbers-error]");

  function submit() {
    const { rectangle, error } = readRectangle(Object.fromEntries(fields.map(([name, { value }]) => [name, value])), picture);
    fault.textContent = error ?? "";
    for (const [, field] of fields) field.toggleAttribute("aria-invalid", false);
    if (error) {
      const wrong = fields.find(([, { value }]) => !/^\s*\d+\s*$/.test(value))?.[1] ?? fields[0][1];
      wrong.setAttribute("aria-invalid", "true");
      wrong.focus();
      return;
    }
    for (const [, field] of fields) field.value = "";
    add(rectangle);
    fields[0][1].focus();
  }

  fold.querySelector("[data-mask-add]").addEventListener("click", submit);
  for (const [, field] of fields) {
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      // It means this rectangle, not the whole form.
      event.preventDefault();
      submit();
    });
  }
  fold.open = fields.some(([, { value }]) => value !== "");
  fold.dataset.ready = "";
}
