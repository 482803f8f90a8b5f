// Which pictures are selected, as plain values: `order` are the ids as they are shown, `anchor` is where a range begins.

export const NOTHING = { ids: new Set(), anchor: null };

export function between(order, one, other) {
  const [first, last] = [order.indexOf(one), order.indexOf(other)].sort((a, b) => a - b);
  return first < 0 ? [other] : order.slice(first, last + 1);
}

// One more, or one less.
export function toggle({ ids }, id) {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

// Everything from the anchor up to here; what was selected elsewhere stays.
export function extend({ ids, anchor }, order, id) {
  if (anchor === null || !order.includes(anchor)) return { ids: new Set([...ids, id]), anchor: id };
  return { ids: new Set([...ids, ...between(order, anchor, id)]), anchor };
}

export function all(order) {
  return { ids: new Set(order), anchor: order[0] ?? null };
}

// What went away is not selected any more.
export function without({ ids, anchor }, gone) {
  const away = new Set(gone);
  return { ids: new Set([...ids].filter((id) => !away.has(id))), anchor: away.has(anchor) ? null : anchor };
}
