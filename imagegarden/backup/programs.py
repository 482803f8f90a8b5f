"""pg_dump and pg_restore: those of the machine, or those of the embedded server's wheel."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL

from imagegarden import embedded
from imagegarden.backup.manifest import BackupError

LAST_WORDS = 800


def find(name: str, *, major: int) -> Path:
    """A program that understands a server of this major version. Raises BackupError."""
    on_path, in_wheel = shutil.which(name), embedded.client_program(name)
    found = [Path(place) for place in (on_path, in_wheel) if place]
    for program in found:
        if _major_of(program) >= major:
            return program
    wrong = "".join(f" {program} is of version {_major_of(program)}." for program in found)
    raise BackupError(
        f"{name} of PostgreSQL {major} or newer is needed.{wrong} "
        f"On Debian: apt-get install postgresql-client-{major}; or install requirements/local.txt."
    )


def run(program: Path, url: URL, *arguments: str) -> None:
    """Run a program on a database; its password is in no command line. Raises BackupError."""
    address = url.set(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(
        [str(program), "--no-password", "--dbname", address, *arguments],
        env={"PATH": os.defpath, "LC_ALL": "C", "PGTZ": "UTC", **password},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupError(f"{program.name} failed: {done.stderr.strip()[-LAST_WORDS:]}")


def _major_of(program: Path) -> int:
    said = subprocess.run([str(program), "--version"], check=False, capture_output=True, text=True).stdout
    version = re.search(r"(\d+)", said)
    return int(version[1]) if version else 0
