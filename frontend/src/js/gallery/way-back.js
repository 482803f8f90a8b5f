// From a picture back to where one was in the gallery: the address says from which page on, and the tile is remembered.
import { whenPresent } from "../present.js";
import { list, reachOf, tileAt, tileOf } from "./tiles.js";

const KEY = "gallery-place";

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

// The address of the page that the tile stands on: the last mark at or before it.
function addressOf(tile) {
  let address = location.pathname + location.search;
  for (const mark of list().querySelectorAll("[data-page]")) {
    const isBefore = mark === tile || mark.compareDocumentPosition(tile) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (isBefore) address = mark.dataset.page;
  }
  return address;
}

document.addEventListener("click", (event) => {
  const tile = tileAt(event.target);
  if (event.defaultPrevented || !tile || !event.target.closest("a.tile") || !list()?.contains(tile)) return;
  const address = addressOf(tile);
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ address, tile: tile.dataset.tile }));
  } catch {
    // Then the way back leads to the top.
  }
  history.replaceState(history.state, "", address);
});

whenPresent("[data-to-gallery]", (link) => {
  const { address } = remembered();
  if (address?.startsWith("/gallery") || address?.startsWith("/boards/")) link.setAttribute("href", address);
});

whenPresent("[data-tiles]", () => {
  const { address, tile } = remembered();
  const cameBack = document.referrer.includes("/i/") || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!cameBack || !tile || address !== location.pathname + location.search) return;
  history.scrollRestoration = "manual";
  const shown = tileOf(tile);
  if (!shown) return;
  shown.scrollIntoView({ block: "center" });
  reachOf(shown)?.focus({ preventScroll: true });
});
