"""The pace that all processes keep together, on a real Valkey."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import uuid4

import pytest
import redis

from imagegarden.pace import Pace
from tests import servers
from tests.processes import ROOT, free_port

pytestmark = pytest.mark.alone

# Waits are told by a clock that goes on meanwhile.
SLACK = 0.1


@pytest.fixture
def name() -> str:
    return f"test:{uuid4()}"


@pytest.fixture
def client(running_servers: servers.Servers) -> Iterator["redis.Redis"]:
    connected = redis.Redis.from_url(running_servers.redis_url)
    yield connected
    connected.close()


@pytest.fixture
def away() -> "redis.Redis":
    """Nobody listens there."""
    return redis.Redis(host="127.0.0.1", port=free_port(), socket_timeout=0.2, retry=None)


def moments(paces: list[Pace], count: int) -> list[float]:
    """Reserve so many times in turn; when each may act, from the first reservation on."""
    began = time.monotonic()
    return [time.monotonic() - began + paces[n % len(paces)].reserve() for n in range(count)]


def test_moments_lie_evenly_apart(client: "redis.Redis", name: str) -> None:
    reserved = moments([Pace(client, name, per_minute=60, burst=1)], 5)
    assert reserved[0] == pytest.approx(0, abs=SLACK)
    assert [later - earlier for earlier, later in pairwise(reserved)] == pytest.approx([1] * 4, abs=SLACK)


def test_a_few_may_act_at_once_and_then_all_wait_their_turn(client: "redis.Redis", name: str) -> None:
    reserved = moments([Pace(client, name, per_minute=60, burst=3)], 6)
    assert reserved == pytest.approx([0, 0, 0, 1, 2, 3], abs=SLACK)


def test_several_keep_one_pace(client: "redis.Redis", running_servers: servers.Servers, name: str) -> None:
    other = redis.Redis.from_url(running_servers.redis_url)
    paces = [Pace(one, name, per_minute=60, burst=1) for one in (client, other)]
    assert moments(paces, 6) == pytest.approx([0, 1, 2, 3, 4, 5], abs=SLACK)
    other.close()


def test_another_name_is_another_pace(client: "redis.Redis", name: str) -> None:
    Pace(client, name, per_minute=1, burst=1).reserve()
    assert Pace(client, f"{name}:other", per_minute=1, burst=1).reserve() == 0


def test_no_moment_is_given_twice_to_threads(client: "redis.Redis", name: str) -> None:
    pace = Pace(client, name, per_minute=60, burst=1)
    began = time.monotonic()

    def reserve(_: int) -> float:
        wait = pace.reserve()
        return time.monotonic() - began + wait

    with ThreadPoolExecutor(20) as pool:
        reserved = sorted(pool.map(reserve, range(100)))
    assert [later - earlier for earlier, later in pairwise(reserved)] == pytest.approx([1] * 99, abs=0.5)


RESERVE_MANY = """
import sys, time, redis
from imagegarden.pace import Pace
pace = Pace(redis.Redis.from_url(sys.argv[1]), sys.argv[2], per_minute=60, burst=1)
for _ in range(20):
    wait = pace.reserve()
    print(time.time() + wait)
"""


def test_no_moment_is_given_twice_to_processes(running_servers: servers.Servers, name: str) -> None:
    command = (sys.executable, "-c", RESERVE_MANY, running_servers.redis_url, name)
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    reserved = sorted(float(line) for one in started for line in one.communicate(timeout=60)[0].split())
    assert len(reserved) == 60
    # Whoever starts later reserves later: none lie closer together than the pace.
    assert min(later - earlier for earlier, later in pairwise(reserved)) > 0.5


def test_what_is_too_far_away_is_not_reserved(client: "redis.Redis", name: str) -> None:
    pace = Pace(client, name, per_minute=60, burst=1)
    assert pace.reserve(longest_wait=0) == 0
    for _ in range(10):
        assert pace.reserve(longest_wait=0) == pytest.approx(1, abs=SLACK)
    assert pace.reserve(longest_wait=2) == pytest.approx(1, abs=SLACK)
    assert pace.reserve(longest_wait=0.5) == pytest.approx(2, abs=SLACK)


def test_what_was_not_used_is_not_saved_up(client: "redis.Redis", name: str) -> None:
    client.set(f"pace:{name}", time.time() - 3600)
    assert moments([Pace(client, name, per_minute=60, burst=2)], 4) == pytest.approx([0, 0, 1, 2], abs=SLACK)


def test_when_the_other_side_asks_for_a_pause_all_hold_off(
    client: "redis.Redis", running_servers: servers.Servers, name: str
) -> None:
    other = redis.Redis.from_url(running_servers.redis_url)
    Pace(client, name, per_minute=60, burst=3).hold_off(5)
    assert moments([Pace(other, name, per_minute=60, burst=3)], 3) == pytest.approx([5, 6, 7], abs=SLACK)
    other.close()


def test_a_shorter_pause_does_not_end_a_longer_one(client: "redis.Redis", name: str) -> None:
    pace = Pace(client, name, per_minute=60, burst=1)
    pace.hold_off(10)
    pace.hold_off(2)
    assert pace.reserve() == pytest.approx(10, abs=SLACK)


def test_a_pause_counts_from_now_and_is_not_added_to_what_waits(client: "redis.Redis", name: str) -> None:
    pace = Pace(client, name, per_minute=60, burst=1)
    for _ in range(10):
        pace.reserve()
    pace.hold_off(3)
    assert pace.reserve() == pytest.approx(10, abs=SLACK)


def test_what_is_kept_in_redis_ends_by_itself(client: "redis.Redis", name: str) -> None:
    pace = Pace(client, name, per_minute=60, burst=1)
    pace.reserve()
    assert 0 < client.pttl(f"pace:{name}") <= 2100
    pace.hold_off(30)
    assert 30_000 < client.pttl(f"pace:{name}") <= 31_100


def test_without_redis_the_pace_is_kept_alone(away: "redis.Redis", name: str) -> None:
    pace = Pace(away, name, per_minute=60, burst=3)
    assert moments([pace], 5) == pytest.approx([0, 0, 0, 1, 2], abs=SLACK)


def test_without_redis_what_is_too_far_away_is_not_reserved(away: "redis.Redis", name: str) -> None:
    pace = Pace(away, name, per_minute=60, burst=1)
    pace.reserve()
    for _ in range(3):
        assert pace.reserve(longest_wait=0) == pytest.approx(1, abs=SLACK)


def test_without_redis_a_pause_is_kept_alone(away: "redis.Redis", name: str) -> None:
    pace = Pace(away, name, per_minute=60, burst=5)
    pace.hold_off(3)
    assert pace.reserve() == pytest.approx(3, abs=SLACK)


def test_when_redis_forgets_everything_the_pace_begins_anew(client: "redis.Redis", name: str) -> None:
    pace = Pace(client, name, per_minute=1, burst=1)
    pace.reserve()
    client.delete(f"pace:{name}")
    client.script_flush()
    assert pace.reserve() == 0
