// Pictures are dragged onto boards: the one that is dragged, or all that are selected with it.
import { send, filled } from "./acting.js";
import { selected } from "./selecting.js";
import { tileAt } from "./tiles.js";

const KIND = "application/x-image-garden";
let dragged = [];

const boardAt = (event) => event.target.closest?.("[data-board]");
const isOurs = (event) => event.dataTransfer?.types.includes(KIND);

document.addEventListener("dragstart", (event) => {
  const tile = tileAt(event.target);
  if (!tile || !event.target.closest(".tile") || !document.getElementById("boards")) return;
  const chosen = selected();
  dragged = chosen.includes(tile.dataset.tile) ? chosen : [tile.dataset.tile];
  event.dataTransfer.setData(KIND, String(dragged.length));
  event.dataTransfer.effectAllowed = "copyMove";
  document.documentElement.dataset.dragging = "";
});
document.addEventListener("dragend", () => {
  delete document.documentElement.dataset.dragging;
  for (const board of document.querySelectorAll("[data-board].is-over")) board.classList.remove("is-over");
});
document.addEventListener("dragover", (event) => {
  const board = boardAt(event);
  if (!board || !isOurs(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  board.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => boardAt(event)?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const board = boardAt(event);
  if (!board || !isOurs(event)) return;
  event.preventDefault();
  const data = filled(dragged);
  data.set("board", board.dataset.board);
  send("move", document.getElementById("selection").action, data);
});
