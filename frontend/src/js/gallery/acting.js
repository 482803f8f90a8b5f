// What is done to pictures is sent without leaving the page: one request, whatever the number, and a message about it.
import htmx from "htmx.org";

import { announce } from "../announce.js";
import { toast } from "../toasts.js";
import { forget, selected } from "./selecting.js";
import { reach, reachOf, tileAt, tileOf, tiles } from "./tiles.js";

// The acts after which a picture is not in this view any more, but could come back to it.
const LEAVES = { trash: true, delete: true };

function hide(ids) {
  const gone = ids.map(tileOf).filter(Boolean);
  const hadFocus = gone.find((tile) => tile.contains(document.activeElement));
  const order = tiles();
  const next = hadFocus && [...order.slice(order.indexOf(hadFocus)), ...order.slice(0, order.indexOf(hadFocus)).reverse()];
  for (const tile of gone) tile.hidden = true;
  for (const part of document.querySelectorAll(".day-part")) part.hidden = !part.querySelector("[data-tile]:not([hidden])");
  const heir = next?.find((tile) => !tile.hidden);
  if (heir) reach(heir);
  forget(ids);
}

function unhide(ids) {
  for (const tile of ids.map(tileOf).filter(Boolean)) {
    tile.hidden = false;
    tile.closest(".day-part").hidden = false;
  }
}

function mark(ids, starred) {
  for (const tile of ids.map(tileOf).filter(Boolean)) {
    const button = tile.querySelector(".tile-star");
    if (!button) continue;
    tile.toggleAttribute("data-starred", starred);
    button.setAttribute("aria-pressed", String(starred));
    button.dataset.act = starred ? "unstar" : "star";
    button.setAttribute("formaction", starred ? button.dataset.unstar : button.dataset.star);
  }
}

const view = () => new URLSearchParams(location.search).get("show") ?? "all";
const board = () => document.querySelector('#selection [name="shown_board"]')?.value ?? "";

function show(act, ids, data) {
  if (LEAVES[act] || (act === "restore" && view() === "trash")) hide(ids);
  else if (act === "restore") unhide(ids);
  else if (act === "star" || act === "unstar") {
    mark(ids, act === "star");
    if (act === "unstar" && view() === "starred") hide(ids);
  } else if (act === "move") {
    if (board() && data.get("board") !== board()) hide(ids);
    forget(ids);
  }
}

// Messages go to the messages; every other piece takes the place of the one that it is a newer state of.
function place(html, isQuiet) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const piece of [...template.content.children]) {
    if ("toast" in piece.dataset) {
      announce(piece.querySelector("p").textContent);
      if (!isQuiet) document.getElementById("toasts").append(piece);
      continue;
    }
    const shown = piece.id && document.getElementById(piece.id);
    if (!shown) continue;
    shown.replaceWith(piece);
    htmx.process(piece);
  }
}

export async function send(act, address, data) {
  const ids = data.has("only") ? [data.get("only")] : data.getAll("ids");
  try {
    const answer = await fetch(address, { method: "POST", body: data, headers: { "HX-Request": "true" } });
    if (answer.headers.has("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
    const html = await answer.text();
    if (answer.ok) show(act, ids, data);
    // One star is seen where it was put.
    place(html, answer.ok && data.has("only") && (act === "star" || act === "unstar"));
  } catch {
    toast("We could not reach the server. Nothing was changed; please try again.");
  }
  return undefined;
}

// The selection's form with these ids, for what is not sent by one of its buttons.
export function filled(ids) {
  const data = new FormData(document.getElementById("selection"));
  data.delete("ids");
  for (const id of ids) data.append("ids", id);
  return data;
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-selection-form]")) return;
  const act = submitter?.dataset.act;
  if (!act) return;
  event.preventDefault();
  const data = new FormData(form);
  if (submitter.name) data.set(submitter.name, submitter.value);
  submitter.closest("[data-menu]")?.removeAttribute("open");
  const message = submitter.closest("[data-toast]");
  const tile = tileAt(submitter);
  const isSentFromMessage = message?.contains(document.activeElement);
  send(act, submitter.formAction, data).then(() => {
    message?.remove();
    // The focus goes with what was brought back.
    const back = isSentFromMessage && data.getAll("ids").map(tileOf).find((one) => one && !one.hidden);
    if (back) reach(back);
    if (tile && !tile.hidden && !tile.contains(document.activeElement)) reachOf(tile)?.focus({ preventScroll: true });
  });
});

// By keyboard: what is selected, or the tile that has the focus.
function meant(tile) {
  const chosen = selected();
  if (chosen.length && (!tile || chosen.includes(tile.dataset.tile))) return chosen;
  return tile ? [tile.dataset.tile] : [];
}

export function trash(tile) {
  const ids = meant(tile);
  const button = document.querySelector('#selection [data-act="trash"]');
  if (ids.length && button) send("trash", button.formAction, filled(ids));
}

// A star for all of them; where all have one, it is taken.
export function star(tile) {
  const ids = meant(tile);
  const button = tile.querySelector(".tile-star");
  if (!button) return;
  const act = ids.every((id) => tileOf(id)?.hasAttribute("data-starred")) ? "unstar" : "star";
  const data = filled(ids);
  if (ids.length === 1) data.set("only", ids[0]);
  send(act, button.dataset[act], data);
}
