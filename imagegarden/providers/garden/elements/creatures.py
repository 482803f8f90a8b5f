"""Birds, butterflies, fireflies, fish, dragonflies and bees."""

from collections.abc import Callable
from math import cos, pi, sin
from random import Random

from ..brief import Extra
from ..color import Color, lighten, mix, parse
from ..geometry import Point, dab, ellipse, leaf, limb, pair, polar, smooth
from ..scene import Scene
from ..svg import Stop


def release(scene: Scene, extra: Extra) -> None:
    """Let out as many as were asked for, where their kind is at home."""
    rng = scene.rng(extra.kind)
    usual = {"bird": 7, "butterfly": 5, "firefly": 46, "koi": 4, "dragonfly": 3, "bee": 5}[extra.kind]
    number = extra.count or (usual if extra.many else 1 if extra.kind != "firefly" else 12)
    for i in range(number):
        with scene.hand.document.group(class_=f"creature {extra.kind}"):
            _KINDS[extra.kind](scene, rng, extra, i)


def bird(scene: Scene, rng: Random, extra: Extra, index: int) -> None:
    """Two bowed wings against the sky, in a loose flock."""
    x = scene.width * 0.5 - scene.lit_side * scene.width * 0.1 + rng.gauss(0, scene.width * 0.16)
    y = scene.horizon * rng.uniform(0.2, 0.62)
    size, lift = rng.uniform(11, 24), rng.uniform(0.25, 0.6)
    path = smooth(
        [
            (x - size, y - size * lift * 0.6),
            (x - size * 0.45, y - size * lift),
            (x, y),
            (x + size * 0.45, y - size * lift),
            (x + size, y - size * lift * 0.6),
        ]
    )
    path += (
        smooth(
            [(x + size * 0.45, y - size * lift * 0.72), (x, y + size * 0.2), (x - size * 0.45, y - size * lift * 0.72)],
            start="L",
        )
        + "Z"
    )
    color = extra.colors[0] if extra.colors else parse("#2b2f3a")
    scene.hand.dabs(path, color, tone=0.1, depth=0.25)


def butterfly(scene: Scene, rng: Random, extra: Extra, index: int) -> None:
    """Four wings with dark rims and light spots."""
    hand = scene.hand
    at = (scene.width * rng.uniform(0.1, 0.9), scene.height * rng.uniform(0.28, 0.7))
    size, turn = rng.uniform(20, 38), rng.uniform(-0.6, 0.6)
    color = extra.colors[index % len(extra.colors)] if extra.colors else scene.palette.blossoms[(index + 1) % 6]
    fold = rng.uniform(0.55, 1.0)
    for side in (-1, 1):
        for angle, length, wide in ((-pi / 2 + side * 0.8, 1.0, 0.85), (-pi / 2 + side * 2.0, 0.75, 0.75)):
            aim = turn + angle
            reach = size * length * (fold if side > 0 else 1)
            hand.petal(leaf(at, aim, reach * 1.12, size * wide), lighten(color, -0.3))
            hand.petal(
                leaf(polar(at, aim, size * 0.06), aim, reach * 0.92, size * wide * 0.8),
                color,
                paint=hand.radial(*at, size, lighten(color, -0.05), lighten(color, 0.1)),
            )
            hand.dabs(ellipse(polar(at, aim, reach * 0.72), size * 0.06, size * 0.06), parse("#fff6e0"), tone=0.6)
    hand.petal(dab(at, size * 0.34, turn + pi / 2, 0.09), parse("#2a2228"))
    for side in (-1, 1):
        tip = polar(at, turn - pi / 2 + side * 0.35, size * 0.72)
        hand.line(f"M{pair(polar(at, turn - pi / 2, size * 0.3))}L{pair(tip)}", parse("#2a2228"), 1.0)


def firefly(scene: Scene, rng: Random, extra: Extra, index: int) -> None:
    """A warm point and its halo."""
    x, y = scene.width * rng.random(), scene.height * (0.3 + 0.62 * rng.random() ** 0.8)
    size = rng.uniform(8, 20) * (1.5 if index % 5 == 0 else 1)
    warm = parse("#ffe98a") if not scene.hand.on_paper else parse("#e0a52a")
    scene.hand.document.add("circle", cx=x, cy=y, r=size, fill=scene.hand.document.gradient("radial", _halo(warm)))
    scene.hand.document.add("circle", cx=x, cy=y, r=size * 0.13, fill="#fffde0")


def _halo(warm: Color) -> list[Stop]:
    return [Stop(0, warm, 0.95), Stop(0.25, warm, 0.4), Stop(1, warm, 0.0001)]


def koi(scene: Scene, rng: Random, extra: Extra, index: int) -> None:
    """A carp seen from above, just under the surface."""
    hand = scene.hand
    x = scene.width * rng.uniform(0.12, 0.88)
    y = scene.horizon + (scene.height - scene.horizon) * rng.uniform(0.4, 0.9)
    size, aim = rng.uniform(52, 84), rng.uniform(-0.5, 0.5) + (pi if rng.random() < 0.5 else 0)
    spine = [
        (x + cos(aim) * size * t, y + (sin(aim) * size * t + sin(t * 3 + index) * size * 0.16) * 0.6)
        for t in (-1, -0.6, -0.2, 0.2, 0.6, 0.95)
    ]
    widths = [size * w for w in (0.03, 0.16, 0.3, 0.36, 0.28, 0.08)]
    body = extra.colors[0] if extra.colors else parse(("#f4f0e6", "#f27a35", "#f4f0e6", "#e8b23a")[index % 4])
    patch = parse("#e8472c") if not extra.colors else lighten(body, 0.14)
    hand.dabs(limb([(px + 8, py + 14) for px, py in spine], widths), scene.leaf(0.0), tone=0.5, opacity=0.25)
    for side in (-1, 1):
        hand.dabs(leaf(spine[0], aim + pi + side * 0.35, size * 0.5, size * 0.16), body, tone=0.5, opacity=0.75)
        hand.dabs(leaf(spine[3], aim + pi + side * 1.0, size * 0.34, size * 0.16), body, tone=0.5, opacity=0.7)
    hand.petal(limb(spine, widths), body)
    hand.dabs(
        "".join(ellipse(spine[k], widths[k] * 0.42, widths[k] * 0.3) for k in (1, 2, 4)), patch, tone=0.5, opacity=0.9
    )


def dragonfly(scene: Scene, rng: Random, extra: Extra, index: int) -> None:
    """A needle of a body and four glassy wings."""
    hand = scene.hand
    at, size, aim = (
        (scene.width * rng.uniform(0.15, 0.85), scene.height * rng.uniform(0.25, 0.6)),
        rng.uniform(30, 46),
        rng.uniform(-0.6, 0.6),
    )
    color = extra.colors[0] if extra.colors else parse("#1f9aa8")
    for side in (-1, 1):
        for spread in (1.15, 1.75):
            hand.dabs(
                leaf(at, aim + side * spread, size, size * 0.24),
                mix(color, parse("#ffffff"), 0.75),
                tone=0.5,
                opacity=0.6,
            )
    hand.petal(leaf(polar(at, aim, size * 0.25), aim + pi, size * 1.4, size * 0.1), color)
    hand.petal(ellipse(polar(at, aim, size * 0.28), size * 0.09, size * 0.09), lighten(color, -0.15))


def bee(scene: Scene, rng: Random, extra: Extra, index: int) -> None:
    """A striped body under two small wings."""
    hand = scene.hand
    at: Point = (scene.width * rng.uniform(0.15, 0.85), scene.height * rng.uniform(0.3, 0.65))
    size = rng.uniform(9, 14)
    for side in (-0.4, 0.4):
        hand.dabs(leaf(at, -pi / 2 + side, size * 1.2, size * 0.7), parse("#eef4ff"), tone=0.5, opacity=0.75)
    hand.petal(ellipse(at, size, size * 0.66), parse("#f4b52a"))
    hand.dabs(
        "".join(ellipse((at[0] + dx * size, at[1]), size * 0.13, size * 0.58) for dx in (-0.5, 0.0, 0.5)),
        parse("#2a2018"),
        tone=0.1,
    )


_KINDS: dict[str, Callable[[Scene, Random, Extra, int], None]] = {
    "bird": bird,
    "butterfly": butterfly,
    "firefly": firefly,
    "koi": koi,
    "dragonfly": dragonfly,
    "bee": bee,
}
