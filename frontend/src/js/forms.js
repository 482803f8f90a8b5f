// Small courtesies of plain forms.
import { whenPresent } from "./present.js";

// Sent once: a second press while the answer is on its way does nothing.
whenPresent("form[data-once]", (form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A form with one switch: turning it is what sends it.
whenPresent("form[data-send-on-change]", (form) => {
  form.addEventListener("change", () => form.requestSubmit());
});

whenPresent("[data-reveal]", (button) => {
  const input = document.getElementById(button.dataset.reveal);
  button.addEventListener("click", () => {
    const isShown = input.type === "password";
    input.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
    button.textContent = isShown ? "Hide" : "Show";
  });
});
