// Selecting by mouse: a tile's box for one, Shift for all up to here, Ctrl or Cmd on the picture itself.
import { announce } from "../announce.js";
import { whenPresent } from "../present.js";
import { all, extend, NOTHING, toggle, without } from "./selection.js";
import { checkOf, tileAt, tileOf, tiles } from "./tiles.js";

let selection = NOTHING;

const selectable = () => tiles().filter(checkOf).map((tile) => tile.dataset.tile);
export const selected = () => [...selection.ids];

function show(before) {
  for (const id of new Set([...before.ids, ...selection.ids])) {
    const tile = tileOf(id);
    const check = tile && checkOf(tile);
    if (!check) continue;
    check.checked = selection.ids.has(id);
    tile.toggleAttribute("data-selected", check.checked);
  }
  const count = selection.ids.size;
  document.documentElement.toggleAttribute("data-selecting", count > 0);
  for (const words of document.querySelectorAll("[data-selected-count]")) words.textContent = count;
  for (const act of document.querySelectorAll("[data-for-two]")) act.hidden = count !== 2;
}

function become(next) {
  const before = selection;
  selection = next;
  show(before);
  const count = selection.ids.size;
  if (count !== before.ids.size) announce(count ? `${count} selected` : "Nothing is selected");
}

export const selectNone = () => become(NOTHING);
export const selectAll = () => become(all(selectable()));
export const forget = (ids) => become(without(selection, ids));

export function pick(tile, isRange) {
  if (!checkOf(tile)) return;
  become(isRange ? extend(selection, selectable(), tile.dataset.tile) : toggle(selection, tile.dataset.tile));
}

whenPresent("[data-tiles]", (list) => {
  list.addEventListener("click", (event) => {
    const tile = tileAt(event.target);
    if (!tile) return;
    if (event.target.matches('input[name="ids"]')) {
      // The box turns by itself afterwards, to what is selected by then.
      pick(tile, event.shiftKey);
      queueMicrotask(() => {
        event.target.checked = selection.ids.has(tile.dataset.tile);
      });
    } else if (event.target.closest(".tile") && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      pick(tile, event.shiftKey);
    }
  });
  // Shift would also select the words between two clicks.
  list.addEventListener("mousedown", (event) => {
    if (event.shiftKey) event.preventDefault();
  });
});

whenPresent("[data-unselect]", (button) => button.addEventListener("click", selectNone));

// Another view of the gallery begins with nothing selected; so does a page that the browser has kept the boxes of.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "gallery") selectNone();
});
whenPresent('[data-tile] input[name="ids"]:checked', (check) => {
  if (!selection.ids.has(check.value)) check.checked = false;
});
