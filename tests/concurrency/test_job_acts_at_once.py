"""Several of the staff, and a worker, at one job in the same moment."""

from collections import Counter
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import job_acts, ledger, model_switch
from imagegarden.domain.errors import Conflict
from imagegarden.models import AuditEntry, Generation, GenerationStatus, Role
from tests import factories, turns
from tests.processes import at_once


def prepared(app: Flask, status: GenerationStatus | None) -> tuple[int, int, UUID]:
    """An administrator, a person, and a job of theirs in this state; queued without one."""
    with app.app_context():
        session = db.session()
        factories.use(session)
        admin, owner = factories.person(session, role=Role.ADMIN), factories.person(session)
        job = factories.generation(owner)
        if status == GenerationStatus.SUCCEEDED:
            factories.MediaFactory(generation_id=job.id, user_id=owner.id)
        if status is not None:
            turns.end(session, job, now(), status, error_code=None)
        session.commit()
        return admin.id, owner.id, job.uuid


def acts(app: Flask) -> Counter[str]:
    with app.app_context():
        entries = select(AuditEntry.action).where(AuditEntry.action.startswith("job."))
        return Counter(db.session.scalars(entries).all())


def test_a_job_that_many_refund_at_once_is_refunded_once(own_app: Flask) -> None:
    admin, owner, uuid = prepared(own_app, GenerationStatus.SUCCEEDED)

    def refund(n: int) -> str:
        with own_app.app_context():
            try:
                with transaction() as session:
                    job_acts.refund(
                        session, uuid=uuid, actor_id=admin, reason="x", request_key=f"key {n // 2}", now=now()
                    )
            except Conflict as error:
                return error.message
            return "done"

    done = Counter(at_once(20, refund))
    # The second click of whoever came first is answered as the first.
    assert done["done"] in (1, 2)
    assert done["Its credits were given back already."] == 20 - done["done"]
    assert acts(own_app) == {"job.refund": 1}
    with own_app.app_context():
        assert factories.balance(db.session(), owner).available == 5
        assert ledger.check(db.session()) == []


def test_a_job_that_many_run_again_at_once_runs_again_once(own_app: Flask) -> None:
    admin, owner, uuid = prepared(own_app, GenerationStatus.FAILED)

    def run(n: int) -> bool:
        with own_app.app_context():
            try:
                with transaction() as session:
                    job_acts.run_again(
                        session,
                        uuid=uuid,
                        models=factories.MODELS,
                        allowances=factories.ALLOWANCES,
                        actor_id=admin,
                        reason="x",
                        request_key=f"key {n}",
                        now=now(),
                    )
            except Conflict:
                return False
            return True

    assert sum(at_once(16, run)) == 1
    assert acts(own_app) == {"job.run_again": 1}
    with own_app.app_context():
        session = db.session()
        assert session.scalar(select(func.count(Generation.id))) == 2
        assert factories.balance(session, owner).available == 5
        assert ledger.check(session) == []


def test_a_cancellation_against_a_worker_that_finishes_leaves_one_end_and_sound_books(own_app: Flask) -> None:
    for _ in range(6):
        admin, owner, uuid = prepared(own_app, None)

        def act(n: int, uuid: UUID = uuid, admin: int = admin) -> None:
            with own_app.app_context():
                try:
                    with transaction() as session:
                        if n % 2:
                            job_acts.cancel(session, uuid=uuid, actor_id=admin, reason="x", now=now())
                        else:
                            job = session.scalars(
                                select(Generation).where(Generation.uuid == uuid).with_for_update()
                            ).one()
                            if not job.is_finished:
                                turns.end(session, job, now(), error_code=None)
                except Conflict:
                    pass

        at_once(4, act)
        with own_app.app_context():
            session = db.session()
            job = session.scalars(select(Generation).where(Generation.uuid == uuid)).one()
            assert job.is_finished
            assert (job.status == GenerationStatus.CANCELED) == (job.cancel_requested_at is not None)
            assert factories.balance(session, owner).available == 5
            assert factories.balance(session, owner).held == 0
            assert ledger.check(session) == []


def test_a_model_that_many_stop_at_once_is_stopped_once(own_app: Flask) -> None:
    def stop(n: int) -> bool:
        with own_app.app_context():
            try:
                with transaction() as session:
                    model_switch.stop(session, model="garden", actor_id=None, reason="x", request_key=str(n), now=now())
            except Conflict:
                return False
            return True

    assert sum(at_once(16, stop)) == 1
