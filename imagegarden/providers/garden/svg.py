"""A tiny SVG writer: numbers, escaping, gradients and nesting. It knows nothing of plants."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

from .color import Color, parse, to_hex, to_rgb

NAMESPACE = "http://www.w3.org/2000/svg"
_REFERENCE = re.compile(r'(?:url\(|href=")#([a-z]\d+)')


class Stop(NamedTuple):
    """One stop of a gradient."""

    offset: float
    color: Color
    opacity: float = 1.0


def num(value: float) -> str:
    """Format a coordinate: one decimal is a tenth of a pixel at 1024."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def escape(text: str) -> str:
    """Make any text safe inside an element or attribute; characters XML forbids are dropped."""
    kept = "".join(char for char in text if _is_xml_char(ord(char)))
    for raw, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        kept = kept.replace(raw, entity)
    return kept


def _is_xml_char(code: int) -> bool:
    if code in (0x9, 0xA, 0xD):
        return True
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


class Document:
    """Collects elements in drawing order; equal gradients are written once."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._defs: list[str] = []
        self._body: list[str] = []
        self._gradients: dict[str, str] = {}
        self._cuts: list[int] = []
        self._ids = 0

    def add(self, tag: str, **attributes: str | float | None) -> None:
        """Append an element; underscores in names become hyphens, None leaves an attribute out."""
        self._body.append(f"<{tag}{_write(attributes)}/>")

    @contextmanager
    def group(self, **attributes: str | float | None) -> Iterator[None]:
        """Nest what is drawn inside the block."""
        self._body.append(f"<g{_write(attributes)}>")
        yield
        self._body.append("</g>")

    @contextmanager
    def symbol(self) -> Iterator[str]:
        """Draw the block aside, under an id, to be placed later with `place`."""
        name = self._next_id("s")
        outer, self._body = self._body, []
        yield name
        self._defs.append(f'<g id="{name}">{"".join(self._body)}</g>')
        self._body = outer

    @contextmanager
    def clip(self, path: str) -> Iterator[None]:
        """Show what is drawn in the block only inside the path."""
        name = self._next_id("c")
        self._defs.append(f'<clipPath id="{name}"><path d="{path}"/></clipPath>')
        with self.group(clip_path=f"url(#{name})"):
            yield

    @contextmanager
    def out_of_focus(self, radius: float) -> Iterator[None]:
        """Blur what is drawn in the block; a radius of 0 leaves it sharp."""
        if not radius:
            yield
            return
        name = self._next_id("f")
        self._defs.append(
            f'<filter id="{name}" filterUnits="userSpaceOnUse" x="0" y="0" width="{num(self.width)}" '
            f'height="{num(self.height)}"><feGaussianBlur stdDeviation="{num(radius)}"/></filter>'
        )
        with self.group(filter=f"url(#{name})"):
            yield

    def place(self, symbol: str, transform: str, **attributes: str | float | None) -> None:
        """Show a symbol, moved, turned or scaled."""
        self.add("use", href=f"#{symbol}", transform=transform, **attributes)

    def gradient(self, kind: str, stops: Sequence[Stop], **geometry: str | float | None) -> str:
        """Return the paint reference of a linear or radial gradient."""
        content = "".join(
            f'<stop offset="{stop.offset:.3g}" stop-color="{to_hex(stop.color)}"'
            + (f' stop-opacity="{stop.opacity:.3g}"' if stop.opacity < 1 else "")
            + "/>"
            for stop in stops
        )
        content = f"<{kind}Gradient {{}}{_write(geometry)}>{content}</{kind}Gradient>"
        name = self._gradients.get(content)
        if name is None:
            name = self._next_id("g")
            self._gradients[content] = name
            self._defs.append(content.replace("{}", f'id="{name}"', 1))
        return f"url(#{name})"

    def bands(self, top: float, bottom: float, stops: Sequence[Stop]) -> None:
        """A gradient from edge to edge, as bands of flat color: a renderer fills those many times faster."""
        number = _steps(stops, (bottom - top) / 3)
        lines = [num(top + (bottom - top) * i / number) for i in range(number + 1)]
        left, right = "-2", num(self.width + 2)
        # Without smoothing, neighbors share their border exactly: no seam, and no doubled line where they are sheer.
        with self.group(shape_rendering="crispEdges"):
            for i in range(number):
                color, opacity = _between(stops, (i + 0.5) / number)
                self.add(
                    "path",
                    d=f"M{left} {lines[i]}H{right}V{lines[i + 1]}H{left}Z",
                    fill=color,
                    fill_opacity=opacity if opacity < 1 else None,
                )

    def rings(self, x: float, y: float, radius: float, stops: Sequence[Stop]) -> None:
        """A sheer gradient around a point, as rings of flat color, for the same reason as bands."""
        number = _steps(stops, radius / 5)
        circles = [""]
        for i in range(1, number + 1):
            r = num(radius * i / number)
            circles.append(
                f"M{num(x)} {num(y)}m-{r} 0a{r} {r} 0 1 0 {num(2 * float(r))} 0a{r} {r} 0 1 0 -{num(2 * float(r))} 0Z"
            )
        with self.group(shape_rendering="crispEdges"):
            for i in range(number):
                color, opacity = _between(stops, (i + 0.5) / number)
                self.add("path", d=circles[i] + circles[i + 1], fill=color, fill_opacity=opacity, fill_rule="evenodd")

    def cut(self) -> None:
        """Note that a new part begins here, for those who show the picture part by part."""
        self._cuts.append(len(self._body))

    def parts(self) -> list[str]:
        """What was drawn, in order: divided at every cut, and around every outermost group that has a class."""
        parts: list[str] = [""]
        depth, cuts = 0, set(self._cuts)
        for index, item in enumerate(self._body):
            opens = item.startswith("<g") and not item.endswith("/>")
            named = depth == 0 and opens and ' class="' in item
            if depth == 0 and (named or index in cuts):
                parts.append("")
            parts[-1] += item
            depth += opens - (item == "</g>")
            if depth == 0 and item == "</g>" and parts[-1].startswith("<g class="):
                parts.append("")
        return [part for part in parts if part]

    def render(self, pixel_width: int, pixel_height: int, title: str) -> str:
        """Write the whole document."""
        return self._render(pixel_width, pixel_height, title, "".join(self._defs), "".join(self._body))

    def render_part(self, pixel_width: int, pixel_height: int, part: str) -> str:
        """Write one part, with those definitions alone that it needs: the rest stays transparent."""
        return self._render(pixel_width, pixel_height, "", self._needed(part), part)

    def _needed(self, part: str) -> str:
        needed, open_ = set[str](), [part]
        known = {definition.split('id="', 1)[1].split('"', 1)[0]: definition for definition in self._defs}
        while open_:
            for name in _REFERENCE.findall(open_.pop()):
                if name not in needed:
                    needed.add(name)
                    open_.append(known[name])
        return "".join(definition for name, definition in known.items() if name in needed)

    def _render(self, pixel_width: int, pixel_height: int, title: str, defs: str, body: str) -> str:
        return (
            f'<svg xmlns="{NAMESPACE}" width="{pixel_width}" height="{pixel_height}" '
            f'viewBox="0 0 {self.width:.3f} {self.height:.3f}" preserveAspectRatio="none">'
            f"<title>{escape(title)}</title><defs>{defs}</defs>{body}</svg>"
        )

    def _next_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}{self._ids}"


def _steps(stops: Sequence[Stop], most: float) -> int:
    """How many flat steps pass for the gradient: each is hardly more than one level of one channel."""
    levels = 0.0
    for one, other in pairwise(stops):
        hues = max(abs(a - b) for a, b in zip(to_rgb(one.color), to_rgb(other.color), strict=True))
        levels += max(hues * max(one.opacity, other.opacity), abs(one.opacity - other.opacity) * 130)
    return max(2, min(110, int(most), int(levels * 0.8)))


def _between(stops: Sequence[Stop], place: float) -> tuple[str, float]:
    """The color and opacity at a place of a gradient, mixed as renderers mix."""
    index = next((i for i, stop in enumerate(stops[1:]) if place <= stop.offset), len(stops) - 2)
    one, other = stops[index], stops[index + 1]
    share = min(1.0, max(0.0, (place - one.offset) / ((other.offset - one.offset) or 1)))
    mixed = (a + (b - a) * share for a, b in zip(to_rgb(one.color), to_rgb(other.color), strict=True))
    color = "#" + "".join(f"{round(channel):02x}" for channel in mixed)
    return color, one.opacity + (other.opacity - one.opacity) * share


def below(stops: Sequence[Stop], place: float) -> list[Stop]:
    """What remains of an opaque gradient from a place on, stretched over the rest."""
    text, opacity = _between(stops, place)
    rest = [
        Stop((stop.offset - place) / (1 - place), stop.color, stop.opacity) for stop in stops if stop.offset > place
    ]
    return [Stop(0, parse(text), opacity), *rest]


def _write(attributes: dict[str, str | float | None]) -> str:
    parts = []
    for name, value in attributes.items():
        if value is None:
            continue
        if not isinstance(value, str):
            value = f"{value:.4g}"
        parts.append(f' {name.rstrip("_").replace("_", "-")}="{value}"')
    return "".join(parts)
