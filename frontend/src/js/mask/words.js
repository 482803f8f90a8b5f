// What the editor says.

export function covered(coverage) {
  if (coverage === 0) return "Nothing is marked yet. Paint over what should change.";
  if (coverage === 1) return "The whole picture will be repainted.";
  if (coverage < 0.01) return "Less than 1 % of the picture will be repainted.";
  // All is said only of all.
  return `${Math.min(99, Math.round(coverage * 100))} % of the picture will be repainted.`;
}

const WHOLE = /^\d{1,6}$/;

// The rectangle that four texts name, cut to the picture; or what is wrong with them.
export function readRectangle(texts, picture) {
  const { left, top, width, height } = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, WHOLE.test(text.trim()) ? Number(text) : null]),
  );
  if ([left, top, width, height].includes(null)) return { error: "Write a whole number into each of the four fields." };
  if (width === 0 || height === 0) return { error: "Width and height are at least 1." };
  if (left >= picture.width || top >= picture.height) {
    return { error: `That lies outside of the picture, which is ${picture.width} × ${picture.height} pixels.` };
  }
  return {
    rectangle: {
      left,
      top,
      width: Math.min(width, picture.width - left),
      height: Math.min(height, picture.height - top),
    },
  };
}
