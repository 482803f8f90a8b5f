"""A tiny SVG writer: numbers, escaping, gradients and nesting. It knows nothing of plants."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from .color import Color, to_hex

NAMESPACE = "http://www.w3.org/2000/svg"


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

    def render(self, pixel_width: int, pixel_height: int, title: str) -> str:
        """Write the whole document."""
        return (
            f'<svg xmlns="{NAMESPACE}" width="{pixel_width}" height="{pixel_height}" '
            f'viewBox="0 0 {self.width:.3f} {self.height:.3f}" preserveAspectRatio="none">'
            f"<title>{escape(title)}</title><defs>{''.join(self._defs)}</defs>{''.join(self._body)}</svg>"
        )

    def _next_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}{self._ids}"


def _write(attributes: dict[str, str | float | None]) -> str:
    parts = []
    for name, value in attributes.items():
        if value is None:
            continue
        if not isinstance(value, str):
            value = f"{value:.4g}"
        parts.append(f' {name.rstrip("_").replace("_", "-")}="{value}"')
    return "".join(parts)
