// The picture over the whole window: zoom by wheel and pinch, drag, turn over to its neighbors; the address goes along.
import PhotoSwipe from "photoswipe";

import { whenPresent } from "./present.js";

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

function open({ pictures, index }, opener) {
  const box = new PhotoSwipe({
    dataSource: pictures,
    index,
    loop: false,
    bgOpacity: 1,
    wheelToZoom: true,
    preload: [1, 2],
    padding: { top: 16, bottom: 16, left: 16, right: 16 },
    showHideAnimationType: isCalm.matches ? "none" : "fade",
    maxZoomLevel: 4,
    closeTitle: "Close (Esc)",
    zoomTitle: "Zoom (Z)",
    arrowPrevTitle: "Newer",
    arrowNextTitle: "Older",
    errorMsg: "The picture could not be loaded.",
  });
  box.on("change", () => history.replaceState(null, "", pictures[box.currIndex].page));
  // The page below is about the picture that was there before.
  box.on("destroy", () => {
    if (box.currIndex !== index) location.replace(pictures[box.currIndex].page);
    else opener.focus({ preventScroll: true });
  });
  box.init();
}

whenPresent("[data-lightbox]", (link) => {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.dataset.lightbox, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      open(await answer.json(), link);
    } catch {
      location.assign(link.href);
    }
  });
});
