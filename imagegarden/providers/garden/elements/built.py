"""What people leave in a landscape: houses, bridges, paths, fences, greenhouses, lanterns, boats."""

from collections.abc import Callable
from math import sin
from random import Random

from ..brief import Extra
from ..color import lighten, mix, parse
from ..geometry import Point, ellipse, leaf, polygon, smooth
from ..scene import Scene
from ..svg import num


def house(scene: Scene, rng: Random, extra: Extra, at: Point, size: float) -> None:
    """A cottage with a pitched roof, a chimney and windows that glow after dark."""
    hand, (x, y) = scene.hand, at
    wall = extra.colors[0] if extra.colors else rng.choice((parse("#f2e3cc"), parse("#e8d6b8"), parse("#d98f6a")))
    roof = parse("#8a3f35") if not extra.colors else lighten(wall, -0.25)
    if scene.light.is_dark:
        roof = mix(roof, scene.light.glow, 0.24)
    w, h = size, size * 0.62
    side = scene.lit_side
    hand.petal(
        polygon([(x - w * 0.5, y), (x - w * 0.5, y - h), (x + w * 0.5, y - h), (x + w * 0.5, y)]),
        wall,
        paint=hand.across(x - side * w * 0.5, 0, x + side * w * 0.5, 0, lighten(wall, -0.1), wall, depth=0.12),
        depth=0.12,
    )
    hand.petal(
        polygon(
            [
                (x + w * 0.22, y - h * 1.2),
                (x + w * 0.22, y - h * 1.78),
                (x + w * 0.34, y - h * 1.78),
                (x + w * 0.34, y - h),
            ]
        ),
        roof,
        depth=0.12,
    )
    hand.petal(
        polygon(
            [
                (x - w * 0.6, y - h * 0.94),
                (x - w * 0.3, y - h * 1.6),
                (x + w * 0.3, y - h * 1.6),
                (x + w * 0.6, y - h * 0.94),
            ]
        ),
        parse("#f4f8ff") if scene.snowy else roof,
        depth=0.12,
    )
    lit = scene.light.time in ("night", "dusk", "sunset", "storm")
    pane = scene.palette.grade(parse("#ffd980")) if lit else parse("#8fb4c4")
    for dx in (-0.33, 0.33):
        window = polygon(
            [
                (x + (dx - 0.09) * w, y - h * 0.75),
                (x + (dx + 0.09) * w, y - h * 0.75),
                (x + (dx + 0.09) * w, y - h * 0.4),
                (x + (dx - 0.09) * w, y - h * 0.4),
            ]
        )
        if lit:
            hand.mass(window, pane, raw=True)
            hand.glow(x + dx * w, y - h * 0.58, w * 0.4, pane, 0.4)
        else:
            hand.petal(window, pane, depth=0.12)
    hand.petal(
        polygon([(x - w * 0.08, y), (x - w * 0.08, y - h * 0.58), (x + w * 0.08, y - h * 0.58), (x + w * 0.08, y)]),
        parse("#6b4a34"),
        depth=0.12,
    )


def bridge(scene: Scene, rng: Random, extra: Extra, at: Point, size: float) -> None:
    """An arched garden bridge with posts and a rail."""
    hand, (x, y) = scene.hand, at
    color = extra.colors[0] if extra.colors else parse("#a83c2f")
    w, rise = size, size * 0.24

    def arch(t: float, lift: float) -> Point:
        return x + (t - 0.5) * 2 * w, y - lift - rise * (1 - (2 * t - 1) ** 2)

    for lift, thick, shade in ((0.0, 0.075, -0.1), (size * 0.03, 0.03, 0.06)):
        top = [arch(i / 10, lift + size * thick) for i in range(11)]
        low = [arch(i / 10, lift) for i in range(10, -1, -1)]
        hand.petal(smooth(top) + smooth(low, start="L") + "Z", lighten(color, shade), depth=0.1)
    posts = "".join(
        polygon(
            [
                (px - size * 0.012, py),
                (px - size * 0.012, py - size * 0.2),
                (px + size * 0.012, py - size * 0.2),
                (px + size * 0.012, py),
            ]
        )
        for px, py in (arch(i / 8, size * 0.05) for i in range(9))
    )
    hand.petal(posts, lighten(color, -0.05), depth=0.1)
    for lift in (0.24, 0.16):
        hand.line(smooth([arch(i / 10, size * lift) for i in range(11)]), lighten(color, 0.04), size * 0.022, depth=0.1)


def path(scene: Scene, rng: Random, extra: Extra, at: Point, size: float) -> None:
    """A way that winds from the foreground to the horizon."""
    hand = scene.hand
    earth = extra.colors[0] if extra.colors else mix(scene.palette.sand, scene.palette.bark, 0.15)
    top = scene.horizon + 26
    left, right = [], []
    for i in range(8):
        t = i / 7
        middle = scene.width * 0.5 - scene.lit_side * scene.width * 0.1 * sin(t * 4) * (0.3 + t)
        half = 3 + scene.width * 0.17 * t**1.6
        y = top + (scene.height + 20 - top) * t
        left.append((middle - half, y))
        right.append((middle + half, y))
    hand.mass(
        smooth(left) + smooth(right[::-1], start="L") + "Z", lighten(earth, 0.05), lighten(earth, -0.06), depth=0.14
    )
    stones = "".join(
        ellipse(
            (scene.width * 0.5 + rng.gauss(0, 60), rng.uniform(top + 120, scene.height)),
            rng.uniform(2, 7),
            rng.uniform(1.2, 3),
        )
        for _ in range(30)
    )
    hand.dabs(stones, lighten(earth, -0.12), tone=0.4, opacity=0.45)


def fence(scene: Scene, rng: Random, extra: Extra, at: Point, size: float) -> None:
    """Pickets across the middle ground."""
    color = extra.colors[0] if extra.colors else parse("#f2ece0")
    y, tall = scene.horizon + (scene.height - scene.horizon) * 0.34, size * 0.42
    rails = "".join(
        polygon(
            [
                (-10, y - tall * s),
                (scene.width + 10, y - tall * s - 6),
                (scene.width + 10, y - tall * s),
                (-10, y - tall * s + 6),
            ]
        )
        for s in (0.3, 0.72)
    )
    scene.hand.petal(rails, lighten(color, -0.1), depth=0.1)
    step = tall * 0.3
    for i in range(int(scene.width / step) + 2):
        x, up = i * step - 6, tall * rng.uniform(0.95, 1.04)
        picket = [
            (x, y),
            (x, y - up * 0.86),
            (x + step * 0.26, y - up),
            (x + step * 0.52, y - up * 0.86),
            (x + step * 0.52, y),
        ]
        scene.hand.petal(polygon(picket), color, depth=0.1)


def greenhouse(scene: Scene, rng: Random, extra: Extra, at: Point, size: float) -> None:
    """A glass house with green behind its panes."""
    hand, (x, y) = scene.hand, at
    w, h = size * 0.95, size * 0.62
    shell = [(x - w, y), (x - w, y - h * 0.7), (x, y - h * 1.5), (x + w, y - h * 0.7), (x + w, y)]
    hand.petal(polygon(shell), mix(parse("#bfe3e0"), scene.light.glow, 0.25), depth=0.1)
    leaves = "".join(
        leaf(
            (x + rng.uniform(-0.9, 0.9) * w, y - 4), -1.57 + rng.uniform(-0.7, 0.7), h * rng.uniform(0.4, 0.9), h * 0.2
        )
        for _ in range(26)
    )
    hand.dabs(leaves, scene.leaf(0.4), tone=0.4, depth=0.2, opacity=0.7)
    frame = "".join(
        f"M{num(x + w * s)} {num(y)}V{num(y - h * 0.7)}"
        f"L{num(x + w * s * 0.55)} {num(y - h * 0.7 - h * 0.8 * (1 - abs(s) * 0.55))}"
        for s in (-1, -0.6, -0.2, 0.2, 0.6, 1)
    )
    frame += (
        "M"
        + "L".join(f"{num(px)} {num(py)}" for px, py in shell)
        + "Z"
        + f"M{num(x - w)} {num(y - h * 0.7)}H{num(x + w)}"
    )
    hand.line(frame, parse("#f7fbf7"), 2.4, depth=0.08)


def lantern(scene: Scene, rng: Random, extra: Extra, at: Point, size: float) -> None:
    """A stone lantern with a light inside."""
    hand, (x, y) = scene.hand, at
    stone = extra.colors[0] if extra.colors else lighten(scene.palette.rock, 0.08)
    u = size * 0.11
    for left, right, low, high in ((-1.5, 1.5, 0, 0.6), (-0.5, 0.5, 0.6, 3.0), (-1.2, 1.2, 3.0, 3.5)):
        hand.petal(
            polygon(
                [
                    (x + left * u, y - low * u),
                    (x + left * u, y - high * u),
                    (x + right * u, y - high * u),
                    (x + right * u, y - low * u),
                ]
            ),
            stone,
        )
    hand.petal(
        polygon(
            [(x - 0.9 * u, y - 3.5 * u), (x - 0.9 * u, y - 5 * u), (x + 0.9 * u, y - 5 * u), (x + 0.9 * u, y - 3.5 * u)]
        ),
        parse("#ffdb8a"),
    )
    hand.petal(polygon([(x - 2 * u, y - 4.9 * u), (x, y - 6.4 * u), (x + 2 * u, y - 4.9 * u)]), lighten(stone, -0.06))
    hand.glow(x, y - 4.2 * u, u * 7, scene.palette.grade(parse("#ffd27a")), 0.5)


def boat(scene: Scene, rng: Random, extra: Extra, at: Point, size: float) -> None:
    """A small sailing boat and its broken mirror image."""
    hand = scene.hand
    x = scene.width * 0.5 + scene.lit_side * scene.width * 0.12
    y = scene.horizon + (scene.height - scene.horizon) * 0.17
    s = size * 0.55
    color = extra.colors[0] if extra.colors else parse("#a8483a")
    hand.petal(
        smooth(
            [
                (x - s * 0.5, y - s * 0.16),
                (x - s * 0.3, y + s * 0.03),
                (x + s * 0.3, y + s * 0.03),
                (x + s * 0.56, y - s * 0.18),
            ]
        )
        + "Z",
        color,
        depth=0.12,
    )
    for points in (
        [(x + 3, y - s * 0.2), (x + 3, y - s * 1.15), (x + s * 0.48, y - s * 0.26)],
        [(x - 3, y - s * 0.22), (x - 3, y - s * 1.0), (x - s * 0.36, y - s * 0.26)],
    ):
        hand.petal(polygon(points), parse("#f8f1e2"), depth=0.08)
    hand.line(f"M{num(x)} {num(y - s * 0.1)}V{num(y - s * 1.22)}", scene.palette.bark, 2.4, depth=0.1)
    mirror = "".join(
        leaf((x + s * rng.uniform(-0.4, 0.1), y + s * 0.1 * k), 0, s * 0.5 * rng.uniform(0.5, 1), s * 0.05)
        for k in range(1, 8)
    )
    hand.dabs(mirror, color, tone=0.5, depth=0.1, opacity=0.4)


DRAW: dict[str, Callable[[Scene, Random, Extra, Point, float], None]] = {
    "house": house,
    "bridge": bridge,
    "path": path,
    "fence": fence,
    "greenhouse": greenhouse,
    "lantern": lantern,
    "boat": boat,
}


def put(scene: Scene, extra: Extra, index: int) -> None:
    """Set a built thing opposite the subject, where the ground carries it."""
    draw = DRAW.get(extra.kind)
    if draw is None:
        return
    rng = scene.rng(extra.kind)
    side = scene.width - scene.focus
    deep = scene.horizon + (scene.height - scene.horizon) * (0.16 if extra.kind != "lantern" else 0.5)
    size = {"house": 200.0, "greenhouse": 150.0, "bridge": 260.0, "lantern": 230.0}.get(extra.kind, 190.0)
    number = min(6, extra.count or 1)
    for i in range(number):
        x = side + (i - (number - 1) / 2) * size * 1.35
        if extra.kind == "bridge":
            x = scene.width * 0.5
            if scene.brief.setting == "river":
                # Where the river bends: over it, and hardly wider.
                x, size = scene.width * (0.74 if scene.focus < scene.width / 2 else 0.26), 170.0
        elif number == 1 and extra.kind in ("house", "greenhouse"):
            # Out at the side, where large flowers in front leave it in sight.
            x = scene.width * (0.82 if side > scene.width / 2 else 0.18)
        with scene.hand.document.group(class_=f"built {extra.kind}"):
            draw(scene, rng, extra, (x, deep + index * 14 + (i % 2) * 10), size)
