"""Flower heads by form. Each draws one head of radius r at a point; tilt is in radians, 0 looks up."""

from collections.abc import Callable
from random import Random

from ...color import Color
from ...geometry import Point
from ...scene import Scene
from . import cupped, rayed, starry

HEADS: dict[str, Callable[[Scene, Random, Point, float, Color, Color, int, float], None]] = {
    "tulip": cupped.tulip,
    "daisy": rayed.daisy,
    "sunflower": rayed.sunflower,
    "poppy": cupped.poppy,
    "rosette": rayed.rosette,
    "rose": cupped.rose,
    "lotus": cupped.lotus,
    "lily": starry.lily,
    "trumpet": starry.trumpet,
    "iris": starry.iris,
    "orchid": starry.orchid,
    "globe": starry.globe,
}
