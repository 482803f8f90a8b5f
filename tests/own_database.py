"""Fixtures for tests that need a database, a Valkey and files of their own, seen by several processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from imagegarden.db import db
from tests.canaries import CANARIES
from tests.fakes.serve import make
from tests.servers import Servers


@pytest.fixture
def own_settings(running_servers: Servers, tmp_path: Path) -> Iterator[Settings]:
    with running_servers.cloned_database() as database:
        yield running_servers.settings(
            database,
            data_dir=tmp_path / "data",
            generations_per_hour=100_000,
            generations_at_once=1000,
            login_limit="100000 per minute",
            login_account_limit="100000 per minute",
            log_level="INFO",
        )


@pytest.fixture
def own_app(own_settings: Settings) -> Iterator[Flask]:
    """An application on that database, in this process; what it commits, others see."""
    app = make(own_settings)
    app.extensions["redis"].flushdb()
    yield app
    with app.app_context():
        db.session.rollback()
        with db.engine.begin() as connection:
            CANARIES.look_around(app, connection, [])
        db.session.remove()
        db.engine.dispose()
