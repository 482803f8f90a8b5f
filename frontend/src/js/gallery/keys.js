// The gallery by keyboard alone: arrows go from tile to tile, Space selects, `.` stars, Del deletes, Enter opens.
import { whenPresent } from "../present.js";
import { star, trash } from "./acting.js";
import { goal } from "./movement.js";
import { pick, selectAll, selected, selectNone } from "./selecting.js";
import { list, reach, reachOf, tileAt, tiles } from "./tiles.js";

const FIELDS = 'input:not([name="ids"]), textarea, select';
const NEAR = 60;

// All tiles are one stop for Tab; what stands on a tile is reached from its neighbors.
const known = new WeakSet();
whenPresent("[data-tile]", (tile) => {
  if (known.has(tile)) return;
  known.add(tile);
  const isFirst = !list()?.querySelector('[data-tile] [tabindex="0"]');
  for (const one of tile.querySelectorAll("a, button, input, summary")) one.tabIndex = isFirst ? 0 : -1;
});
document.addEventListener("focusin", (event) => {
  const tile = tileAt(event.target);
  if (!tile || !list()?.contains(tile)) return;
  for (const one of list().querySelectorAll('[data-tile] [tabindex="0"]')) if (!tile.contains(one)) one.tabIndex = -1;
  for (const one of tile.querySelectorAll("a, button, input, summary")) one.tabIndex = 0;
});

function move(key, tile, isRange) {
  const all = tiles();
  const at = all.indexOf(tile);
  // Rows far away have nothing to do with it, and to measure thousands of boxes would take its time.
  const [from, until] = key === "Home" || key === "End" ? [0, all.length] : [Math.max(0, at - NEAR), at + NEAR + 1];
  const near = all.slice(from, until);
  const boxes = near.map((one) => {
    const { left, top, width } = one.getBoundingClientRect();
    return { left, top, width };
  });
  const next = near[goal(key, at - from, boxes)];
  if (!next) return false;
  reach(next);
  if (isRange) pick(next, true);
  return true;
}

function act(event, tile) {
  const { key } = event;
  if (key.startsWith("Arrow") || key === "Home" || key === "End") return move(key, tile, event.shiftKey);
  if (key === " ") return pick(tile, event.shiftKey) ?? true;
  if (key === "Enter" && event.target.matches('input[name="ids"]')) return true;
  if (key === ".") return star(tile) ?? true;
  return false;
}

document.addEventListener(
  "keydown",
  (event) => {
    if (!list() || event.defaultPrevented || event.altKey || event.isComposing) return;
    if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (selected().length && !document.querySelector("[data-menu][open]")) {
        selectNone();
        event.preventDefault();
      }
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      selectAll();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    const tile = tileAt(event.target);
    if (event.key === "Delete") {
      if (!tile && !selected().length) return;
      // For good only by the button that asks once more.
      if (new URLSearchParams(location.search).get("show") !== "trash") trash(tile);
      event.preventDefault();
      return;
    }
    const isOnTile = tile && (event.target === reachOf(tile) || event.target.matches('input[name="ids"]'));
    if (isOnTile && act(event, tile)) event.preventDefault();
  },
  { capture: true },
);
