// A mask goes out into a file, and comes in from one.
import { announce } from "../announce.js";
import { toast } from "../toasts.js";
import { encodeGray, enlarged } from "./png.js";
import { BadMask, readMask } from "./reading.js";

// `act` holds load(levels) and finish(), which ends what is being drawn.
export function bindCarrying(root, mask, act) {
  const region = root.querySelector("[data-mask-said]");
  const words = root.querySelector("[data-mask-carried]");
  const input = root.querySelector("[data-mask-import]");

  function say(text) {
    words.textContent = text;
    announce(text, region);
  }

  async function take() {
    const [file] = input.files;
    // The same file can be chosen again.
    input.value = "";
    if (!file) return;
    try {
      const { levels, size } = await readMask(file, mask.bitmap);
      act.load(levels);
      const { width, height } = mask.source;
      const isScaled = size.width !== width || size.height !== height;
      const scaled = `It was ${size.width} × ${size.height} and has been scaled to the picture’s ${width} × ${height}.`;
      say(`The mask is in. ${isScaled ? scaled : ""}${levels.some(Boolean) ? "" : " Nothing of it is white."}`.trim());
    } catch (fault) {
      say(fault instanceof BadMask ? fault.message : "The mask could not be taken in. Please try again.");
    }
  }

  async function give() {
    act.finish();
    const { width, height } = mask.source;
    try {
      const parts = await encodeGray(width, height, enlarged(mask.pixels.slice(), mask.bitmap, mask.source));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(parts, { type: "image/png" }));
      link.download = `mask-${width}x${height}.png`;
      link.click();
      // Not at once: the browser may only be about to read it.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch {
      toast("The mask could not be written down. Please try again.");
    }
  }

  input.addEventListener("change", take);
  return { give, take: () => input.click() };
}
