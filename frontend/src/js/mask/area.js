// Areas of whole pixels: left and top belong to one, right and bottom no longer do.

export function area(left, top, right, bottom) {
  return { left, top, right, bottom };
}

export function union(one, other) {
  if (!one || !other) return one ?? other;
  return area(
    Math.min(one.left, other.left),
    Math.min(one.top, other.top),
    Math.max(one.right, other.right),
    Math.max(one.bottom, other.bottom),
  );
}

// What of it lies within a picture of that size, or null.
export function clip({ left, top, right, bottom }, width, height) {
  const inside = area(Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom));
  return inside.left < inside.right && inside.top < inside.bottom ? inside : null;
}
