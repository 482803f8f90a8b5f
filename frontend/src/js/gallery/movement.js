// Where a key leads among tiles that stand in rows. A box is {left, top, width}; those of a row have the same top.

function rowsOf(boxes) {
  const rows = [];
  boxes.forEach((box, place) => {
    const last = rows.at(-1);
    if (last && Math.abs(boxes[last[0]].top - box.top) < 4) last.push(place);
    else rows.push([place]);
  });
  return rows;
}

const middle = (box) => box.left + box.width / 2;

// The place that the key leads to from the place `at`; undefined where it leads nowhere.
export function goal(key, at, boxes) {
  if (boxes.length === 0) return undefined;
  if (at < 0) return ["ArrowRight", "ArrowDown", "Home"].includes(key) ? 0 : key === "End" ? boxes.length - 1 : undefined;
  if (key === "Home") return 0;
  if (key === "End") return boxes.length - 1;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step !== undefined) return at + step in boxes ? at + step : undefined;
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const rows = rowsOf(boxes);
  const row = rows[rows.findIndex((places) => places.includes(at)) + (key === "ArrowDown" ? 1 : -1)];
  if (!row) return undefined;
  const here = middle(boxes[at]);
  return row.reduce((best, place) =>
    Math.abs(middle(boxes[place]) - here) < Math.abs(middle(boxes[best]) - here) ? place : best,
  );
}
