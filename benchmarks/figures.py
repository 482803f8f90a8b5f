"""Figures as text."""

import math
import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(title: str, text: str, rows: Sequence[tuple[str, str, str]]) -> str:
    """A section with a table: what, measured, wanted."""
    lines = [f"| {what} | {measured} | {wanted} |" for what, measured, wanted in rows]
    return "\n".join([f"## {title}", "", text, "", "| what | measured | wanted |", "|---|---|---|", *lines])


def spread(values: Sequence[float], unit: str, scale: float = 1) -> str:
    """Median, 99th percentile and the greatest value."""
    median, most = statistics.median(values) * scale, max(values) * scale
    return f"p50 {median:.3g} {unit}, p99 {percentile(values, 0.99) * scale:.3g} {unit}, max {most:.3g} {unit}"
