// The moderators' queue by keyboard: from card to card, show a picture, open the form of a decision.
import { goal } from "./cards.js";
import { whenPresent } from "./present.js";

const FIELDS = "input, textarea, select";

whenPresent("[data-moderation]", (list) => {
  const cards = [...list.querySelectorAll("[data-card]")];
  const here = () => cards.findIndex((card) => card.contains(document.activeElement));
  const columns = () => cards.filter((card) => card.offsetTop === cards[0].offsetTop).length;

  function reach(card) {
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  function open(card, letter) {
    const wanted = card.querySelector(`[data-decision="${letter}"]`);
    if (!wanted) return;
    for (const one of card.querySelectorAll("[data-decision]")) one.open = one === wanted;
    wanted.querySelector("select").focus();
  }

  function close(card) {
    for (const one of card.querySelectorAll("[data-decision]")) one.open = false;
    reach(card);
  }

  // One form at a time, also by mouse.
  for (const card of cards) {
    for (const one of card.querySelectorAll("[data-decision]")) {
      one.addEventListener("toggle", () => {
        if (!one.open) return;
        for (const other of card.querySelectorAll("[data-decision]")) if (other !== one) other.open = false;
      });
    }
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (!list.isConnected || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (document.querySelector("dialog[open]")) return;
      const at = here();
      if (event.key === "Escape" && at >= 0) {
        event.preventDefault();
        close(cards[at]);
        return;
      }
      if (event.target.closest(FIELDS) || event.target.closest("video")) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      // Where no card has the focus, the page itself scrolls.
      if (at < 0 && (key === "ArrowUp" || key === "ArrowDown")) return;
      const next = goal(key, at, cards.length, columns());
      if (next !== undefined) reach(cards[next]);
      else if (at >= 0 && key === "v") {
        const veil = cards[at].querySelector("[data-veil]");
        veil.open = !veil.open;
      } else if (at >= 0 && ["a", "r", "b"].includes(key)) open(cards[at], key.toUpperCase());
      else return;
      event.preventDefault();
    },
    // Before the keys of the whole site.
    { capture: true },
  );

  const tried = list.querySelector("[data-decision][open] [aria-invalid]");
  const named = cards.find((card) => `#${card.id}` === location.hash);
  if (tried) tried.focus();
  else if (named) reach(named);
});
