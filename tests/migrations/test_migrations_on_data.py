"""Every migration on a loaded database: down, up, down and up again; and nobody waits while indexes are built."""

import threading
import time
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from config import Settings
from imagegarden.db import db
from imagegarden.domain import ledger
from tests.large_tables import multiply

NUMBERS = sorted(path.name[:4] for path in Path("migrations/versions").glob("0*.py"))
# What the release before does not know goes when a migration is taken back: its own tables and columns, and with 0005
# everything that is no picture from words. What has been here from the first day stays.
COUNTED = (
    "SELECT count(*) FROM users",
    "SELECT count(*) FROM generations WHERE kind = 'image'",
    "SELECT count(*) FROM media JOIN generations ON generation_id = generations.id WHERE generations.kind = 'image'",
    "SELECT count(*) FROM credit_entries",
    "SELECT sum(available), sum(held) FROM credit_accounts",
)


def counts(url: str) -> list[object]:
    with psycopg.connect(url) as connection:
        return [connection.execute(question).fetchone() for question in COUNTED]


def url_of(settings: Settings) -> str:
    assert settings.database_url
    return settings.database_url.replace("+psycopg", "")


def test_every_migration_goes_down_and_up_again_on_data(own_app: Flask, own_settings: Settings) -> None:
    done = own_app.test_cli_runner().invoke(args=["seed", "--users", "200", "--days", "30", "--media", "20"])
    assert done.exit_code == 0, done.output
    before = counts(url_of(own_settings))
    assert all(row and row[0] for row in before), before
    with own_app.app_context():
        db.session.remove()
        for number in NUMBERS[:0:-1]:
            below = f"{int(number) - 1:04}"
            downgrade(revision=below)
            upgrade(revision=number)
            downgrade(revision=below)
            assert counts(url_of(own_settings)) == before, number
        for number in NUMBERS:
            upgrade(revision=number)
        assert counts(url_of(own_settings)) == before
        assert own_app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0
        assert ledger.check(db.session()) == []


class Watch:
    """Somebody who goes on using the site, remembers the longest that anything took, and waits a second for no lock."""

    def __init__(self, url: str, statement: str) -> None:
        self.slowest = 0.0
        self.times = 0
        self.fault: Exception | None = None
        self._url, self._statement = url, statement
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _go_on(self) -> None:
        try:
            with psycopg.connect(self._url, autocommit=True, options="-c lock_timeout=1s") as connection:
                while not self._is_over.wait(0.005):
                    begun = time.monotonic()
                    connection.execute(self._statement)
                    self.slowest = max(self.slowest, time.monotonic() - begun)
                    self.times += 1
        except Exception as error:
            self.fault = error


STATEMENTS = (
    "SELECT id FROM generations ORDER BY id DESC LIMIT 20",
    "UPDATE generations SET prompt = prompt WHERE id = (SELECT max(id) FROM generations)",
    "SELECT id FROM media ORDER BY id DESC LIMIT 20",
    "UPDATE media SET width = width WHERE id = (SELECT min(id) FROM media)",
    "UPDATE users SET email = email WHERE id = (SELECT min(id) FROM users)",
)


def change_under_load(app: Flask, settings: Settings, rows: int) -> float:
    """Migrate what builds indexes on tables of so many rows, while people go on; the longest that one of them took."""
    url = url_of(settings)
    done = app.test_cli_runner().invoke(args=["seed", "--users", "50", "--days", "9", "--media", "5"])
    assert done.exit_code == 0, done.output
    with app.app_context():
        db.session.remove()
        downgrade(revision="0010")
    multiply(url, rows)
    watches = [Watch(url, statement) for statement in STATEMENTS]
    begun = time.monotonic()
    for watch in watches:
        watch.__enter__()
    try:
        with app.app_context():
            upgrade()
    finally:
        for watch in watches:
            watch.__exit__()
    took = time.monotonic() - begun
    assert [watch.fault for watch in watches] == [None] * len(watches)
    slowest = max(watch.slowest for watch in watches)
    print(f"{rows} rows: migrated in {took:.1f} s, {sum(w.times for w in watches)} uses, the slowest {slowest:.2f} s")
    return slowest


def test_nobody_waits_a_second_for_a_lock_while_indexes_are_built(own_app: Flask, own_settings: Settings) -> None:
    change_under_load(own_app, own_settings, 5_000)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_nobody_waits_a_second_while_indexes_are_built_on_a_hundred_thousand_rows(
    own_app: Flask, own_settings: Settings
) -> None:
    assert change_under_load(own_app, own_settings, 100_000) < 1
