"""Every kind of making that starts from a picture, and films: an order and its pictures go in, a file comes out."""

from collections.abc import Callable, Mapping

from imagegarden.providers.base import Order
from imagegarden.providers.garden import engine, fill, film, recolor, resample

Sources = Mapping[str, bytes]


def make(order: Order, ordinal: int, sources: Sources) -> bytes:
    """One output of an order for one of the models below. Raises ValueError for a source that is no picture."""
    return MAKERS[order.model](order, ordinal, sources)


def _film(order: Order, ordinal: int, sources: Sources) -> bytes:
    seconds = order.duration or 4
    if "image" in sources:
        return film.unfold(sources["image"], order.width, order.height, seconds, order.seed + ordinal)
    return film.grow(engine.order_of(order, ordinal), seconds)


def _enlarged(order: Order, ordinal: int, sources: Sources) -> bytes:
    return resample.enlarge(sources["image"], order.scale or 2, faces=order.faces)


def _restored(order: Order, ordinal: int, sources: Sources) -> bytes:
    return resample.restore(sources["image"])


def _filled(order: Order, ordinal: int, sources: Sources) -> bytes:
    if order.expand is not None:
        return fill.expand(sources["image"], order.expand, engine.order_of(order, ordinal))
    return fill.fill(sources["image"], sources["mask"], engine.order_of(order, ordinal))


def _recolored(order: Order, ordinal: int, sources: Sources) -> bytes:
    return recolor.recolor(sources["image"], order.prompt, order.color, order.seed + ordinal)


def _varied(order: Order, ordinal: int, sources: Sources) -> bytes:
    return recolor.vary(sources["image"], order.strength or "strong", engine.order_of(order, ordinal))


MAKERS: Mapping[str, Callable[[Order, int, Sources], bytes]] = {
    # From a picture; without one, the engine draws.
    "garden": _varied,
    "garden-film": _film,
    "garden-resample": _enlarged,
    "garden-restore": _restored,
    "garden-fill": _filled,
    "garden-recolor": _recolored,
}
