// Where the picture lies on the stage: `scale` is how many pixels of the stage one of the picture takes, x and y are where
// its corner is. Everything here takes a view and gives another.

// So many times larger than it fits, or than it is.
const CLOSEST = 8;

function scaleThatFits(stage, picture) {
  return Math.min(stage.width / picture.width, stage.height / picture.height);
}

function limits(stage, picture) {
  const fitting = scaleThatFits(stage, picture);
  return [fitting, Math.max(fitting, 1) * CLOSEST];
}

// Along one side: in the middle where there is room, without a gap where there is none.
function hold(at, length, room) {
  if (length <= room) return (room - length) / 2;
  return Math.min(0, Math.max(room - length, at));
}

function held(view, stage, picture) {
  return {
    scale: view.scale,
    x: hold(view.x, picture.width * view.scale, stage.width),
    y: hold(view.y, picture.height * view.scale, stage.height),
  };
}

export function fit(stage, picture) {
  return held({ scale: scaleThatFits(stage, picture), x: 0, y: 0 }, stage, picture);
}

// How large it is, where 1 is as large as it fits.
export function zoomOf(view, stage, picture) {
  return view.scale / scaleThatFits(stage, picture);
}

export function toPicture(view, point) {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

export function toStage(view, point) {
  return { x: point.x * view.scale + view.x, y: point.y * view.scale + view.y };
}

// Larger or smaller, while what is at the point stays there.
export function zoomAt(view, point, factor, stage, picture) {
  const [lowest, highest] = limits(stage, picture);
  const scale = Math.min(highest, Math.max(lowest, view.scale * factor));
  const under = toPicture(view, point);
  return held({ scale, x: point.x - under.x * scale, y: point.y - under.y * scale }, stage, picture);
}

export function pan(view, x, y, stage, picture) {
  return held({ scale: view.scale, x: view.x + x, y: view.y + y }, stage, picture);
}

// Two fingers: what was between them stays between them, as far apart as they are.
export function pinch(view, [one, other], [oneNow, otherNow], stage, picture) {
  const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const apart = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  const before = middle(one, other);
  const now = middle(oneNow, otherNow);
  const moved = { scale: view.scale, x: view.x + now.x - before.x, y: view.y + now.y - before.y };
  return zoomAt(moved, now, apart(oneNow, otherNow) / apart(one, other), stage, picture);
}

// The stage has another size: what fitted fits again, else the same place is in the middle.
export function resize(view, before, stage, picture) {
  const zoom = zoomOf(view, before, picture);
  if (zoom < 1.001) return fit(stage, picture);
  const middle = toPicture(view, { x: before.width / 2, y: before.height / 2 });
  const { scale } = fit(stage, picture);
  const now = { scale: scale * zoom, x: stage.width / 2 - middle.x * scale * zoom, y: stage.height / 2 - middle.y * scale * zoom };
  return zoomAt(now, { x: stage.width / 2, y: stage.height / 2 }, 1, stage, picture);
}
