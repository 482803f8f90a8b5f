// A blur of each picture, until the picture is there.
import { decode } from "blurhash";

import { whenPresent } from "./present.js";

const SIDE = 32;

whenPresent("[data-blurhash]", (frame) => {
  const image = frame.querySelector("img");
  if (image.complete || frame.querySelector("canvas")) return;
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
});
