"""The dark between the worlds: nebulae, stars, a planet with its ring, a spiral of stars."""

from math import cos, pi, sin, tau
from random import Random

from ..color import Color, lighten, mix, parse, saturate, to_hex
from ..geometry import Point, ellipse, smooth
from ..scene import Scene


def lay(scene: Scene) -> None:
    """Everything behind whoever flies there."""
    sky = scene.light.sky
    scene.hand.sky([sky[0], mix(sky[0], sky[1], 0.7), sky[1], mix(sky[1], sky[2], 0.7)], scene.height + 20)
    rng = scene.rng("space")
    _nebulae(scene, rng)
    _stars(scene, rng)
    scene.hand.document.cut()
    bodies(scene)
    scene.hand.document.cut()


def bodies(scene: Scene) -> None:
    """The planet, the galaxy and the comet that the prompt speaks of; one of them in any case."""
    words = scene.brief.sky
    flown = bool(scene.brief.figures)
    if "galaxy" in words or (not flown and "planet" not in words):
        _galaxy(scene, scene.rng("galaxy"), far=flown or "planet" in words)
    if "planet" in words or flown:
        _planet(scene, scene.rng("planet"), small=flown)
    if "comet" in words:
        _comet(scene)


def _nebulae(scene: Scene, rng: Random) -> None:
    hues = [saturate(color, 0.9) for color in scene.palette.blossoms]
    slope = rng.choice((-1, 1)) * rng.uniform(0.25, 0.6)
    for i in range(9):
        x = scene.width * (i + rng.random()) / 9
        y = scene.height * 0.45 + (x - scene.width / 2) * slope + rng.gauss(0, 80)
        color = mix(hues[i % len(hues)], scene.light.sky[2], 0.45)
        scene.hand.glow(x, y, rng.uniform(180, 340), color, rng.uniform(0.14, 0.3))


def _stars(scene: Scene, rng: Random) -> None:
    fill = "#4a4a60" if scene.hand.on_paper else "#fdfbee"
    for low, high, number, opacity in ((0.5, 1.0, 320, 0.65), (1.0, 1.8, 90, 0.9), (1.8, 2.8, 22, 1.0)):
        marks = "".join(
            ellipse((rng.uniform(0, scene.width), rng.uniform(0, scene.height)), r := rng.uniform(low, high), r)
            for _ in range(scene.count(number))
        )
        scene.hand.document.add("path", d=marks, fill=fill, fill_opacity=opacity)
    for _ in range(8):
        x, y = rng.uniform(0, scene.width), rng.uniform(0, scene.height)
        scene.hand.glow(x, y, rng.uniform(12, 24), parse("#dfe8ff"), 0.7)


def _galaxy(scene: Scene, rng: Random, *, far: bool) -> None:
    """Two arms of stars, seen aslant, around a warm heart."""
    size = min(scene.width, scene.height) * (0.2 if far else 0.44)
    x, y = (scene.width - scene.focus, scene.height * 0.24) if far else (scene.focus, scene.height * 0.46)
    tilt, flat = rng.uniform(-0.6, -0.3), 0.46
    heart = scene.palette.grade(parse("#ffe0a8"))
    hand = scene.hand
    with hand.document.group(class_="built galaxy"):
        for share, strength in ((1.0, 0.22), (0.55, 0.4), (0.26, 0.8)):
            hand.glow(x, y, size * share, mix(heart, scene.palette.blossoms[3], share * 0.6), strength)
        for shade, spread, number, r in ((0, 0.05, 420, 1.5), (1, 0.09, 420, 1.2), (2, 0.02, 150, 2.3)):
            marks = ""
            for k in range(scene.count(number) + 60):
                t = rng.random() ** 0.7
                angle = 4.2 * t + (pi if k % 2 else 0) + rng.gauss(0, spread * 3)
                far_out = size * (0.06 + 0.94 * t) * (1 + rng.gauss(0, spread))
                px, py = cos(angle) * far_out, sin(angle) * far_out * flat
                at = (x + px * cos(tilt) - py * sin(tilt), y + px * sin(tilt) + py * cos(tilt))
                dot = r * rng.uniform(0.5, 1.3)
                marks += ellipse(at, dot, dot)
            color = mix(heart, scene.palette.blossoms[(3, 4, 0)[shade] % 6], (0.35, 0.7, 0.1)[shade])
            hand.document.add("path", d=marks, fill=to_hex(_dot(scene, color)), fill_opacity=0.9)


def _dot(scene: Scene, color: Color) -> Color:
    return lighten(color, -0.3) if scene.hand.on_paper else lighten(scene.palette.grade(color), 0.08)


def _planet(scene: Scene, rng: Random, *, small: bool) -> None:
    """A striped globe, lit from one side, with a ring before and behind it."""
    hand = scene.hand
    r = min(scene.width, scene.height) * (0.11 if small else 0.22)
    x, y = (scene.width - scene.focus, scene.height * 0.26) if small else (scene.focus, scene.height * 0.46)
    base = scene.palette.blossoms[(scene.brief.chance + 1) % 6]
    with hand.document.group(class_="built planet"):
        hand.glow(x, y, r * 1.9, mix(base, scene.light.glow, 0.5), 0.4)
        _ring(scene, (x, y), r, front=False)
        globe = ellipse((x, y), r, r)
        hand.petal(
            globe,
            base,
            paint=hand.across(
                x + scene.lit_side * r, 0, x - scene.lit_side * r, 0, lighten(base, 0.12), base, lighten(base, -0.34)
            ),
        )
        with hand.document.clip(globe):
            for k in range(6):
                level = y + r * (-0.8 + 0.3 * k + rng.uniform(-0.05, 0.05))
                band = [(x - r * 1.1, level), (x, level + r * 0.1), (x + r * 1.1, level - r * 0.02)]
                hand.line(smooth(band), lighten(base, 0.1 if k % 2 else -0.12), r * 0.11, opacity=0.5)
        _ring(scene, (x, y), r, front=True)


def _ring(scene: Scene, at: Point, r: float, *, front: bool) -> None:
    color = mix(scene.palette.sand, scene.light.glow, 0.4)
    start, end = (0.0, pi) if front else (pi, tau)
    for share, width in ((1.55, 0.1), (1.8, 0.06)):
        points = []
        for i in range(17):
            angle = start + (end - start) * i / 16
            px, py = cos(angle) * r * share, sin(angle) * r * share * 0.26
            points.append((at[0] + px * 0.96 + py * 0.28, at[1] + py * 0.96 - px * 0.28))
        scene.hand.document.add(
            "path",
            d=smooth(points),
            fill="none",
            stroke=to_hex(_dot(scene, color)),
            stroke_width=r * width,
            stroke_opacity=0.85,
        )


def _comet(scene: Scene) -> None:
    x, y = scene.focus, scene.height * 0.34
    away = 1 if x < scene.width / 2 else -1
    for k in range(26):
        t = k / 25
        at = (x + away * scene.width * 0.4 * t, y - scene.height * 0.2 * t)
        scene.hand.glow(*at, 44 * (1 - t) + 6, mix(scene.light.glow, parse("#bfe0ff"), t), 0.5 * (1 - t) + 0.05)
    scene.hand.disc(x, y, 9, parse("#ffffff"))
