// A mask from a file: what is white, or where there is transparency what is not transparent, is repainted.
import { ON, snapped } from "./bitmap.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER_BYTES = 24;
const MOST_PIXELS = 100_000_000;

export class BadMask extends Error {}

// The size that stands in the head of a PNG; null when it is none.
export function sizeOfPng(bytes) {
  if (bytes.length < HEADER_BYTES || SIGNATURE.some((byte, at) => bytes[at] !== byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  return size.width > 0 && size.height > 0 ? size : null;
}

// Levels from the four bytes of each pixel.
export function levelsOf(colors) {
  const levels = new Uint8Array(colors.length / 4);
  let isDrawnByAlpha = false;
  for (let at = 3; at < colors.length && !isDrawnByAlpha; at += 4) isDrawnByAlpha = colors[at] < ON;
  for (let to = 0, at = 0; to < levels.length; to += 1, at += 4) {
    const gray = isDrawnByAlpha ? colors[at + 3] : (colors[at] * 299 + colors[at + 1] * 587 + colors[at + 2] * 114) / 1000;
    levels[to] = snapped(gray);
  }
  return levels;
}

// Tells the levels in the size that is drawn in, and the size of the file. Throws BadMask with words for a person.
export async function readMask(file, { width, height }) {
  const size = sizeOfPng(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()));
  if (!size) throw new BadMask("This file is no PNG. A mask is a PNG: white is repainted, black stays.");
  if (size.width * size.height > MOST_PIXELS) throw new BadMask("This mask is too large.");
  let image;
  try {
    image = await createImageBitmap(file, {
      resizeWidth: width,
      resizeHeight: height,
      // A hard edge stays one.
      resizeQuality: "pixelated",
      premultiplyAlpha: "none",
      colorSpaceConversion: "none",
    });
  } catch {
    throw new BadMask("This PNG cannot be read. Save it again, and try that.");
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  image.close();
  return { levels: levelsOf(context.getImageData(0, 0, width, height).data), size };
}
