// A film plays on its tile while it is pointed at, without sound; not where motion is unwelcome.
import { whenPresent } from "../present.js";

const PATIENCE_MS = 180;
const stays = matchMedia("(prefers-reduced-motion: reduce)");

// A tile that is moved comes into the page anew.
const ready = new WeakSet();

whenPresent("[data-film]", (tile) => {
  if (ready.has(tile)) return;
  ready.add(tile);
  const frame = tile.querySelector(".frame");
  let timer;
  let film = null;

  function play() {
    film = document.createElement("video");
    film.muted = true;
    film.loop = true;
    film.playsInline = true;
    film.className = "tile-film";
    film.setAttribute("aria-hidden", "true");
    film.src = tile.dataset.film;
    frame.append(film);
    film.play().catch(() => {});
  }

  function stop() {
    clearTimeout(timer);
    if (!film) return;
    film.removeAttribute("src");
    film.load();
    film.remove();
    film = null;
  }

  tile.addEventListener("pointerenter", (event) => {
    if (stays.matches || event.pointerType !== "mouse" || tile.querySelector(".veil:not([open])")) return;
    timer = setTimeout(play, PATIENCE_MS);
  });
  tile.addEventListener("pointerleave", stop);
});
