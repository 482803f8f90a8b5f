// Keeps the feed as it is on the server: asks often while something is under way, and changes only what has changed.
import htmx from "htmx.org";

import { announce } from "./announce.js";
import { notifyFromAfar, tellsFromAfar } from "./notify.js";
import { whenPresent } from "./present.js";

const BUSY_MS = 1_000;
const IDLE_MS = 15_000;
const AWAY_MS = 5_000;
const LONGEST_MS = 120_000;

function tellOfEnd(message) {
  announce(message);
  notifyFromAfar(message);
}

// How it goes in words, once for each thing that happens: read out, not every percent.
function tell(before, after) {
  if (!("unfinished" in before.dataset)) return;
  const { status, count, progress } = after.dataset;
  if (status === "succeeded" && !after.querySelector("[data-outcome]")) {
    const noun = after.dataset.kind === "video" ? "film" : "picture";
    tellOfEnd(count === "1" ? `Your ${noun} is ready` : `Your ${noun}s are ready`);
  } else if (!("unfinished" in after.dataset)) {
    tellOfEnd(after.querySelector("[data-outcome]")?.textContent.trim() ?? "A request ended");
  } else if (before.dataset.status !== status && status === "running") {
    announce("Drawing");
  } else if (before.dataset.progress < 50 && progress >= 50) {
    announce("Half done");
  }
}

// The same button, or another of the batch. Where all of it was thrown away the next batch has the focus, or the prompt.
function focusIn(batch, id) {
  let next = batch;
  while (next?.hidden) next = next.nextElementSibling;
  const same = batch.hidden ? null : document.getElementById(id);
  const place = same ?? next?.querySelector("a, button") ?? document.querySelector("[data-longest]");
  place?.focus({ preventScroll: true });
}

function replace(before, after) {
  // What is the same stays the same: pictures that are there, an opened prompt, the focus.
  for (const tile of after.querySelectorAll(".tile[id]")) {
    const shown = before.querySelector(`#${CSS.escape(tile.id)}`);
    if (shown) tile.replaceWith(shown);
  }
  const prompt = after.querySelector("details.batch-prompt");
  if (prompt && before.querySelector("details.batch-prompt")?.open) prompt.open = true;
  const focused = before.contains(document.activeElement) ? document.activeElement.id : null;
  before.replaceWith(after);
  htmx.process(after);
  if (focused !== null) focusIn(after, focused);
}

// What is not on the page is newer than everything that is.
function place(feed, batch) {
  feed.prepend(batch);
  htmx.process(batch);
}

function merge(feed, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const pieces = [...template.content.children];
  for (const piece of pieces) piece.removeAttribute("hx-swap-oob");
  const batches = pieces.filter((piece) => "batch" in piece.dataset);
  // From the oldest up, so that the newest comes to stand on top.
  for (const batch of batches.reverse()) {
    const shown = document.getElementById(batch.id);
    if (!shown) {
      place(feed, batch);
    } else if (shown.dataset.version !== batch.dataset.version) {
      tell(shown, batch);
      replace(shown, batch);
    }
  }
  for (const piece of pieces) {
    if ("batch" in piece.dataset) continue;
    const shown = document.getElementById(piece.id);
    if (shown && !shown.isEqualNode(piece)) shown.replaceWith(piece);
  }
}

whenPresent("[data-feed]", (feed) => {
  let version = feed.dataset.version;
  let failures = 0;
  // The server knows when something is about to be done.
  let busyMs = BUSY_MS;
  let timer;
  let isAsking = false;

  const isBusy = () => feed.querySelector("[data-unfinished]") !== null;

  // Down to the last request that is under way, wherever newer ones have pushed it.
  function address() {
    const shown = [...feed.querySelectorAll("[data-batch]")].findLastIndex((batch) => "unfinished" in batch.dataset) + 1;
    const url = new URL(feed.dataset.updates, location.href);
    if (shown > 0) url.searchParams.set("shown", shown);
    return url;
  }

  function schedule() {
    clearTimeout(timer);
    // Where nobody looks, only what is to be told is worth asking for, and less often.
    if (document.hidden && !(tellsFromAfar() && isBusy())) return;
    const pause = document.hidden ? Math.max(busyMs, AWAY_MS) : isBusy() ? busyMs : IDLE_MS;
    timer = setTimeout(ask, Math.min(pause * 2 ** failures, LONGEST_MS));
  }

  async function ask() {
    clearTimeout(timer);
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(address(), {
        // Whoever has to log in meanwhile comes back to this very page.
        headers: { "HX-Request": "true", "HX-Current-URL": location.href, "If-None-Match": `"${version}"` },
        cache: "no-store",
        signal: AbortSignal.timeout(20_000),
      });
      if (answer.headers.has("HX-Redirect")) {
        location.assign(answer.headers.get("HX-Redirect"));
        return;
      }
      busyMs = 1000 * Number(answer.headers.get("X-Look-After")) || BUSY_MS;
      if (answer.status === 200) {
        merge(feed, await answer.text());
        version = (answer.headers.get("ETag") ?? "").replace(/^W\/|"/g, "");
      }
      failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
    } catch {
      failures += 1;
    } finally {
      isAsking = false;
    }
    schedule();
  }

  document.addEventListener("visibilitychange", () => {
    failures = 0;
    if (document.hidden) schedule();
    else ask();
  });
  window.addEventListener("online", () => {
    failures = 0;
    ask();
  });
  // A request was sent or stopped: look at how it goes.
  document.addEventListener("htmx:afterSettle", schedule);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) schedule();
  });
  // What was asked for once more stands on top, and so does the focus that was on its button.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches("[data-retry]")) form.dataset.hadFocus = String(form.contains(document.activeElement));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches("[data-retry]") || !event.detail.successful) return;
    announce("Asked once more");
    if ("strip" in feed.dataset) feed.scrollTo({ left: 0, behavior: "smooth" });
    else window.scrollTo({ top: 0, behavior: "smooth" });
    if (form.dataset.hadFocus === "true") feed.querySelector("[data-batch] :is(a, button)").focus({ preventScroll: true });
  });
  // What was stopped or asked for once more is put in its own place again: the focus that was in it stays there.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const batch = fragment.firstElementChild;
    if (!target.matches("[data-batch]") || batch?.id !== target.id) return;
    event.detail.shouldSwap = false;
    tell(target, batch);
    replace(target, batch);
  });
  // A request that was sent twice is answered twice and stands here once.
  document.addEventListener("htmx:oobAfterSwap", () => {
    const seen = new Set();
    for (const batch of feed.querySelectorAll("[data-batch]")) {
      if (seen.has(batch.id)) batch.remove();
      seen.add(batch.id);
    }
  });
  schedule();
});
