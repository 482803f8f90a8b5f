"""Where the embedded servers keep their data and sockets inside DATA_DIR, and as which user they run."""

import contextlib
import hashlib
import os
import pwd
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from imagegarden.embedded.processes import Account

POSTGRES_SOCKET = ".s.PGSQL.5432"
# What sockaddr_un holds without its closing zero.
LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107


class ServerFailed(Exception):
    """A server cannot run; the message is one for the person at the terminal."""


def socket_folder(data_dir: Path) -> Path:
    """The private folder of both sockets: in DATA_DIR, or in the temp folder where that path is too long."""
    folder = data_dir.resolve() / "run"
    # libpq takes a comma in a host for the start of another host.
    if len(os.fsencode(folder / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH and "," not in str(folder):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()).resolve() / f"imagegarden-{digest}"


def database_url(data_dir: Path) -> str:
    """The address of the database in DATA_DIR, whether its server runs or not."""
    return f"postgresql+psycopg://imagegarden@/imagegarden?host={quote(str(socket_folder(data_dir)))}"


def redis_url(data_dir: Path) -> str:
    """The address of the Valkey server in DATA_DIR, whether it runs or not."""
    return f"unix://{quote(str(valkey_socket(data_dir)))}?db=0"


def valkey_socket(data_dir: Path) -> Path:
    """The socket of the Valkey server in DATA_DIR."""
    return socket_folder(data_dir) / "valkey.sock"


def owner_account(folder: Path) -> Account | None:
    """For root: the ordinary user who made this data, and has to be able to go on with it."""
    if os.geteuid() != 0 or not folder.exists() or folder.stat().st_uid == 0:
        return None
    return _account(pwd.getpwuid(folder.stat().st_uid))


def postgres_account(folder: Path) -> Account | None:
    """The user that PostgreSQL runs as: ourselves (None), or for root, whom it refuses, somebody else."""
    if os.geteuid() != 0:
        return None
    owner = owner_account(folder)
    if owner:
        return owner
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return _account(pwd.getpwnam(name))
    raise ServerFailed("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.")


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def make_private(folder: Path, account: Account | None) -> None:
    """Make a folder that only one user may enter.

    Raises ServerFailed where it already is somebody else's: in the temp folder anybody could have made it.
    """
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        pass
    else:
        give(folder, account)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise ServerFailed(f"{folder} belongs to somebody else. Please remove it, or choose another DATA_DIR.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def give(path: Path, account: Account | None) -> None:
    """Hand a file or folder inside DATA_DIR to the user that needs it."""
    if account:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def open_for(data_dir: Path, account: Account | None) -> None:
    """See that the user of PostgreSQL can reach DATA_DIR; changes nothing outside of it.

    Raises ServerFailed, naming the folder in the way.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    if account is None:
        return
    for folder in reversed(data_dir.resolve().parents):
        if not can_enter(folder, account):
            raise ServerFailed(
                f"As root, PostgreSQL runs as the user {account.name}, who may not enter {folder}. "
                f"Please set DATA_DIR to a folder elsewhere, such as DATA_DIR=/var/lib/imagegarden."
            )
    if not can_enter(data_dir, account):
        data_dir.chmod(data_dir.stat().st_mode | 0o011)


def can_enter(folder: Path, account: Account) -> bool:
    """Whether a user may pass through a folder, asked of the system itself (access lists count, too)."""
    answer = subprocess.run(
        ["/bin/sh", "-c", 'cd "$0"', str(folder)],
        check=False,
        cwd="/",
        stderr=subprocess.DEVNULL,
        user=account.uid,
        group=account.gid,
        extra_groups=[],
    )
    return answer.returncode == 0
