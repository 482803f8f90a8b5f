"""Reading a prompt into a Brief: what to draw, how many, in which color, where and when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from . import vocabulary as words
from . import whereabouts
from .color import Color, parse
from .elements.figures import FIGURES
from .elements.figures import WORDS as FIGURE_WORDS
from .modifiers import GRADES, SIZES, SPARSE
from .signs import SIGNS
from .species import SPECIES, Species


@dataclass(frozen=True)
class Subject:
    """One kind of plant the prompt asks for."""

    species: Species
    count: int | None = None
    colors: tuple[Color, ...] = ()
    many: bool = False


@dataclass(frozen=True)
class Extra:
    """A creature or a built thing, with its number and color if told."""

    kind: str
    count: int | None = None
    colors: tuple[Color, ...] = ()
    many: bool = False


@dataclass(frozen=True)
class Brief:
    """A prompt, understood. `chance` differs for every wording, also of words nobody knows."""

    subjects: tuple[Subject, ...]
    setting: str
    time: str = ""
    season: str = ""
    weather: frozenset[str] = frozenset()
    sky: frozenset[str] = frozenset()
    creatures: tuple[Extra, ...] = ()
    built: tuple[Extra, ...] = ()
    figures: tuple[Extra, ...] = ()
    moods: frozenset[str] = frozenset()
    # Words that change every color; how large the subject is drawn; whether nothing shall distract from it.
    grades: frozenset[str] = frozenset()
    scale: float = 1.0
    sparse: bool = False
    places: frozenset[str] = frozenset()
    chance: int = 0
    # Whether the prompt names no plant, and the subjects were chosen for it.
    guessed: bool = False

    def has_built(self, kind: str) -> bool:
        """Whether the prompt names that built thing."""
        return any(extra.kind == kind for extra in self.built)


@dataclass
class _Reading:
    """What has been gathered so far, word by word."""

    subjects: list[Subject] = field(default_factory=list)
    creatures: list[Extra] = field(default_factory=list)
    built: list[Extra] = field(default_factory=list)
    figures: list[Extra] = field(default_factory=list)
    faceless: bool = False
    found: dict[str, list[str]] = field(default_factory=dict)
    number: int | None = None
    colors: list[Color] = field(default_factory=list)
    many: bool = False
    is_plant: bool = False
    last_was_plant: bool = False

    def take(self) -> tuple[int | None, tuple[Color, ...], bool]:
        taken = self.number, tuple(self.colors), self.many
        self.number, self.colors, self.many = None, [], False
        return taken


_LISTS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("setting", words.SETTINGS),
    ("time", words.TIMES),
    ("season", words.SEASONS),
    ("weather", words.WEATHER),
    ("sky", words.SKY),
    ("mood", words.MOODS),
    ("grade", {word: word for word in GRADES}),
    ("size", {word: word for word in SIZES}),
    ("sparse", {word: word for word in SPARSE}),
)


def read(prompt: str, number: int = 0) -> Brief:
    """Understand a prompt; any text gives a Brief. Where the prompt names nothing, the number has a say."""
    reading = _Reading()
    for word in tokens(prompt):
        _read_word(reading, word)
    return _settle(reading, prompt, number)


def tokens(prompt: str) -> list[str]:
    """The words of a prompt in lower case and in English, phrases and signs brought to the word they stand for."""
    prompt = prompt[:4000]
    for sign, word in SIGNS.items():
        # A sign that is repeated counts: two sunflowers in a row are two sunflowers.
        prompt = re.sub(f"(?:{sign}\ufe0f?){{2,}}", lambda run: f" {run[0].count(sign)} {word} ", prompt)  # noqa: B023
        prompt = prompt.replace(sign, f" {word} ")
    text = " " + " ".join(re.findall(r"[a-z]+|\d+", prompt.casefold().replace("'s", ""))) + " "
    for phrase, word in words.PHRASES.items():
        text = text.replace(f" {phrase} ", f" {word} ")
    return text.split()


def singular(word: str) -> str:
    """Strip a plural ending, as far as the garden's words need it."""
    if word in words.IRREGULAR:
        return words.IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _read_word(reading: _Reading, word: str) -> None:
    if word.isdigit():
        reading.number = min(int(word[:4]), 40) or None
        return
    one = singular(word)
    reading.last_was_plant, reading.is_plant = reading.is_plant, one in words.PLANTS
    if one in words.NUMBERS:
        reading.number = words.NUMBERS[one]
    if one in words.COLORS and not (one == "orange" and word.endswith("s")):
        reading.colors.append(parse(words.COLORS[one]))
        return
    if one in words.MANY:
        reading.many = True
    if one == "tree" and reading.last_was_plant and reading.subjects[-1].species.family == "tree":
        # "birch trees" are birches, not birches and trees.
        known = reading.subjects[-1]
        reading.subjects[-1] = Subject(known.species, known.count, known.colors, known.many or word != one)
        return
    plural = word != one or word in ("reeds", "grass", "wheat", "bamboo", "lavender", "koi", "fish")
    for table, into in ((words.CREATURES, reading.creatures), (words.BUILT, reading.built)):
        if one in table:
            count, colors, many = reading.take()
            into.append(Extra(table[one], count, colors, many or plural))
            return
    if one in words.PLANTS:
        count, colors, many = reading.take()
        _add_subject(reading, Subject(SPECIES[words.PLANTS[one]], count, colors, many or plural))
        return
    if _read_figure(reading, word, one):
        return
    for name, listed in _LISTS:
        if one in listed:
            if name == "setting" and reading.subjects and reading.last_was_plant and reading.subjects[-1].count is None:
                # "a lotus pond", "pine forest": a place full of them.
                known = reading.subjects[-1]
                reading.subjects[-1] = Subject(known.species, None, known.colors, True)
            reading.found.setdefault(name, []).append(listed[one])
    _read_as_written(reading, word, one)


def _read_as_written(reading: _Reading, word: str, one: str) -> None:
    """Words that end like a plural and are none."""
    if word != one:
        for name, listed in _LISTS:
            if word in listed and one not in listed:
                reading.found.setdefault(name, []).append(listed[word])


def _read_figure(reading: _Reading, word: str, one: str) -> bool:
    known = one if one in FIGURE_WORDS else word
    if known not in FIGURE_WORDS:
        return False
    key, own = FIGURE_WORDS[known]
    if known in words.FACES:
        # "a portrait of a king" shows one person; whoever is named goes before whoever is not.
        reading.faceless = reading.faceless or not reading.figures
        if reading.figures:
            return True
    elif reading.faceless:
        reading.figures.clear()
        reading.faceless = False
    count, colors, many = reading.take()
    if all(extra.kind != key for extra in reading.figures):
        reading.figures.append(Extra(key, count, colors or ((parse(own),) if own else ()), many or word != one))
    return True


def _add_subject(reading: _Reading, subject: Subject) -> None:
    for i, known in enumerate(reading.subjects):
        if known.species.key == subject.species.key:
            # "tulips, red and yellow tulips" is one bed with both colors.
            merged = known.colors + subject.colors
            reading.subjects[i] = Subject(
                known.species, known.count or subject.count, merged, known.many or subject.many
            )
            return
    reading.subjects.append(subject)


def _settle(reading: _Reading, prompt: str, number: int) -> Brief:
    """Fill the gaps: what the prompt left open follows from its subject, and from chance where there is none."""
    chance = int.from_bytes(sha256(prompt.encode("utf-8", "replace")).digest()[:8], "big")
    rng = Random(chance ^ number)  # noqa: S311
    found = reading.found
    subjects = _without_generic(reading.subjects)
    guessed = not subjects
    settings = found.get("setting", [])
    figures = tuple(reading.figures[:4])
    named = _named(reading, settings, subjects)
    if not subjects and not whereabouts.speaks(named) and not (settings and rng.random() < 0.25):
        many = rng.random() < 0.5 or bool({"meadow", "field", "garden"} & set(settings))
        subjects = [Subject(whereabouts.guess(rng, named), None, tuple(reading.colors), many)]
    setting = whereabouts.setting(_named(reading, settings, subjects), rng)
    if setting in whereabouts.WITHOUT_PLANTS:
        subjects = []
    weather = frozenset(found.get("weather", []))
    if figures and FIGURES[figures[0].kind].home == "snow" and not (found.get("season") or weather):
        weather = frozenset({"snow"})
    return Brief(
        subjects=tuple(subjects[:4]),
        setting=setting,
        time=whereabouts.time(found),
        season="winter" if "snow" in weather else (found.get("season") or [""])[-1],
        weather=weather,
        sky=frozenset(found.get("sky", [])),
        creatures=tuple(reading.creatures[:4]),
        built=tuple(reading.built[:4]),
        figures=figures,
        grades=frozenset(found.get("grade", [])),
        scale=_scale(found.get("size", [])),
        sparse=bool(found.get("sparse")),
        moods=frozenset(found.get("mood", [])),
        places=frozenset(settings),
        chance=chance,
        guessed=guessed,
    )


def _named(reading: _Reading, settings: list[str], subjects: list[Subject]) -> whereabouts.Named:
    return whereabouts.Named(
        settings=tuple(settings),
        species=tuple(subject.species for subject in subjects),
        figures=tuple(extra.kind for extra in reading.figures),
        built=frozenset(extra.kind for extra in reading.built),
        creatures=frozenset(extra.kind for extra in reading.creatures),
        sky=frozenset(reading.found.get("sky", [])),
    )


def _scale(sizes: list[str]) -> float:
    scale = 1.0
    for word in sizes[:2]:
        scale *= SIZES[word]
    return min(1.35, max(0.55, scale))


def _without_generic(subjects: list[Subject]) -> list[Subject]:
    # "a lavender flower", "oak tree leaves": the general word only describes the particular one.
    generic = {"cosmos", "ivy", "grass"}
    particular = [subject for subject in subjects if subject.species.key not in generic]
    return particular if particular and len(subjects) > 1 else subjects
