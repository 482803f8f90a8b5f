"""Reading a prediction: what its state, logs, error and output mean. Nothing in it is taken for granted."""

import re
from typing import Any

from imagegarden.providers.base import Finished, PermanentError

Json = dict[str, Any]

# Tuples: what the provider says may be anything, also what cannot be in a set.
RUNNING = ("starting", "processing")
FAILED = ("failed", "canceled", "aborted")
PROGRESS = re.compile(r"(\d{1,3})%\|")
# The models' own words, which differ from one to the next.
REFUSED = re.compile(r"nsfw|flagged|sensitive|safety|moderat|E005|content polic|inappropriate", re.IGNORECASE)
TOO_LARGE = re.compile(r"out of memory|E1001", re.IGNORECASE)
FLAGGED_IMAGE = re.compile(r"nsfw content detected in image (\d+)", re.IGNORECASE)
LONGEST_OUTPUT = 16
LONGEST_TEXT = 20_000
LONGEST_ERROR = 300


def progress_of(prediction: Json) -> int:
    """How far it is, in percent, by the last progress bar in its logs."""
    logs = prediction.get("logs")
    found = PROGRESS.findall(logs[-2000:]) if isinstance(logs, str) else []
    return min(int(found[-1]), 99) if found else 0


def finished_of(prediction: Json, *, is_text: bool = False) -> Finished | None:
    """What came out, or None while it is at work. `is_text` where words were asked for and not files.

    Raises PermanentError when it failed, was ended, or has no output.
    """
    status = prediction.get("status")
    if status == "succeeded":
        return _succeeded(prediction, is_text)
    if status not in FAILED:
        # A state that we do not know is no end: the deadline is.
        return None
    text = str(prediction.get("error") or f"the prediction is {status}")[:LONGEST_ERROR]
    if status != "failed":
        raise PermanentError(text, code="timed_out")
    raise PermanentError(text, code=_code(text))


def _code(text: str) -> str:
    if REFUSED.search(text):
        return "content_refused"
    if TOO_LARGE.search(text):
        return "too_large"
    return "model_failed"


def _succeeded(prediction: Json, is_text: bool) -> Finished:
    if prediction.get("data_removed"):
        raise PermanentError("the provider removed its data", code="output_gone")
    if is_text:
        # Word by word.
        text = "".join(_addresses(prediction.get("output")))[:LONGEST_TEXT]
        return Finished((), text=text, run_seconds=_run_seconds(prediction))
    outputs = tuple(_addresses(prediction.get("output")))[:LONGEST_OUTPUT]
    if not outputs:
        raise PermanentError("no address in the output", code="empty_output")
    logs = prediction.get("logs")
    marked = FLAGGED_IMAGE.findall(logs) if isinstance(logs, str) else []
    return Finished(
        outputs,
        flagged=tuple(sorted({int(number) for number in marked if int(number) < len(outputs)})),
        run_seconds=_run_seconds(prediction),
    )


def _run_seconds(prediction: Json) -> float | None:
    metrics = prediction.get("metrics")
    seconds = metrics.get("predict_time") if isinstance(metrics, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None


def _addresses(output: Any, depth: int = 0) -> list[str]:
    """Every text in an output that could be an address, in order. Whether it may be fetched is decided there."""
    if isinstance(output, str):
        return [output]
    if depth > 3:
        return []
    items = output.values() if isinstance(output, dict) else output if isinstance(output, list) else ()
    return [address for item in items for address in _addresses(item, depth + 1)]
