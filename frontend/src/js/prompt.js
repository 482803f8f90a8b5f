// The prompt form: grows with the text, counts near the limit, sends by Ctrl+Enter, shows faults.
import { whenPresent } from "./present.js";

const NEAR = 0.9;
const isRoomy = matchMedia("(min-width: 900px)");

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function count(area) {
  const longest = Number(area.dataset.longest);
  const length = [...area.value].length;
  const shown = document.querySelector("[data-prompt-count]");
  shown.textContent = length > longest * NEAR ? `${length.toLocaleString("en-US")} / ${longest.toLocaleString("en-US")}` : "";
  shown.classList.toggle("is-over", length > longest);
}

function sumUp(form) {
  const chosen = ["model", "aspect_ratio", "count", "resolution", "duration", "style", "color"].map((name) => {
    const input = form.querySelector(`input[name="${name}"]:checked:not(:disabled)`);
    return input && form.querySelector(`label[for="${input.id}"] > span:not([aria-hidden], .visually-hidden)`).textContent;
  });
  // Folded up, nothing else on the page tells of the picture.
  if (form.querySelector('input[name="image"]')) chosen.unshift("From a picture");
  form.querySelector("[data-options-now]").textContent = chosen.filter(Boolean).join(" · ");
}

whenPresent("[data-prompt-form]", (form) => {
  const area = form.querySelector("[data-longest]");
  const button = form.querySelector("#create-button");

  // What was typed outlives a session that ended, a crash and the back button, in this tab and for this person.
  const draft = `draft-${form.dataset.promptForm}`;
  area.addEventListener("input", () => {
    grow(area);
    count(area);
    sessionStorage.setItem(draft, area.value);
  });
  // Words that are typed while others are on their way are the next request's.
  let sent = null;
  let isNextSent = false;
  form.addEventListener("submit", () => {
    if (sent !== null && sent !== area.value) isNextSent = true;
  });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === form) sent = area.value;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    const isNextWanted = isNextSent && sent !== area.value;
    if (event.detail.successful && sent === area.value) {
      sessionStorage.removeItem(draft);
      if (document.activeElement === area) area.select();
    }
    sent = null;
    isNextSent = false;
    // The form takes no other request before htmx has done with this one.
    if (event.detail.successful && isNextWanted) setTimeout(() => form.requestSubmit(button));
  });
  if (!area.value) area.value = sessionStorage.getItem(draft) ?? "";
  grow(area);
  count(area);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit(button);
  });
  // The second half of a double click asks for nothing more.
  button.addEventListener("click", (event) => {
    if (event.detail > 1) event.preventDefault();
  });

  form.addEventListener("change", () => sumUp(form));
  sumUp(form);

  if (isRoomy.matches && matchMedia("(hover: hover)").matches && !location.hash) {
    area.focus({ preventScroll: true });
    area.setSelectionRange(area.value.length, area.value.length);
  }
});

// Answered: what was asked for may be said again in other words, or what is wrong be put right.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches("[data-prompt-form]")) return;
  const area = form.querySelector("[data-longest]");
  for (const fault of form.querySelectorAll("[data-error-for]")) {
    const field = form.querySelector(`#${fault.dataset.errorFor}`);
    if (!field) continue;
    if (fault.textContent.trim()) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  if (event.detail.successful) {
    // What was asked for stands on top.
    if (window.scrollY > 0) window.scrollTo({ top: 0, behavior: "smooth" });
    return;
  }
  const wrong = form.querySelector(".options [data-error-for]:not(:empty)");
  if (wrong) {
    for (let fold = wrong.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    wrong.closest("fieldset, .field, .models").querySelector("input, textarea").focus();
  } else if (area.getAttribute("aria-invalid")) {
    area.focus();
  }
});

whenPresent("[data-options]", (options) => {
  isRoomy.addEventListener("change", () => {
    options.open = isRoomy.matches;
  });
});
