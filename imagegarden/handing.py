"""Pieces that are made in one thread and taken in another.

The store's library asks for each piece from within its own work, and cannot read a file in the middle of that: so
whatever reads files to make the pieces stays where it is, and the writing goes elsewhere.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Full, Queue

# So many wait to be taken at most.
WAITING = 8
LOOK_SECONDS = 0.1


def hand_over(pieces: Iterator[bytes], write: Callable[[Iterator[bytes]], None]) -> None:
    """Have `write` take the pieces, in a thread of its own, while they are made in this one.

    Raises what `write` raises, and what making a piece raises: then `write` is told by the same error.
    """
    handed: Queue[bytes | Exception | None] = Queue(WAITING)
    with ThreadPoolExecutor(1, thread_name_prefix="writing") as thread:
        writing = thread.submit(write, _taken(handed))
        try:
            for piece in pieces:
                _hand(handed, piece, writing)
        except Exception as error:
            _hand(handed, error, writing)
            raise
        _hand(handed, None, writing)
        writing.result()


def _hand(handed: "Queue[bytes | Exception | None]", piece: bytes | Exception | None, writing: "Future[None]") -> None:
    while True:
        if writing.done():
            # It was not to end by itself: what ended it is raised here.
            writing.result()
            return
        try:
            return handed.put(piece, timeout=LOOK_SECONDS)
        except Full:
            continue


def _taken(handed: "Queue[bytes | Exception | None]") -> Iterator[bytes]:
    while (piece := handed.get()) is not None:
        if isinstance(piece, Exception):
            raise piece
        yield piece
