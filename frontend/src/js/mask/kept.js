// The mask of a picture, kept for this tab: it outlives a reload, a session that ended, and the way back.
import { fromText, pack, toText, unpack } from "./runs.js";

const PREFIX = "mask-";

export class KeptMask {
  constructor(picture, storage) {
    this.key = PREFIX + picture;
    this.storage = storage;
  }

  // Says whether there was room for it. The picture at hand is worth more than those of earlier.
  save(mask) {
    if (mask.isEmpty) {
      this.forget();
      return true;
    }
    const { width, height, whole } = mask.bitmap;
    const settled = { pixels: mask.pixels, width };
    const text = `${width} ${height} ${toText(pack(settled, whole))}`;
    if (this.#put(text)) return true;
    for (const key of Object.keys(this.storage)) {
      if (key.startsWith(PREFIX) && key !== this.key) this.storage.removeItem(key);
    }
    return this.#put(text);
  }

  // The pixels that were kept for a bitmap of that size; null when there are none.
  load({ width, height, whole }) {
    const [kept, of, text] = (this.storage.getItem(this.key) ?? "").split(" ");
    if (Number(kept) !== width || Number(of) !== height) return null;
    const runs = fromText(text, width * height);
    if (runs === null) return null;
    const found = { pixels: new Uint8Array(width * height), width };
    unpack(runs, found, whole);
    return found.pixels;
  }

  forget() {
    this.storage.removeItem(this.key);
  }

  #put(text) {
    try {
      this.storage.setItem(this.key, text);
      return true;
    } catch {
      return false;
    }
  }
}
