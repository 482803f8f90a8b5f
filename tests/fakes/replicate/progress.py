"""Logs that grow as those of a diffusion model do: with the lines of a tqdm bar."""

import functools

BAR_WIDTH = 10
EIGHTHS = " ▏▎▍▌▋▊▉"
MOST_LINES = 10


def lines(steps: int, share: float, elapsed: float) -> str:
    """The bar's lines up to this share of the way, after so many seconds."""
    done = int(steps * share)
    each = max(1, -(-steps // MOST_LINES))
    shown = [*range(0, done, each), done]
    return "".join(_line(steps, step, round(elapsed * step / done, 1) if done else 0.0) for step in shown)


@functools.lru_cache(maxsize=65536)
def _line(steps: int, done: int, elapsed: float) -> str:
    eighths = BAR_WIDTH * 8 * done // steps
    bar = "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")
    pace = f"{done / elapsed:5.2f}it/s" if done and elapsed else "?it/s"
    left = _clock(elapsed * (steps - done) / done) if done and elapsed else "?"
    return f"{100 * done // steps:3d}%|{bar:<{BAR_WIDTH}}| {done}/{steps} [{_clock(elapsed)}<{left}, {pace}]\n"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"
