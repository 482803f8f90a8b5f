// The form of a tool: what was typed outlives a reload and a session that ended; what was sent comes into sight.
import { announce } from "./announce.js";
import { whenPresent } from "./present.js";

whenPresent("[data-edit-form]", (form) => {
  const area = form.querySelector("textarea[name=prompt]");
  const draft = `draft-edit-${form.dataset.editForm}`;

  if (area) {
    area.addEventListener("input", () => sessionStorage.setItem(draft, area.value));
    // A page that says what is wrong with the words holds those that it is about.
    if (!area.hasAttribute("aria-invalid")) area.value = sessionStorage.getItem(draft) ?? area.value;
  }
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form || !event.detail.successful) return;
    announce("Sent. You can send another one meanwhile.");
    const strip = document.getElementById("feed");
    strip.scrollTo({ left: 0 });
    strip.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  });
});
