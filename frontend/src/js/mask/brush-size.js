// From the place of a slider to the size of a brush and back. Each step makes it larger by the same share, so that small
// sizes can be chosen as well as large ones.

export const STEPS = 100;

function ends(picture) {
  const side = Math.min(picture.width, picture.height);
  return [Math.max(1, side / 250), Math.max(2, side / 2)];
}

// The diameter in pixels of the picture.
export function diameterAt(step, picture) {
  const [least, most] = ends(picture);
  return least * (most / least) ** (step / STEPS);
}
