"""What a plate shows beside its specimen: single leaves, a bud, a blossom from the front, each with a number."""

from math import pi

from ..brief import Subject
from ..color import lighten, parse, to_hex
from ..geometry import Point, ellipse, leaf, limb, spoon
from ..scene import Scene
from .heads import HEADS

# The strokes of the digits 1 to 4 in a box of ten by sixteen.
_DIGITS = (
    "M2 4L5.5 0.5V16",
    "M1 4Q1.5 0.5 5 0.5Q9 0.5 9 4Q9 7 1 16H9.5",
    "M1 2.5Q3 0.5 5 0.5Q9 0.5 9 4Q9 7.5 4.5 7.5Q9.5 7.5 9.5 11.5Q9.5 16 5 16Q2 16 0.5 13.5",
    "M7.5 16V0.5L0.5 11H10",
)


def parts(scene: Scene) -> None:
    """Draw the parts of the first plant in the free lower corner."""
    named = [subject for subject in scene.brief.subjects if subject.species.family in ("flower", "tree")]
    if not named or len(named) > 1 or named[0].many or (named[0].count or 1) > 1:
        return
    subject = named[0]
    left = scene.focus > scene.width / 2
    unit = min(scene.width, scene.height) * 0.09
    column = scene.width * (0.15 if left else 0.85)
    draw = (_blossom, _bud, _seed) if subject.species.family == "flower" else (_twig, _leaf, _seed)
    for index, part in enumerate(draw):
        # Beside the head of a flower there is room, and below the crown of a tree.
        first = 0.15 if subject.species.family == "flower" and subject.species.form != "lotus" else 0.6
        at = (column, scene.height * (first + 0.12 * index))
        part(scene, subject, at, unit)
        _number(scene, index, (at[0] + unit * (0.95 if left else -1.25), at[1] + unit * 0.3), unit)


def _number(scene: Scene, index: int, at: Point, unit: float) -> None:
    scene.hand.document.add(
        "path",
        d=_DIGITS[index],
        transform=f"translate({at[0]:.1f} {at[1]:.1f}) scale({unit / 62:.3f})",
        fill="none",
        stroke=to_hex(parse("#3a3128")),
        stroke_opacity=0.8,
        stroke_width=1.6,
        stroke_linecap="round",
    )


def _blossom(scene: Scene, subject: Subject, at: Point, unit: float) -> None:
    species = subject.species
    draw = HEADS.get(species.form)
    if draw is None:
        _leaf(scene, subject, at, unit)
        return
    color = scene.bloom(subject, 0)
    heart = parse(species.heart) if species.heart else lighten(color, -0.2)
    draw(scene, scene.rng("front"), at, unit * 0.62, color, heart, species.petals, 0.0)


def _bud(scene: Scene, subject: Subject, at: Point, unit: float) -> None:
    hand, color = scene.hand, scene.bloom(subject, 0)
    x, y = at
    hand.petal(limb([(x, y + unit * 0.8), (x + unit * 0.05, y)], [unit * 0.1, unit * 0.08]), scene.leaf(0.5))
    for turn, width in ((-0.22, 0.42), (0.22, 0.42), (0.0, 0.46)):
        hand.petal(leaf((x, y + unit * 0.12), -pi / 2 + turn, unit * 0.8, unit * width), lighten(color, turn * 0.25))
    for turn in (-0.5, 0.5):
        hand.petal(leaf((x, y + unit * 0.2), -pi / 2 + turn, unit * 0.42, unit * 0.2), scene.leaf(0.45))


def _seed(scene: Scene, subject: Subject, at: Point, unit: float) -> None:
    hand = scene.hand
    brown = parse("#8a5f36")
    for dx, dy, tilt in ((-0.32, 0.1, 0.3), (0.1, -0.1, -0.2), (0.42, 0.16, 0.5)):
        foot = (at[0] + dx * unit, at[1] + dy * unit)
        hand.petal(spoon(foot, -pi / 2 + tilt, unit * 0.42, unit * 0.26), lighten(brown, dx * 0.1))


def _leaf(scene: Scene, subject: Subject, at: Point, unit: float) -> None:
    hand, foot = scene.hand, (at[0] - unit * 0.4, at[1] + unit * 0.5)
    tone = scene.canopy(subject.species, subject.colors)[2] if subject.species.family == "tree" else scene.leaf(0.5)
    hand.petal(leaf(foot, -0.9, unit * 1.25, unit * 0.6, 0.1), tone)
    hand.line(f"M{foot[0]:.1f} {foot[1]:.1f}l{unit * 0.72:.1f} {-unit * 0.9:.1f}", lighten(tone, -0.2), 1.2)


def _twig(scene: Scene, subject: Subject, at: Point, unit: float) -> None:
    hand, tones = scene.hand, scene.canopy(subject.species, subject.colors)
    x, y = at
    hand.petal(
        limb(
            [(x - unit * 0.5, y + unit * 0.6), (x, y), (x + unit * 0.3, y - unit * 0.6)],
            [unit * 0.1, unit * 0.08, unit * 0.04],
        ),
        scene.palette.bark,
    )
    for index in range(6):
        t = index / 5
        foot = (x - unit * 0.4 + unit * 0.7 * t, y + unit * 0.45 - unit * 1.0 * t)
        turn = -pi / 2 + (0.9 if index % 2 else -0.8)
        hand.petal(leaf(foot, turn, unit * 0.6, unit * 0.28), tones[2] if index % 2 else tones[1])
        if subject.species.heart and index % 3 == 1:
            hand.petal(ellipse((foot[0], foot[1] + unit * 0.2), unit * 0.13, unit * 0.14), parse(subject.species.heart))
