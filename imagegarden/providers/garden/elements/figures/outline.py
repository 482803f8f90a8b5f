"""Figures as text: their outlines on a grid, in a few words a line, read into paths."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...geometry import Point, ellipse, pair


@dataclass(frozen=True)
class Stroke:
    """One part of a figure: its color's name, what it is, and its points; a corner is a point that is not rounded."""

    color: str
    kind: str
    points: tuple[Point, ...]
    corners: tuple[bool, ...]
    width: float = 0.0


@dataclass(frozen=True)
class Figure:
    """A figure that looks to the right, standing on y = 0; home says where it belongs, tall its share of the picture.

    The color is that of its parts named "a"; "a-" and "a+" are darker and lighter, "lit" shines after dark.
    """

    key: str
    home: str
    tall: float
    color: str
    drawing: str
    # Other words for it; one may bring a color of its own, as in "panther:#26242c".
    names: str = ""

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """Its parts, back to front."""
        return _strokes(self.drawing)

    @property
    def height(self) -> float:
        """How high it reaches on its grid."""
        return max(y for stroke in self.strokes for _, y in _extent(stroke))

    @property
    def half_width(self) -> float:
        """How far it reaches to the wider side."""
        return max(abs(x) for stroke in self.strokes for x, _ in _extent(stroke))


@lru_cache(maxsize=512)
def _strokes(drawing: str) -> tuple[Stroke, ...]:
    # A line that begins with a point goes on with the part before it.
    lines = re.sub(r"\n(?=[-\d])", " ", drawing.strip()).splitlines()
    return tuple(_stroke(line.split()) for line in lines)


def _stroke(words: list[str]) -> Stroke:
    color, kind, *rest = words
    width = float(kind[1:]) if kind[0] == "w" else 0.0
    points, corners = [], []
    for word in rest:
        x, y = word.rstrip("!").split(",")
        points.append((float(x), float(y)))
        corners.append(kind[0] == "p" or word.endswith("!"))
    return Stroke(color, kind[0], tuple(points), tuple(corners), width)


def _extent(stroke: Stroke) -> Sequence[Point]:
    if stroke.kind == "o":
        (x, y), (rx, ry) = stroke.points
        return (x - rx, y - ry), (x + rx, y + ry)
    return stroke.points


def path(stroke: Stroke, at: Point, scale: float, facing: int) -> str:
    """The part as path data, with the figure's foot at a point; facing -1 mirrors it."""
    if stroke.kind == "o":
        (x, y), (rx, ry) = stroke.points
        return ellipse((at[0] + x * scale * facing, at[1] - y * scale), rx * scale, ry * scale)
    points = [(at[0] + x * scale * facing, at[1] - y * scale) for x, y in stroke.points]
    return _rounded(points, stroke.corners, closed=stroke.kind != "w")


def _rounded(points: Sequence[Point], corners: Sequence[bool], *, closed: bool) -> str:
    """A soft curve through points that stops at corners."""
    number = len(points)
    pieces = ["M" + pair(points[0])]
    for i in range(number if closed else number - 1):
        k = (i + 1) % number
        here, there = points[i], points[k]
        before = points[i - 1] if closed or i else here
        after = points[(k + 1) % number] if closed or k < number - 1 else there
        one = here if corners[i] else (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        two = there if corners[k] else (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        pieces.append(f"C{pair(one)} {pair(two)} {pair(there)}")
    return "".join(pieces) + ("Z" if closed else "")


def words(figures: Sequence[Figure]) -> dict[str, tuple[str, str]]:
    """Every word for a figure: its key, and a color where the word brings one."""
    found = {figure.key: (figure.key, "") for figure in figures}
    for figure in figures:
        for name in figure.names.split():
            word, _, color = name.partition(":")
            found[word] = (figure.key, color)
    return found
