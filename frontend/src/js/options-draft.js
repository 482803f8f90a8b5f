// What was chosen and typed beside the prompt is there again after a reload, the back button and a session that ended.
import { whenPresent } from "./present.js";

function comesBack() {
  const [{ type }] = performance.getEntriesByType("navigation");
  if (type === "reload" || type === "back_forward") return true;
  return document.referrer !== "" && new URL(document.referrer).pathname.startsWith("/login");
}

const fieldsOf = (form) =>
  [...form.elements].filter((field) => field.name && field.closest("[data-options]") && field.matches("[type=radio], [type=text], textarea"));

function choicesOf(form) {
  const fields = fieldsOf(form).filter((field) => !field.disabled && (field.type !== "radio" || field.checked));
  return Object.fromEntries(fields.map((field) => [field.name, field.value]));
}

// One after the other, as each may decide on what can be chosen next: the model stands first.
function choose(form, choices) {
  for (const field of fieldsOf(form)) {
    if (field.disabled || !(field.name in choices)) continue;
    if (field.type === "radio") {
      if (field.checked || field.value !== choices[field.name]) continue;
      field.checked = true;
    } else {
      if (field.value === choices[field.name]) continue;
      field.value = choices[field.name];
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

whenPresent("[data-prompt-form]", (form) => {
  const key = `options-${form.dataset.promptForm}`;
  const kept = sessionStorage.getItem(key);
  if (kept && comesBack()) choose(form, JSON.parse(kept));
  // Who comes by a link gets what the link says.
  else sessionStorage.removeItem(key);

  const keep = (event) => {
    if (event.target.closest("[data-options]")) sessionStorage.setItem(key, JSON.stringify(choicesOf(form)));
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
});
