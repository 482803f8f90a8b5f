"""Real PostgreSQL and Valkey for one test process, and databases cloned from a migrated template."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import flask_migrate
import psycopg
from psycopg import sql

from config import Settings
from imagegarden import embedded
from imagegarden.app import create_app
from tests.canaries import DATABASE_PASSWORD, SECRET_KEY

TEMPLATE = "template_migrated"
# What is lost when the machine fails does not matter here; a fast commit does.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


@dataclass(frozen=True)
class Servers:
    """Where the servers of this test process listen."""

    data_dir: Path
    redis_url: str

    def database_url(self, name: str) -> str:
        """The address of one database."""
        # Nobody asks for the password: it is there to be seen where it must not be.
        url = embedded.database_url(self.data_dir).replace("/imagegarden?", f"/{name}?")
        return url.replace("imagegarden@", f"imagegarden:{DATABASE_PASSWORD}@")

    def settings(self, database: str, **values: object) -> Settings:
        """Settings for an application on this database."""
        given: dict[str, object] = {
            "database_url": self.database_url(database),
            "redis_url": self.redis_url,
            "data_dir": self.data_dir / "app",
            "secret_key": SECRET_KEY,
            "log_level": "WARNING",
            # What each plan allows is the matter of a few tests; the others ask for what they like.
            "pictures_per_request": 4,
            "film_seconds": 10,
            "_env_file": None,
        }
        return Settings(**{**given, **values})  # type: ignore[arg-type]

    @contextlib.contextmanager
    def cloned_database(self) -> Iterator[str]:
        """A migrated database of one's own."""
        with self._database(" TEMPLATE {}", TEMPLATE) as name:
            yield name

    @contextlib.contextmanager
    def empty_database(self) -> Iterator[str]:
        """A database of one's own with nothing in it."""
        with self._database() as name:
            yield name

    @contextlib.contextmanager
    def _database(self, more: str = "", *names: str) -> Iterator[str]:
        name = f"test_{uuid4().hex[:12]}"
        self._run("CREATE DATABASE {}" + more, name, *names)
        try:
            yield name
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def make_template(self) -> None:
        """Migrate the database that all others are cloned from."""
        self._run("CREATE DATABASE {}", TEMPLATE)
        app = create_app(self.settings(TEMPLATE))
        with app.app_context():
            flask_migrate.upgrade()
            app.extensions["sqlalchemy"].engine.dispose()

    def _run(self, statement: str, *names: str) -> None:
        url = self.database_url("postgres").replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextlib.contextmanager
def enterable_folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's own user can enter.

    Not one of pytest's: those are closed to others, again by every pytest that starts.
    """
    with tempfile.TemporaryDirectory(prefix="image-garden-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[Servers]:
    """Servers that end with the block."""
    postgres, valkey = embedded.PostgresServer(data_dir, settings=FAST), embedded.ValkeyServer(data_dir)
    with contextlib.ExitStack() as stack:
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
        for server in (postgres, valkey):
            server.wait_until_ready()
        servers = Servers(data_dir, embedded.redis_url(data_dir))
        servers.make_template()
        yield servers
