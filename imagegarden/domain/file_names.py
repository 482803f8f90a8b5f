"""Names for files, from what people wrote: good on every system, and none of them twice."""

import unicodedata

LONGEST_BYTES = 160
# What Windows keeps for itself, and what is a path or a pattern somewhere.
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
FORBIDDEN = set('/\\:*?"<>|')
NAMELESS = "picture"


def file_stem(words: str) -> str:
    """A name without its ending: the words as they are, less what some system would not take."""
    composed = unicodedata.normalize("NFC", words)
    # Signs that cannot be seen can turn a name around; the joiners of other scripts stay.
    kept = (" " if sign in FORBIDDEN or not _is_seen(sign) else sign for sign in composed)
    stem = " ".join("".join(kept).split())
    stem = stem.encode()[:LONGEST_BYTES].decode(errors="ignore").strip(" .")
    if not stem:
        return NAMELESS
    return f"{stem}_" if stem.partition(".")[0].lower() in RESERVED else stem


class UniqueNames:
    """Gives every file of a folder a name of its own, also where systems take large and small letters for the same."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def name(self, words: str, ending: str) -> str:
        """The name for the next file: a second one of the same words is numbered."""
        stem = file_stem(words)
        while True:
            number = self._next.get(self._key(stem, ending), 1)
            self._next[self._key(stem, ending)] = number + 1
            if number == 1:
                return f"{stem}.{ending}"
            stem = f"{file_stem(words)} ({number})"

    def _key(self, stem: str, ending: str) -> str:
        return f"{stem}.{ending}".casefold()


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn") or sign in "\u200c\u200d"
