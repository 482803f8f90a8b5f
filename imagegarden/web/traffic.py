"""Counts what this process answers, for /metrics. Where several serve, each keeps a file that all of them read."""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
# Pages should take a tenth of a second; who waits for a picture may hold the line for minutes.
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)

_answers = Counter(
    "image_garden_requests", "Requests that were answered.", ["endpoint", "method", "status"], registry=REGISTRY
)
_seconds = Histogram(
    "image_garden_request_seconds", "How long they took.", ["door"], buckets=SECONDS, registry=REGISTRY
)


def count(*, endpoint: str | None, method: str, status: int, seconds: float) -> None:
    """Count a request that is being answered. What no view stands behind counts as one."""
    _answers.labels(endpoint or "none", method, str(status)).inc()
    _seconds.labels((endpoint or "none").partition(".")[0]).observe(seconds)
