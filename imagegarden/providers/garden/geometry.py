"""Outlines as SVG path data: leaves, blobs, ridges, tapering limbs. Pure functions of numbers and chance."""

from collections.abc import Sequence
from itertools import pairwise
from math import atan2, cos, hypot, pi, sin, tau
from random import Random

from .svg import num

Point = tuple[float, float]


def polar(origin: Point, angle: float, distance: float) -> Point:
    """Walk from a point; angle 0 is to the right, -pi/2 is up."""
    return origin[0] + cos(angle) * distance, origin[1] + sin(angle) * distance


def pair(point: Point) -> str:
    """Write one point."""
    return f"{num(point[0])} {num(point[1])}"


def polygon(points: Sequence[Point]) -> str:
    """Join points by straight lines and close."""
    return "M" + "L".join(pair(point) for point in points) + "Z"


def smooth(points: Sequence[Point], *, closed: bool = False, start: str = "M") -> str:
    """Lead a soft curve (Catmull-Rom) through points."""
    last = len(points) - 1
    pieces = [start + pair(points[0])]
    for i in range(len(points) if closed else last):
        if closed:
            before, here, there, after = (points[(i + k) % len(points)] for k in (-1, 0, 1, 2))
        else:
            before, here, there = points[max(i - 1, 0)], points[i], points[i + 1]
            after = points[min(i + 2, last)]
        one = here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6
        two = there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6
        pieces.append(f"C{pair(one)} {pair(two)} {pair(there)}")
    return "".join(pieces) + ("Z" if closed else "")


def leaf(base: Point, angle: float, length: float, width: float, bend: float = 0.0) -> str:
    """A pointed leaf or petal from its base; bend curls the tip sideways."""
    tip = polar(polar(base, angle, length), angle + pi / 2, bend * length)
    mid = polar(base, angle, length * 0.45)
    left = polar(mid, angle - pi / 2, width * 0.62)
    right = polar(mid, angle + pi / 2, width * 0.62)
    far = polar(polar(base, angle, length * 0.75), angle + pi / 2, bend * length * 0.5)
    left2, right2 = polar(far, angle - pi / 2, width * 0.4), polar(far, angle + pi / 2, width * 0.4)
    return f"M{pair(base)}C{pair(left)} {pair(left2)} {pair(tip)}C{pair(right2)} {pair(right)} {pair(base)}Z"


def spoon(base: Point, angle: float, length: float, width: float, notch: float = 0.0) -> str:
    """A petal that is broadest near its round or notched end."""
    tip = polar(base, angle, length * (1 - notch))
    shoulder = polar(base, angle, length * 1.04)
    low = polar(base, angle, length * 0.35)
    left, right = polar(low, angle - pi / 2, width * 0.5), polar(low, angle + pi / 2, width * 0.5)
    left2, right2 = polar(shoulder, angle - pi / 2, width * 0.62), polar(shoulder, angle + pi / 2, width * 0.62)
    return f"M{pair(base)}C{pair(left)} {pair(left2)} {pair(tip)}C{pair(right2)} {pair(right)} {pair(base)}Z"


def dab(center: Point, size: float, angle: float, slim: float = 0.5) -> str:
    """One small brush mark: a lens around a center, cheap enough for thousands."""
    c, s = cos(angle) * size, sin(angle) * size
    x, y = center
    bulge_x, bulge_y = s * slim * 2, c * slim * 2
    # Relative steps, because thousands of these decide how large a drawing gets.
    return (
        f"M{x - c:.1f} {y - s:.1f}q{c + bulge_x:.1f} {s - bulge_y:.1f} {2 * c:.1f} {2 * s:.1f}"
        f"q{-c - bulge_x:.1f} {-s + bulge_y:.1f} {-2 * c:.1f} {-2 * s:.1f}z"
    )


def ellipse(center: Point, rx: float, ry: float) -> str:
    """An ellipse as a path, so that many fit in one element."""
    x, y = center
    arc = f"a{num(rx)} {num(ry)} 0 1 0 "
    return f"M{num(x - rx)} {num(y)}{arc}{num(rx * 2)} 0{arc}{num(-rx * 2)} 0Z"


def blob(rng: Random, center: Point, rx: float, ry: float, lumps: int = 9, rough: float = 0.16) -> str:
    """A soft irregular closed shape."""
    points = []
    phase = rng.random() * tau
    for i in range(lumps):
        stretch = 1 + rng.uniform(-rough, rough)
        angle = phase + tau * i / lumps
        points.append((center[0] + cos(angle) * rx * stretch, center[1] + sin(angle) * ry * stretch))
    return smooth(points, closed=True)


def scallop(rng: Random, center: Point, rx: float, ry: float, lumps: int = 11, base: float = 1.0) -> str:
    """A cloud or tree crown: an outline of round bumps; base below 1 flattens the underside."""
    points = []
    for i in range(lumps):
        angle = tau * (i + rng.uniform(-0.2, 0.2)) / lumps
        stretch = 1 + rng.uniform(-0.1, 0.1)
        y = sin(angle) * ry * stretch
        points.append((center[0] + cos(angle) * rx * stretch, center[1] + (y * base if y > 0 else y)))
    pieces = ["M" + pair(points[0])]
    for i in range(lumps):
        here, there = points[i], points[(i + 1) % lumps]
        radius = hypot(there[0] - here[0], there[1] - here[1]) * rng.uniform(0.52, 0.64)
        pieces.append(f"A{num(radius)} {num(radius)} 0 0 1 {pair(there)}")
    return "".join(pieces) + "Z"


def limb(spine: Sequence[Point], widths: Sequence[float]) -> str:
    """A tapering limb along a spine: trunk, stem or blade."""
    left, right = [], []
    last = len(spine) - 1
    for i, point in enumerate(spine):
        before, after = spine[max(i - 1, 0)], spine[min(i + 1, last)]
        across = atan2(after[1] - before[1], after[0] - before[0]) + pi / 2
        left.append(polar(point, across, widths[i] / 2))
        right.append(polar(point, across, -widths[i] / 2))
    return smooth(left) + smooth(right[::-1], start="L") + "Z"


def blade(base: Point, angle: float, length: float, width: float, droop: float) -> str:
    """A grass blade that bows toward its tip."""
    middle = polar(base, angle, length * 0.55)
    tip = polar(middle, angle + droop, length * 0.5)
    side = angle + pi / 2
    left, right = polar(base, side, -width / 2), polar(base, side, width / 2)
    return (
        f"M{pair(left)}Q{pair(polar(middle, side, -width * 0.4))} {pair(tip)}"
        f"Q{pair(polar(middle, side, width * 0.4))} {pair(right)}Z"
    )


def arc_points(start: Point, angle: float, length: float, curl: float, steps: int) -> list[Point]:
    """Walk a steadily turning line; curl is the whole turn in radians."""
    points = [start]
    for i in range(steps):
        points.append(polar(points[-1], angle + curl * (i + 0.5) / steps, length / steps))
    return points


def ridge(rng: Random, width: float, base: float, height: float, rough: float = 0.5, detail: int = 6) -> list[Point]:
    """A skyline from edge to edge by midpoint displacement; rough 0.3 is a down, 0.6 a mountain."""
    levels = [rng.uniform(-0.6, 0.6), rng.uniform(-0.6, 0.6)]
    swing = 1.0
    for _ in range(detail):
        finer = []
        for one, other in pairwise(levels):
            finer += [one, (one + other) / 2 + rng.uniform(-swing, swing) * 0.6]
        levels = [*finer, levels[-1]]
        swing *= rough
    low, high = min(levels), max(levels)
    span = (high - low) or 1.0
    step = (width + 80) / (len(levels) - 1)
    return [(-40 + i * step, base - (level - low) / span * height) for i, level in enumerate(levels)]


def ground_under(skyline: Sequence[Point], bottom: float, *, soft: bool = True) -> str:
    """Close a skyline down to the bottom edge."""
    top = smooth(skyline) if soft else "M" + "L".join(pair(point) for point in skyline)
    return f"{top}L{num(skyline[-1][0])} {num(bottom)}L{num(skyline[0][0])} {num(bottom)}Z"


def height_at(skyline: Sequence[Point], x: float) -> float:
    """The height of a skyline at x."""
    for one, other in pairwise(skyline):
        if one[0] <= x <= other[0]:
            share = (x - one[0]) / ((other[0] - one[0]) or 1)
            return one[1] + (other[1] - one[1]) * share
    return skyline[0][1] if x < skyline[0][0] else skyline[-1][1]
