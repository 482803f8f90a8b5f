// The tiles of the gallery as they are shown just now.

export const list = () => document.querySelector("[data-tiles]");

export const tiles = () => [...(list()?.querySelectorAll("[data-tile]:not([hidden])") ?? [])];

export const tileOf = (id) => document.getElementById(`tile-${id}`);

export const checkOf = (tile) => tile.querySelector('input[name="ids"]');

// What of a tile takes the focus.
export const reachOf = (tile) => tile.querySelector("[data-reach]");

export const tileAt = (element) => element?.closest?.("[data-tile]") ?? null;

export function reach(tile) {
  reachOf(tile)?.focus({ preventScroll: true });
  tile.scrollIntoView({ block: "nearest" });
}
