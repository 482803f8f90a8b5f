"""The application with the fake Replicate behind it: settings and processes, as an operator would run them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from imagegarden.app import create_app
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import credits, ledger
from imagegarden.models import Attempt, Generation, GenerationStatus, Media, ModelPrice, User
from tests.fakes.replicate import WEBHOOK_SECRET
from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate_provider import TOKEN
from tests.processes import environment, free_port
from tests.servers import Servers
from tests.site_processes import SiteProcesses

FINISHED = (GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELED)


@dataclass
class ReplicateSite(SiteProcesses):
    """An application of the test's own, the fake that it asks, and what its processes need to know."""

    fake: FakeReplicate

    def unfinished(self) -> int:
        """How many generations are not finished."""
        with self.app.app_context():
            found = db.session.scalar(select(func.count()).where(Generation.finished_at.is_(None)))
            db.session.rollback()
            return found or 0


@contextlib.contextmanager
def replicate_site(
    servers: Servers, folder: Path, *, fake: dict[str, object] | None = None, **settings: object
) -> Iterator[ReplicateSite]:
    """The site, without its processes; `fake` are settings of the fake."""
    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, object] = {"starting": 0.05, "processing": 0.2, "output_scale": 0.25, **(fake or {})}
    with running(folder / "fake.log", **given) as replicate, servers.cloned_database() as database:
        port = free_port()
        chosen = servers.settings(
            database,
            **{
                "data_dir": folder / "data",
                "port": port,
                "public_url": f"http://127.0.0.1:{port}",
                "generations_per_hour": 100_000,
                "generations_at_once": 1000,
                "replicate_api_token": TOKEN,
                "replicate_base_url": replicate.url,
                "replicate_webhook_secret": WEBHOOK_SECRET,
                "replicate_creates_per_minute": 100_000,
                "output_hosts": [replicate.url],
                **settings,
            },
        )
        app = create_app(chosen)
        app.extensions["redis"].flushdb()
        try:
            yield ReplicateSite(app, chosen, folder, environment(chosen), replicate)
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


@dataclass(frozen=True)
class Verdict:
    """What a run came to."""

    succeeded: int
    failed: int
    lost: int
    double_charged: int
    pictures: int
    predictions: int
    extra_predictions: int
    error_codes: dict[str, int]


def judge(site: ReplicateSite) -> Verdict:
    """Read everything, and hold what was charged against what was delivered, and predictions against attempts."""
    with site.app.app_context():
        session = db.session()
        generations = session.scalars(select(Generation)).all()
        counted = session.execute(
            select(Media.generation_id, func.count())
            .where(Media.generation_id.is_not(None))
            .group_by(Media.generation_id)
        )
        delivered: dict[int, int] = {row[0]: row[1] for row in counted}
        prices = {price.id: price for price in session.scalars(select(ModelPrice))}
        wrong = [
            one.id for one in generations if one.charged != prices[one.price_id].credits_for(delivered.get(one.id, 0))
        ]
        assert ledger.check(session) == []
        for user_id in session.scalars(select(User.id)):
            assert credits.balance(session, user_id, now=now()).held == 0
        known = set(session.scalars(select(Attempt.provider_job_id).where(Attempt.provider_job_id.is_not(None))))
        made = {prediction["id"] for prediction in site.fake.predictions()}
        codes: dict[str, int] = {}
        for one in generations:
            if one.error_code:
                codes[one.error_code] = codes.get(one.error_code, 0) + 1
        verdict = Verdict(
            succeeded=sum(one.status == GenerationStatus.SUCCEEDED for one in generations),
            failed=sum(one.status == GenerationStatus.FAILED for one in generations),
            lost=sum(one.status not in FINISHED for one in generations),
            double_charged=len(wrong),
            pictures=sum(delivered.values()),
            predictions=len(made),
            extra_predictions=len(made - known),
            error_codes=codes,
        )
        session.rollback()
        return verdict
