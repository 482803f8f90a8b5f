// Which card a key leads to: left and right in reading order, up and down by whole rows.
export function goal(key, at, count, columns) {
  const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1, ArrowDown: columns, ArrowUp: -columns }[key];
  if (step === undefined || count === 0) return undefined;
  if (at < 0) return 0;
  const next = at + step;
  return next < 0 || next >= count ? undefined : next;
}
