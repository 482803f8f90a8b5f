"""How long the garden engine draws, on one core."""

import time

from benchmarks.contact_sheet import PROMPTS
from benchmarks.figures import table
from imagegarden.providers.garden.engine import STYLES, Order, draw


def measure() -> str:
    """CPU seconds for each of the contact sheet's prompts, in every style, the better of two."""
    rows = []
    for style in STYLES:
        seconds = [min(_seconds(prompt, style) for _ in range(2)) for prompt in PROMPTS]
        rows.append((style, f"mean {sum(seconds) / len(seconds):.2f} s, max {max(seconds):.2f} s", "max 1.0 s"))
    return table("Drawing", "CPU time of one 1024 x 1024 picture by the garden engine, over twelve prompts.", rows)


def _seconds(prompt: str, style: str) -> float:
    started = time.process_time()
    draw(Order(prompt=prompt, style=style, color="vibrant", width=1024, height=1024, seed=7))
    return time.process_time() - started
