"""What tests stand on: real servers, an application on them, and people to act as."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from imagegarden.app import create_app
from imagegarden.clock import now as present
from imagegarden.current import Adapters
from imagegarden.db import db
from imagegarden.extensions import limiter
from imagegarden.models import Role, User
from imagegarden.storage import ObjectStore
from imagegarden.web.kept import Kept
from tests import canaries, factories, servers
from tests.canaries import CANARIES
from tests.fakes.guard import Guarded
from tests.fakes.mailer import KeptMail
from tests.fakes.provider import ScriptedProvider
from tests.own_database import own_app, own_settings  # noqa: F401  fixtures

# Files that take long go first: the processes of a run end together, instead of waiting for one that began late.
SLOW = ("crash", "concurrency", "browser", "local", "worker", "stack")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow folders; inside of a folder, the order stays as it was drawn."""

    def place(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return SLOW.index(folder) if folder in SLOW else len(SLOW)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was loaded stays, and what a test makes mostly ends with it: as in wsgi.py, garbage is looked for less."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


canaries.watch()


@pytest.fixture(scope="session", autouse=True)
def _no_secret_is_left_at_the_end() -> Iterator[None]:
    """What the sites of whole modules wrote is known after their last test."""
    yield
    CANARIES.report()


@pytest.fixture(autouse=True)
def _no_secret_escapes() -> Iterator[None]:
    """Whatever a test is about, no secret is in what it leaves (canaries.py)."""
    yield
    CANARIES.report()


@pytest.fixture(scope="session")
def running_servers() -> Iterator[servers.Servers]:
    """PostgreSQL and Valkey of this test process."""
    with servers.enterable_folder() as folder, servers.running(folder) as running:
        yield running


@pytest.fixture(autouse=True)
def _limiter_stays_bound() -> Iterator[None]:
    """The limiter belongs to one application at a time; a test that makes another gives it back."""
    before = dict(vars(limiter))
    yield
    vars(limiter).update(before)


@pytest.fixture(scope="session")
def provider() -> ScriptedProvider:
    return ScriptedProvider()


@pytest.fixture(scope="session")
def kept_mail() -> KeptMail:
    return KeptMail()


# What is no question of the page's: how the site is set is asked once a second, by nobody in particular.
UNCOUNTED = (
    *("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT switches.name", "SELECT model_settings.model, "),
    "SELECT network_blocks.id, ",
)


class SeparateClient(FlaskClient):
    """A client whose requests share nothing with the context that a test has open."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        CANARIES.look_into_answer(answer)
        return answer


def make_app(settings: Any, provider: ScriptedProvider, kept_mail: KeptMail) -> Flask:
    """An application whose outside is scripted and guarded: an adapter called inside a transaction raises."""
    app = create_app(
        settings,
        Adapters(
            providers={provider.name: Guarded(provider)},  # type: ignore[dict-item]
            store=Guarded(ObjectStore.in_memory()),  # type: ignore[arg-type]
            mailer=Guarded(kept_mail),  # type: ignore[arg-type]
        ),
    )
    app.testing = True
    app.test_client_class = SeparateClient
    # What a test sets is seen by its next request.
    app.extensions["steering"].good_seconds = 0
    app.extensions["kept_under_way"] = Kept(0)
    # Every request is answered as in production, also when it fails.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture(scope="session")
def session_app(running_servers: servers.Servers, provider: ScriptedProvider, kept_mail: KeptMail) -> Iterator[Flask]:
    with running_servers.cloned_database() as database:
        app = make_app(running_servers.settings(database, log_level="INFO"), provider, kept_mail)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(session_app: Flask, provider: ScriptedProvider, kept_mail: KeptMail) -> Iterator[Flask]:
    """The application inside a transaction that is rolled back: what a test commits is gone after it."""
    session_app.config["WTF_CSRF_ENABLED"] = False
    session_app.extensions["redis"].flushdb()
    limiter.reset()
    session_app.extensions["usage_counter"]._calls.clear()
    provider.calls.clear()
    kept_mail.letters.clear()
    kept_mail.failures_left = 0
    with session_app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        db.engines[None] = connection  # type: ignore[assignment]
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    try:
        yield session_app
    finally:
        with session_app.app_context():
            db.session.remove()
            try:
                CANARIES.look_around(session_app, connection, kept_mail.letters)
            finally:
                outer.rollback()
                connection.close()
                db.engines[None] = engine
                db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session of the test's own, in the same outer transaction as the requests it makes."""
    with app.app_context():
        factories.use(db.session())
        yield db.session()
        db.session.remove()


@pytest.fixture
def now() -> datetime:
    return present()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def user(session: Session) -> User:
    """A person with five credits."""
    return factories.person(session)


@pytest.fixture
def signed_in(app: Flask, session: Session) -> Callable[[User], FlaskClient]:
    """Make a client that is signed in as somebody, through the real log-in."""

    def sign_in(person: User) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"email": person.email, "password": factories.PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return sign_in


@pytest.fixture
def signed_in_client(signed_in: Callable[[User], FlaskClient], user: User) -> FlaskClient:
    return signed_in(user)


@pytest.fixture
def admin(session: Session) -> User:
    """An administrator."""
    return factories.person(session, email="admin@example.com", role=Role.ADMIN)


@pytest.fixture
def admin_client(signed_in: Callable[[User], FlaskClient], admin: User) -> FlaskClient:
    """A client that is signed in as one."""
    return signed_in(admin)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """Count the SQL statements of a block."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(UNCOUNTED):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
