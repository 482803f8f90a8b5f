"""Edits and variations without an AI: words change a picture's color and light, and nothing else."""

import re
from dataclasses import replace
from random import Random

import cv2
import numpy as np
from PIL import Image

from . import engine, grading, moods, pictures, tonality
from .finish import noise
from .moods import Mood
from .pictures import Bytes

_LARGEST_DRAWING = 4_000_000
_NOTHING = Mood()
# What a palette does to a picture that is there already.
PALETTE_MOODS: dict[str, Mood] = {
    "vibrant": Mood(chroma=0.3, contrast=0.12),
    "spring": Mood(light=0.1, chroma=0.05, spring=0.5, fade=0.1),
    "autumn": Mood(autumn=0.6, warmth=0.25),
    "dusk": Mood(night=0.3, tint=0.35, warmth=-0.1),
    "frost": Mood(warmth=-0.45, chroma=-0.25, light=0.08),
    "ocean": Mood(warmth=-0.35, tint=-0.3, chroma=0.1),
    "clay": Mood(warmth=0.4, chroma=-0.3, fade=0.2, autumn=0.25),
    "mono": Mood(chroma=-0.97, contrast=0.2),
}


def recolor(content: bytes, words: str, color: str, seed: int) -> bytes:
    """Change a picture's color and light as the words ask, and toward the palette. Raises ValueError."""
    given = pictures.read(content)
    asked = read(words)
    # Words come first; where they ask for nothing that is known, the palette has all the say.
    share = 1.0 if asked == _NOTHING else 0.35
    # What is to be gray is gray in every palette.
    mood = asked if asked.chroma <= -0.9 else asked + PALETTE_MOODS[color] * share
    colors = grading.grade(given.colors, mood, seed)
    facts = {"Color": color, "Seed": str(seed)}
    return pictures.write(colors, given.alpha, facts)


def read(words: str) -> Mood:
    """Understand what is asked: any text gives a Mood, and unknown words change nothing."""
    for sign, word in moods.SIGNS.items():
        words = words.replace(sign, f" {word} ")
    text = " " + " ".join(re.findall(r"[a-z]+|&", words[:2000].casefold())) + " "
    mood, strength = _NOTHING, 1.0
    known: set[str] = set()
    for phrase in (phrase for phrase in moods.WORDS if " " in phrase):
        if f" {phrase} " in text:
            mood += moods.WORDS[phrase]
            text = text.replace(f" {phrase} ", " ")
    for word in text.split():
        one = moods.FORMS.get(word, word)
        if one in moods.MORE:
            strength *= 1.4
        elif one in moods.SLIGHTLY:
            strength *= 0.5
        elif one in moods.LESS:
            strength *= -0.7
        elif one in moods.WORDS:
            # Said twice is meant once.
            mood += moods.WORDS[one] * (strength if one not in known else 0.0)
            known.add(one)
            strength = 1.0
    return mood


def vary(content: bytes, strength: str, order: engine.Order) -> bytes:
    """Vary a picture: subtle bends and regrades it, strong draws the prompt anew in its tones. Raises ValueError."""
    given = pictures.read(content)
    if strength == "subtle":
        colors, alpha = _shifted(given.colors, given.alpha, order.seed)
    elif strength == "strong":
        colors, alpha = _drawn_anew(given.colors, order), None
    else:
        raise ValueError("a variation is subtle or strong")
    return pictures.write(colors, alpha, engine.facts(order))


def _shifted(colors: Bytes, alpha: Bytes | None, seed: int) -> tuple[Bytes, Bytes | None]:
    rng = Random(seed)  # noqa: S311
    mood = Mood(
        light=rng.uniform(-0.08, 0.08),
        contrast=rng.uniform(-0.05, 0.14),
        chroma=rng.uniform(-0.1, 0.22),
        warmth=rng.choice((-1, 1)) * rng.uniform(0.12, 0.26),
        tint=rng.uniform(-0.12, 0.12),
        glow=rng.uniform(0.0, 0.15),
    )
    graded = grading.grade(colors, mood, seed)
    return _bent(graded, seed), None if alpha is None else _bent(alpha, seed)


def _bent(plane: Bytes, seed: int) -> Bytes:
    """Bend a picture in long soft waves, and come a little nearer."""
    height, width = plane.shape[:2]
    rng = Random(seed + 1)  # noqa: S311
    zoom, size = 1 / rng.uniform(1.025, 1.05), (width * height) ** 0.5
    lean = rng.uniform(-0.008, 0.008)
    middle = (width - 1) * rng.uniform(0.45, 0.55), (height - 1) * rng.uniform(0.45, 0.55)
    bent = np.empty_like(plane)
    # Waves that long need few points; each strip stretches its own rows of them.
    cells = (max(2, round(height / size * 48)), max(2, round(width / size * 48)))
    waves = [noise(*cells, 11.0, (seed + k) % 2**32) * np.float32(0.006 * size) for k in range(2)]
    for strip in pictures.strips(width, height):
        x = np.arange(width, dtype=np.float32)[None, :]
        y = np.arange(strip.top, strip.bottom, dtype=np.float32)[:, None]
        at_x = (x * ((cells[1] - 1) / max(1, width - 1)) + 0 * y).astype(np.float32)
        at_y = (y * ((cells[0] - 1) / max(1, height - 1)) + 0 * x).astype(np.float32)
        dx, dy = (cv2.remap(wave, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for wave in waves)
        seen_x = middle[0] + (x - middle[0]) * zoom - (y - middle[1]) * lean + dx
        seen_y = middle[1] + (y - middle[1]) * zoom + (x - middle[0]) * lean + dy
        bent[strip.top : strip.bottom] = cv2.remap(
            plane,
            seen_x.astype(np.float32),
            seen_y.astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return bent


def _drawn_anew(colors: Bytes, order: engine.Order) -> Bytes:
    height, width = colors.shape[:2]
    scale = min(1.0, (_LARGEST_DRAWING / (width * height)) ** 0.5)
    size = max(16, round(width * scale)), max(16, round(height * scale))
    sized = replace(order, width=size[0], height=size[1])
    drawn = pictures.read(engine.draw(sized).png).colors
    own, other = tonality.measure(drawn), tonality.measure(colors)
    lent = tonality.lend(drawn, own, other, (0.55, 0.7))
    if size == (width, height):
        return lent
    return np.array(Image.fromarray(lent).resize((width, height), Image.Resampling.LANCZOS))
