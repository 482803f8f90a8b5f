"""Trees of any kind, one by one or many at once."""

from collections.abc import Callable
from random import Random

from ..brief import Subject
from ..geometry import Point
from ..scene import Scene
from . import broadleaves, conifers, ornamentals, palms
from .boughs import Tones

_FORMS: dict[str, Callable[[Scene, Random, Point, float, Tones, float], None]] = {
    "broad": broadleaves.broad,
    "blossom": broadleaves.blossom,
    "birch": broadleaves.birch,
    "willow": broadleaves.willow,
    "palm": palms.palm,
    "bonsai": ornamentals.bonsai,
    "column": ornamentals.column,
    "conifer": conifers.conifer,
}


def tree(
    scene: Scene, rng: Random, subject: Subject, foot: Point, tall: float, depth: float = 0.0, *, named: bool = True
) -> None:
    """One tree of any kind, standing at its foot."""
    species = subject.species
    tones = scene.canopy(species, subject.colors)
    with scene.hand.document.group(class_=f"tree {species.key.replace(' ', '-')}" if named else None):
        _FORMS[species.form](scene, rng, foot, tall * species.size, tones, depth)


def copse(
    scene: Scene, rng: Random, subject: Subject, places: list[tuple[Point, float, float]], *, named: bool = True
) -> None:
    """Several trees as (foot, height, depth): a few are grown, and shown again at other sizes where there are many."""
    if len(places) < 4:
        for foot, tall, depth in places:
            tree(scene, rng, subject, foot, tall, depth, named=named)
        return
    grown: dict[tuple[int, int], str] = {}
    # What is grown smaller has fewer leaves, and a crowd shows them at any size.
    size = 280 if len(places) < 7 else 200
    for index, (foot, tall, depth) in enumerate(places):
        key = (index % 2, round(depth * 5))
        if key not in grown:
            with scene.hand.document.symbol() as name:
                tree(scene, rng, subject, (0, 0), size, depth, named=False)
            grown[key] = name
        with scene.hand.document.group(class_=f"tree {subject.species.key.replace(' ', '-')}" if named else None):
            scene.hand.document.place(grown[key], f"translate({foot[0]:.1f} {foot[1]:.1f}) scale({tall / size:.3f})")
