// What a picture must be to be sent at all. The server decides; this only saves the way.

export const TYPES = ["image/png", "image/jpeg", "image/webp"];
export const MOST_BYTES = 20 * 1024 * 1024;
const TAKEN = "PNG, JPEG or WebP up to 20 MB";

export function shortened(name) {
  return name.length > 40 ? `${name.slice(0, 24)}…${name.slice(-12)}` : name;
}

// What is wrong with the files that were given, in words, or null.
export function faultOf(files) {
  if (files.length === 0) return `That was no file. We take a picture: ${TAKEN}.`;
  if (files.length > 1) return `One picture at a time, please: ${TAKEN}.`;
  const [{ name, type, size }] = files;
  if (!TYPES.includes(type)) return `“${shortened(name)}” is of another kind. We take ${TAKEN}.`;
  if (size > MOST_BYTES) return `“${shortened(name)}” has ${Math.ceil(size / 1024 / 1024)} MB. We take ${TAKEN}.`;
  if (size === 0) return `“${shortened(name)}” is empty. We take ${TAKEN}.`;
  return null;
}
