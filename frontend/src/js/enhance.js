// A better wording for the prompt. The button asks; what comes back goes into the prompt in such a way that the browser's
// own undo takes it back, and stands beside it until it is dismissed.
import htmx from "htmx.org";

import { announce } from "./announce.js";
import { whenPresent } from "./present.js";
import { type } from "./typing.js";

const PANEL = "#enhanced";

// For each prompt: its text when the better one was asked for, and when it was replaced.
const asked = new WeakMap();
const before = new WeakMap();

function areaOf(button) {
  const named = button.dataset.enhance && document.getElementById(button.dataset.enhance);
  return named || button.form.querySelector("textarea");
}

function setBusy(button, isBusy) {
  if (isBusy) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

function dismiss(button) {
  const panel = document.querySelector(PANEL);
  // Nothing that is still on its way comes back to a panel that was closed.
  for (const asking of [button, ...panel.querySelectorAll("[hx-get], [hx-post]")]) htmx.trigger(asking, "htmx:abort");
  panel.replaceChildren();
  setBusy(button, false);
  areaOf(button).focus({ preventScroll: true });
}

function put(button, text) {
  const area = areaOf(button);
  before.set(area, area.value);
  type(area, text);
  announce("Prompt improved");
}

whenPresent("[data-enhance]", (button) => {
  const area = areaOf(button);
  const follow = () => {
    button.disabled = area.value.trim() === "";
  };
  area.addEventListener("input", follow);
  follow();
  // A draft may be put back into the field without anything being typed.
  setTimeout(follow);

  button.addEventListener(
    "click",
    (event) => {
      if (button.getAttribute("aria-busy") !== "true") return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  button.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== button) return;
    asked.set(area, area.value);
    setBusy(button, true);
    announce("Looking for better words");
  });
  for (const name of ["htmx:sendError", "htmx:sendAbort", "htmx:timeout"]) {
    button.addEventListener(name, () => setBusy(button, false));
  }
});

// After each answer: is there more to wait for? What waits asks by itself, by hx-trigger.
function settle() {
  const button = document.querySelector("[data-enhance]");
  const panel = document.querySelector(PANEL);
  if (!button || !panel) return;
  const isWaiting = panel.querySelector("[hx-trigger], [data-hx-trigger]") !== null && !panel.querySelector("[data-enhanced]");
  if (!isWaiting) setBusy(button, false);
}

document.addEventListener("htmx:afterSettle", settle);
document.addEventListener("htmx:afterRequest", (event) => {
  const button = document.querySelector("[data-enhance]");
  // A refusal puts nothing into the panel.
  if (button && event.detail.elt === button && event.detail.failed) setBusy(button, false);
});

whenPresent("[data-enhanced]", (panel) => {
  const button = document.querySelector("[data-enhance]");
  if (!button) return;
  const area = areaOf(button);
  const text = panel.dataset.text;
  const use = panel.querySelector("[data-enhance-use]");

  panel.querySelector("[data-enhance-undo]")?.addEventListener("click", (event) => {
    event.preventDefault();
    type(area, before.get(area) ?? panel.dataset.before ?? area.value);
    announce("Your own words are back");
    dismiss(button);
  });
  panel.querySelector("[data-enhance-dismiss]")?.addEventListener("click", (event) => {
    event.preventDefault();
    dismiss(button);
  });
  use?.addEventListener("click", (event) => {
    event.preventDefault();
    put(button, text);
    use.hidden = true;
  });

  setBusy(button, false);
  const wasAsked = asked.get(area);
  asked.delete(area);
  // Not asked for from this page: it was there when the page came, and so is the text in the field.
  if (wasAsked === undefined) return;
  // Meanwhile somebody wrote on: nothing is overwritten where there is a button to do so.
  if (use && area.value !== wasAsked) {
    announce("A better prompt is ready");
    return;
  }
  if (use) use.hidden = true;
  put(button, text);
});

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
    const button = document.querySelector("[data-enhance]");
    const panel = document.querySelector(PANEL);
    if (!button || !panel) return;
    if (panel.childElementCount === 0 && button.getAttribute("aria-busy") !== "true") return;
    const isNear = button.form.contains(event.target) || panel.contains(event.target) || event.target.matches("body, main");
    if (!isNear) return;
    // It does this and nothing else that Escape may do on the page.
    event.preventDefault();
    event.stopPropagation();
    asked.delete(areaOf(button));
    dismiss(button);
  },
  { capture: true },
);
