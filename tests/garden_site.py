"""The application with the garden engine: settings and processes, as they are where no provider is set up."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from imagegarden.app import create_app
from imagegarden.db import db
from tests.processes import environment, free_port
from tests.servers import Servers
from tests.site_processes import SiteProcesses


@contextlib.contextmanager
def garden_site(servers: Servers, folder: Path, **settings: object) -> Iterator[SiteProcesses]:
    """The site, without its processes; `settings` are more of the environment that these have."""
    folder.mkdir(parents=True, exist_ok=True)
    with servers.cloned_database() as database:
        port = free_port()
        chosen = servers.settings(
            database, data_dir=folder / "data", port=port, public_url=f"http://127.0.0.1:{port}", **settings
        )
        app = create_app(chosen)
        app.extensions["redis"].flushdb()
        try:
            yield SiteProcesses(app, chosen, folder, environment(chosen, **settings))
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
