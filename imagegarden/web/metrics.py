"""/metrics: how the site fares, for Prometheus. Only who knows the token is answered."""

import hmac
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client import values as ways_to_count
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db
from imagegarden.domain import figures, health
from imagegarden.domain.errors import NotFound
from imagegarden.domain.health import Health
from imagegarden.web import disk, traffic
from imagegarden.web.guards import public
from imagegarden.web.health import QUICK_CHECKS
from imagegarden.web.kept import Kept
from imagegarden.web.maintenance import always_open

logger = logging.getLogger(__name__)

# How old the figures of today may be.
TODAY_SECONDS = 60

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@public
@always_open
def metrics() -> Response:
    """Everything that the page of health tells, as numbers."""
    token = settings().metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(sent.encode(), token.get_secret_value().encode()):
        raise NotFound
    registry = CollectorRegistry()
    registry.register(SiteCollector())
    counted = traffic.REGISTRY
    # Not by the setting: a server for development counts in itself alone.
    if ways_to_count.ValueClass is not ways_to_count.MutexValue:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    return Response(generate_latest(registry) + generate_latest(counted), content_type=CONTENT_TYPE_LATEST)


class SiteCollector(Collector):
    """Reads how the site fares, each time that it is asked."""

    def collect(self) -> Iterator[Metric]:
        """What is known now; of what the database does not tell, nothing."""
        yield InfoMetricFamily("image_garden", "What is running.", {"release": settings().release})
        yield _gauge(
            "part_up", "Whether a part answers now.", ["part"], [([n], is_up()) for n, is_up in QUICK_CHECKS.items()]
        )
        free = disk.usage(settings().data_dir).free
        yield _gauge("disk_free_bytes", "What is free where pictures lie in DATA_DIR.", [], [([], free)])
        try:
            found = health.look(db.session(), now=now())
            today = _kept().recall(
                "today", lambda: figures.of_day(db.session(), now().astimezone(UTC).date(), now=now())
            )
        except SQLAlchemyError:
            db.session.rollback()
            logger.warning("the database does not tell how the site fares", exc_info=True)
            return
        yield from _of_health(found)
        # The overview's own figures; Prometheus takes the fall to nothing at midnight for a counter's new beginning.
        yield _gauge(
            "today", "What this day (UTC) brought until now.", ["figure", "of"], [([n, of], v) for n, of, v in today]
        )


def _kept() -> Kept[Sequence[tuple[str, str, int]]]:
    found: Kept[Sequence[tuple[str, str, int]]] = current_app.extensions.setdefault("kept_today", Kept(TODAY_SECONDS))
    return found


def _of_health(found: Health) -> Iterator[Metric]:
    depth = found.depth
    yield _gauge("queue_waiting", "Generations that wait for their turn.", [], [([], depth.waiting)])
    yield _gauge("queue_under_way", "Generations that are being made.", [], [([], depth.under_way)])
    yield _gauge("queue_longest_wait_seconds", "How long the first has waited.", [], [([], depth.longest_wait_seconds)])
    yield _gauge("failed_jobs", "Jobs of the queue that failed for good.", [], [([], found.failed_jobs)])
    yield _gauge(
        "process_seen_at_seconds",
        "When a process was last heard of.",
        ["role", "process", "release"],
        [([one.role, one.name, one.version], one.seen_at.timestamp()) for one in found.processes],
    )
    # A process that ended as it should is forgotten at once, one that did not after minutes: neither is seen any more.
    yield _gauge(
        "role_at_work",
        "Whether a process of a kind that is needed is at work.",
        ["role"],
        [([role], role not in found.missing) for role in health.NEEDED],
    )
    yield _gauge(
        "check_fault",
        "Whether a check found a fault.",
        ["check"],
        [([one.name], bool(one.fault)) for one in found.checks],
    )
    yield _gauge(
        "check_at_seconds",
        "When a check was made.",
        ["check"],
        [([one.name], one.checked_at.timestamp()) for one in found.checks],
    )
    models = found.models
    yield _gauge("model_ended", "What ended in the last hour.", ["model"], [([one.model], one.ended) for one in models])
    yield _gauge(
        "model_faults", "Of how many the model was the fault.", ["model"], [([one.model], one.faults) for one in models]
    )
    for name, words in (("wait", "How long they waited for their turn"), ("run", "How long they took then")):
        values = [([one.model], getattr(one, f"{name}_seconds")) for one in models]
        known = [(of, seconds) for of, seconds in values if seconds is not None]
        yield _gauge(f"model_{name}_seconds", f"{words}, at the median of the last hour.", ["model"], known)
    yield _gauge("model_resting", "Whether nothing begins on it.", ["model"], [([key], 1) for key in found.resting])
    reports = found.reports
    yield _gauge("reports", "Reports of the last hour.", ["vendor"], [([one.vendor], one.count) for one in reports])
    yield _gauge(
        "report_lag_seconds",
        "How long they were under way, at the median.",
        ["vendor"],
        [([one.vendor], one.median_lag) for one in reports if one.median_lag is not None],
    )
    yield _gauge("alarms", "Alarms of the last day.", ["code"], [([one.code], 1) for one in found.alarms])


def _gauge(
    name: str, words: str, labels: Sequence[str], values: Sequence[tuple[Sequence[str], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"image_garden_{name}", words, labels=labels)
    for of, value in values:
        family.add_metric(of, float(value))
    return family
