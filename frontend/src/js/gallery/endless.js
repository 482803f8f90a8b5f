// The gallery goes on before its end is reached, in both directions, and what is being looked at stays where it is.
import htmx from "htmx.org";

import { whenPresent } from "../present.js";

// How far from the window the next page is asked for.
const AHEAD = "2400px";

// Not by a click: a link that has just come is a plain one for a moment.
async function load(link) {
  if (link.dataset.asked || !link.isConnected) return;
  link.dataset.asked = "yes";
  await htmx.ajax("GET", link.href, { target: link, swap: "outerHTML" });
  // Still there, it was not answered; then it waits to be pressed.
  delete link.dataset.asked;
}

const watcher = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) load(target);
    }
  },
  { rootMargin: `${AHEAD} 0px` },
);

whenPresent('[data-endless="older"]', (link) => watcher.observe(link));

// Upwards only once somebody goes upwards: a page that is opened in the middle begins with what was asked for.
whenPresent('[data-endless="newer"]', (link) => {
  const begin = () => {
    if (link.isConnected) watcher.observe(link);
  };
  window.addEventListener("wheel", (event) => event.deltaY < 0 && begin(), { passive: true, once: false });
  window.addEventListener("touchmove", begin, { passive: true, once: true });
  window.addEventListener("keydown", (event) => ["ArrowUp", "PageUp", "Home"].includes(event.key) && begin());
});

let kept = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.elt?.matches?.('[data-endless="newer"]')) return;
  const anchor = event.detail.elt.nextElementSibling?.querySelector("[data-tile]");
  kept = anchor ? { anchor, top: anchor.getBoundingClientRect().top } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  if (!kept) return;
  const { anchor, top } = kept;
  kept = null;
  // After the rows are joined: that happens in a microtask of this swap.
  queueMicrotask(() => window.scrollBy(0, anchor.getBoundingClientRect().top - top));
});
