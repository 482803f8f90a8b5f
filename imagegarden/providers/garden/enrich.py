"""A prompt enricher without an AI: rules that add what a picture needs and the prompt leaves open."""

import re
from collections.abc import Iterable
from hashlib import sha256
from random import Random

from . import details, vocabulary
from .brief import Brief, read, singular, tokens

MOST = 600
LONGEST = 2000


def enrich(prompt: str, seed: int = 0) -> str:
    """The prompt as it is, and after it up to two sentences on what it leaves open."""
    kept = prompt.rstrip()
    words = frozenset(tokens(kept)) | frozenset(re.findall(r"[a-z0-9]+", kept.casefold()))
    brief = read(kept)
    rng = Random(sha256(f"{seed}\n{kept}".encode("utf-8", "replace")).digest())  # noqa: S311
    # What was enriched once gets nothing more on its subject.
    anew = not any(phrase.casefold() in kept.casefold() for phrase in details.SUBJECTS)
    if _medium(words) == "plain":
        # A logo wants no light, and no mood.
        return _joined(kept, _composition(brief, words, rng) + _texture(words, rng))
    first = [*(_subject(brief, words, rng) if anew else ()), *_light(brief, words, rng)]
    second = [*_composition(brief, words, rng), *_mood(brief, words, rng), *_texture(words, rng)]
    return _joined(kept, first, second)


def _subject(brief: Brief, words: frozenset[str], rng: Random) -> list[str]:
    """Details of what is named; a prompt that excludes things may exclude just these."""
    if words & details.NEGATIONS:
        return []
    found: list[str] = []
    if not brief.guessed:
        tables = {"flower": details.FLOWERS, "tree": details.TREES, "plant": details.PLANTS}
        for subject in brief.subjects[:2]:
            found.append(rng.choice(tables[subject.species.family][subject.species.form]))
    found += [details.CREATURES[extra.kind] for extra in brief.creatures[:1]]
    found += [details.BUILT[extra.kind] for extra in brief.built[:1]]
    found += [details.PLACES[place] for place in sorted(brief.places)[:1] if not words & details.INDOORS]
    found += [details.SEASONS[brief.season]] if brief.season and len(found) < 2 else []
    return [phrase for phrase in dict.fromkeys(found) if not _says(words, phrase)][:3]


def _says(words: frozenset[str], phrase: str) -> bool:
    """Whether the prompt has said as much already: most long words of the phrase."""
    telling = [word for word in re.findall(r"[a-z]+", phrase) if len(word) > 4]
    return sum(word in words for word in telling) > len(telling) * 0.6


def _light(brief: Brief, words: frozenset[str], rng: Random) -> list[str]:
    return [] if words & details.HAS_LIGHT else [rng.choice(details.LIGHT[_hour(brief, words)])]


def _hour(brief: Brief, words: frozenset[str]) -> str:
    """What decides the light; where the prompt names several hours, none does."""
    hours = {vocabulary.TIMES[one] for word in words if (one := singular(word)) in vocabulary.TIMES}
    if len(hours) > 1:
        return "open"
    weather = next((kind for kind in ("storm", "rain", "mist", "snow") if kind in brief.weather), "")
    if weather and brief.time in ("", "noon", "morning", "storm"):
        return weather
    return brief.time or "open"


def _composition(brief: Brief, words: frozenset[str], rng: Random) -> list[str]:
    if words & details.HAS_COMPOSITION:
        return []
    if words & details.INDOORS or (brief.guessed and not brief.places):
        kind = "open"
    elif brief.places:
        kind = "place"
    else:
        kind = "one" if len(brief.subjects) == 1 and not brief.subjects[0].many else "many"
    return [rng.choice(details.COMPOSITION[kind])]


def _mood(brief: Brief, words: frozenset[str], rng: Random) -> list[str]:
    if words & details.HAS_MOOD:
        return []
    # Two moods at once would be one too many: the phrase stays open then.
    named = sorted(brief.moods)
    kind = named[0] if len(named) == 1 else "storm" if not named and "storm" in brief.weather else "open"
    return [rng.choice(details.MOOD[kind])]


def _texture(words: frozenset[str], rng: Random) -> list[str]:
    if words & details.HAS_TEXTURE:
        return []
    return [rng.choice(details.TEXTURE[_medium(words)])]


def _medium(words: frozenset[str]) -> str:
    return next((medium for medium, named in details.MEDIA.items() if words & named), "open")


def _joined(prompt: str, *groups: list[str]) -> str:
    """Prompt and sentences, as far as there is room; whole phrases are left out, never parts of one."""
    room = min(MOST, LONGEST - len(prompt) - 2)
    sentences: list[str] = []
    for phrases in groups:
        while phrases and len(" ".join([*sentences, _sentence(phrases)])) > room:
            phrases = phrases[:-1]
        if phrases:
            sentences.append(_sentence(phrases))
    if not sentences:
        return prompt
    added = " ".join(sentences)
    if prompt.endswith((",", ";", ":")):
        added = added[0].lower() + added[1:]
    return f"{_closed(prompt)} {added}".lstrip()


def _sentence(phrases: Iterable[str]) -> str:
    text = ", ".join(phrases)
    return f"{text[0].upper()}{text[1:]}."


def _closed(prompt: str) -> str:
    """The prompt with a mark at its end, which it may have already."""
    return prompt if not prompt or prompt[-1] in ".!?…।؟。,;:" else prompt + "."
