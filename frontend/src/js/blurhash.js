// A blur of each picture, until the picture is there.
import { decode } from "blurhash";

import { whenPresent } from "./present.js";

const SIDE = 20;
// Soon enough to be seen, and not all at once where there are hundreds.
const AHEAD = "400px";

const watcher = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      blur(target);
    }
  },
  { rootMargin: `${AHEAD} 0px` },
);

function blur(frame) {
  const image = frame.querySelector("img");
  if (!image || image.complete || frame.querySelector("canvas")) return;
  let pixels;
  try {
    pixels = decode(frame.dataset.blurhash, SIDE, SIDE);
  } catch {
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.setAttribute("aria-hidden", "true");
  canvas.getContext("2d").putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  frame.prepend(canvas);
  frame.classList.add("is-loading");
  const end = () => {
    frame.classList.remove("is-loading");
    setTimeout(() => canvas.remove(), 300);
  };
  image.addEventListener("load", end, { once: true });
  image.addEventListener("error", () => frame.classList.add("is-broken"), { once: true });
}

whenPresent("[data-blurhash]", (frame) => watcher.observe(frame));
