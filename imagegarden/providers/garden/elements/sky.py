"""Everything overhead: the gradient, sun, moon, stars, clouds, rainbow, aurora."""

from math import cos, pi, sin
from random import Random

from ..color import mix, parse
from ..geometry import ellipse, pair, polygon, scallop, smooth
from ..scene import Scene
from ..svg import Stop


def paint(scene: Scene) -> None:
    """Lay the whole sky, back to front."""
    scene.hand.sky(scene.light.sky[:4], scene.horizon)
    brief = scene.brief
    if scene.light.time == "night" or "star" in brief.sky:
        _stars(scene)
    if "aurora" in brief.sky:
        _aurora(scene)
    _light(scene)
    if "rainbow" in brief.sky:
        _rainbow(scene)
    if scene.light.time == "storm" or brief.weather & {"storm", "rain"}:
        _storm_clouds(scene)
    elif "cloud" in brief.sky or scene.rng("clouds?").random() < 0.7:
        _clouds(scene)
    scene.hand.document.cut()


def _light(scene: Scene) -> None:
    light, hand = scene.light, scene.hand
    if light.time == "storm":
        hand.glow(light.x, light.y, 420, light.glow, 0.5)
        return
    moon = light.time == "night" or ("moon" in scene.brief.sky and light.time in ("dusk", "dawn"))
    if moon:
        hand.glow(light.x, light.y, 430, mix(light.glow, light.sky[2], 0.35), 0.42)
        hand.glow(light.x, light.y, 130, light.glow, 0.5)
        _moon(scene)
        return
    low = light.time in ("dawn", "sunset", "dusk")
    hand.glow(light.x, light.y, 640, light.glow, 0.55 if low else 0.4)
    hand.glow(light.x, light.y, 230, mix(light.glow, parse("#ffffff"), 0.3), 0.7)
    if not low and not hand.flat and not hand.on_paper:
        # By day the sun is too bright to have an edge.
        hand.glow(light.x, light.y, 120, parse("#ffffff"), 1.0)
    elif light.time != "dusk" or "sun" in scene.brief.sky:
        hand.disc(light.x, light.y, 46 if low else 34, mix(light.glow, parse("#ffffff"), 0.45 if low else 0.75))


def _moon(scene: Scene) -> None:
    light, hand = scene.light, scene.hand
    rng = scene.rng("moon")
    face = mix(light.glow, parse("#fffdf0"), 0.5)
    hand.disc(light.x, light.y, 50, face)
    marks = "".join(
        ellipse((light.x + rng.uniform(-24, 20), light.y + rng.uniform(-22, 22)), r := rng.uniform(4, 11), r * 0.9)
        for _ in range(6)
    )
    hand.document.add("path", d=marks, fill="#8090b0", fill_opacity=0.17)


def _stars(scene: Scene) -> None:
    rng, hand = scene.rng("stars"), scene.hand
    for low, high, number, opacity in ((0.6, 1.1, 170, 0.7), (1.1, 1.8, 60, 0.9), (1.8, 2.8, 16, 1.0)):
        marks = "".join(
            ellipse((rng.uniform(0, scene.width), scene.horizon * rng.random() ** 1.3), r := rng.uniform(low, high), r)
            for _ in range(number)
        )
        hand.document.add("path", d=marks, fill="#fdfbee" if not hand.on_paper else "#4a4a60", fill_opacity=opacity)
    for _ in range(7):
        hand.glow(
            rng.uniform(0, scene.width), rng.uniform(0, scene.horizon * 0.7), rng.uniform(9, 16), parse("#dfe8ff"), 0.6
        )
    if scene.brief.sky & {"star", "galaxy"}:
        _galaxy(scene, rng)


def _galaxy(scene: Scene, rng: Random) -> None:
    slope = rng.choice((-1, 1)) * rng.uniform(0.5, 0.8)
    for spread, number, size, opacity in ((120, 8, 150, 0.06), (60, 10, 90, 0.08)):
        for i in range(number):
            x = scene.width * i / number
            y = scene.horizon * 0.42 + (x - scene.width / 2) * slope + rng.gauss(0, spread * 0.4)
            scene.hand.glow(x, y, size * rng.uniform(0.7, 1.4), parse("#b9c6ff"), opacity * 2)
    marks = ""
    for _ in range(240):
        x = rng.uniform(0, scene.width)
        marks += ellipse(
            (x, scene.horizon * 0.42 + (x - scene.width / 2) * slope + rng.gauss(0, 55)), r := rng.uniform(0.4, 1.1), r
        )
    scene.hand.document.add("path", d=marks, fill="#f2f4ff", fill_opacity=0.8)


def _aurora(scene: Scene) -> None:
    rng, document = scene.rng("aurora"), scene.hand.document
    for hue, share in (("#4dffb0", 0.5), ("#3fe0d0", 0.4), ("#b06bff", 0.3)):
        base = scene.horizon * rng.uniform(0.55, 0.9)
        phase, steps = rng.uniform(0, 6), 44
        low = [
            (scene.width * i / steps, base + sin(phase + i * 0.28) * 46 + sin(i * 0.115 + phase) * 60)
            for i in range(-1, steps + 2)
        ]
        high = [(x + 30, y - 250 - 60 * sin(phase * 2 + x / 70) - rng.uniform(0, 24)) for x, y in low]
        color = scene.palette.grade(parse(hue))
        stops = (Stop(0, color, 0.0001), Stop(0.75, color, share), Stop(1, color, 0.0001))
        paint = document.gradient("linear", stops, x1=0, y1=0, x2=0, y2=1)
        for k in range(len(low) - 1):
            column = (low[k], low[k + 1], high[k + 1], high[k])
            document.add(
                "path",
                d=polygon(column),
                fill=paint,
                fill_opacity=0.7 + 0.2 * sin(k * 0.7 + phase) + rng.uniform(-0.08, 0.08),
            )


def _rainbow(scene: Scene) -> None:
    colors = ("#e8453c", "#f58a2c", "#f7d63d", "#58b956", "#3f86d8", "#6a4fc0")
    x, y, radius = scene.width * (0.78 if scene.lit_side < 0 else 0.22), scene.horizon + 60, scene.width * 0.55
    for i, text in enumerate(colors):
        r = radius - i * 11
        scene.hand.document.add(
            "circle", cx=x, cy=y, r=r, fill="none", stroke=text, stroke_width=12, stroke_opacity=0.34
        )


def _clouds(scene: Scene) -> None:
    rng = scene.rng("clouds")
    if scene.light.time in ("dawn", "sunset", "dusk", "night") or rng.random() < 0.35:
        _streaks(scene, rng)
    if scene.light.time not in ("night",) and ("cloud" in scene.brief.sky or rng.random() < 0.75):
        for _ in range(rng.choice((2, 3, 4)) + ("cloud" in scene.brief.sky) * 2):
            y = scene.horizon * rng.uniform(0.14, 0.7)
            _cumulus(
                scene,
                rng,
                rng.uniform(-0.05, 1.05) * scene.width,
                y,
                rng.uniform(60, 150) * (1.25 - y / scene.horizon * 0.6),
            )


def _streaks(scene: Scene, rng: Random) -> None:
    light = scene.light
    for _ in range(9):
        y = scene.horizon * rng.uniform(0.12, 0.92)
        x, length = rng.uniform(0, scene.width), rng.uniform(120, 380)
        near = max(0.0, 1 - abs(y - light.y) / 300)
        color = mix(light.sky[1], light.glow, 0.25 + 0.55 * near)
        thick = rng.uniform(4, 13)
        path = smooth(
            [
                (x - length / 2, y),
                (x - length * 0.1, y - thick),
                (x + length / 2, y + rng.uniform(-6, 6)),
                (x, y + thick * 0.6),
            ],
            closed=True,
        )
        stops = (Stop(0, color, 0.0001), Stop(0.5, color, 0.5), Stop(1, color, 0.0001))
        scene.hand.document.add("path", d=path, fill=scene.hand.document.gradient("linear", stops))


def _cumulus(scene: Scene, rng: Random, x: float, y: float, size: float) -> None:
    light, document = scene.light, scene.hand.document
    top = mix(mix(light.sky[3], light.glow, 0.6), parse("#ffffff"), 0.3)
    under = mix(light.sky[1], light.sky[2], 0.6)
    if scene.hand.flat or scene.hand.on_paper:
        scene.hand.mass(scallop(rng, (x, y), size, size * 0.4, 10, 0.35), top, raw=True)
        return
    for dx, dy, share, opacity in ((0.25, -0.1, 0.8, 0.45), (-0.3, 0.02, 0.75, 0.6), (0, 0.05, 1.0, 0.75)):
        stops = (Stop(0, top, opacity), Stop(0.6, mix(top, under, 0.55), opacity * 0.7), Stop(1, under, 0.0001))
        path = scallop(rng, (x + dx * size, y + dy * size), size * share, size * share * 0.42, 12, 0.5)
        document.add("path", d=path, fill=document.gradient("linear", stops, x1=0, y1=0, x2=0, y2=1))


def _storm_clouds(scene: Scene) -> None:
    rng, light, hand = scene.rng("storm"), scene.light, scene.hand
    for row in range(4):
        y = scene.horizon * (0.02 + row * 0.19)
        dark = mix(light.sky[0], light.sky[2], row / 5)
        for _ in range(4):
            x, size = rng.uniform(-0.1, 1.1) * scene.width, rng.uniform(150, 270) * (1 - row * 0.1)
            top = mix(dark, light.sky[3], 0.28)
            stops = (Stop(0, top, 0.75), Stop(0.55, dark, 0.8), Stop(1, dark, 0.0001))
            paint = hand.document.gradient("linear", stops, x1=0, y1=0, x2=0, y2=1)
            hand.document.add("path", d=scallop(rng, (x, y), size, size * 0.36, 13, 0.6), fill=paint)
    if "storm" in scene.brief.weather and rng.random() < 0.75:
        _lightning(scene, rng)


def _lightning(scene: Scene, rng: Random) -> None:
    x, y = scene.width * rng.choice((0.2, 0.8)), scene.horizon * 0.3
    points = [(x, y)]
    while points[-1][1] < scene.horizon * 0.95:
        points.append((points[-1][0] + rng.uniform(-26, 26), points[-1][1] + rng.uniform(18, 42)))
    path = "M" + "L".join(pair(point) for point in points)
    for width, opacity in ((9, 0.18), (2.2, 0.95)):
        scene.hand.document.add(
            "path", d=path, fill="none", stroke="#fff6d8", stroke_width=width, stroke_opacity=opacity
        )


def rays(scene: Scene, strength: float) -> None:
    """Shafts of light that fall from the light's place."""
    rng, light = scene.rng("rays"), scene.light
    if scene.hand.flat:
        return
    for _ in range(6):
        angle = pi / 2 + rng.uniform(-0.5, 0.5) - scene.lit_side * -0.35
        length, spread = scene.height * 1.1, rng.uniform(0.03, 0.09)
        start = (light.x, light.y - 120)
        far = [(start[0] + cos(angle + s) * length, start[1] + sin(angle + s) * length) for s in (-spread, spread)]
        stops = (Stop(0, light.glow, strength), Stop(1, light.glow, 0.0001))
        paint = scene.hand.document.gradient("linear", stops, x1=0, y1=0, x2=0, y2=1)
        scene.hand.document.add("path", d=polygon([start, *far]), fill=paint)
