// How many of the folded filters are set, said on their button; and what a search came to, said to those who listen.
import { announce } from "../announce.js";
import { whenPresent } from "../present.js";

whenPresent("#filters", (form) => {
  const words = form.querySelector("[data-folded]");
  const fields = form.querySelectorAll(".filter-fields select, .filter-fields input");
  form.addEventListener("change", () => {
    const count = [...fields].filter((field) => field.value).length;
    words.textContent = count || "";
  });
  form.addEventListener("submit", () => form.querySelector("[data-menu]").removeAttribute("open"));
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "gallery") return;
  const { length } = event.target.querySelectorAll("[data-tile]");
  const more = event.target.querySelector("[data-endless]") ? "more than " : "";
  announce(length ? `${more}${length} found` : "Nothing was found");
});
