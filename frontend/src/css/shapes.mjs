// One class for each shape of a picture's box, a fiftieth wider than the one before: the policy forbids to say it inline.
// imagegarden/web/shapes.py names them.
export const STEP = 1.02;
export const LAST = 70;

export function shapes() {
  const rules = [];
  for (let step = -LAST; step <= LAST; step += 1) {
    rules.push(`.shape-${step < 0 ? "m" : "p"}${Math.abs(step)}{--ratio:${(STEP ** step).toFixed(4)}}`);
  }
  return rules.join("\n");
}
