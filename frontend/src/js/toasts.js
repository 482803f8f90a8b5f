// Short messages: they go by themselves, unless they hold something to press or tell of an error.
import { whenPresent } from "./present.js";

const SECONDS = 7;

whenPresent("[data-toast]", (toast) => {
  toast.querySelector("[data-close-toast]").addEventListener("click", () => toast.remove());
  // What was offered is done.
  toast.querySelector("[data-close-toast-after]")?.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) toast.remove();
  });
  const isKept = toast.matches(".is-error") || toast.querySelector("form") || !document.body.matches(".is-member");
  if (isKept) return;
  let timer;
  const start = () => {
    timer = setTimeout(() => toast.remove(), SECONDS * 1000);
  };
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, start);
  start();
});

// A message about what was just done does not come back on a reload.
if (new URLSearchParams(location.search).has("deleted")) {
  history.replaceState(null, "", location.pathname);
}

export function toast(message) {
  const box = document.createElement("div");
  box.className = "toast is-error";
  const text = document.createElement("p");
  text.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button is-small";
  close.dataset.closeToast = "";
  close.textContent = "Close";
  box.append(text, close);
  box.dataset.toast = "";
  document.getElementById("toasts").append(box);
}
