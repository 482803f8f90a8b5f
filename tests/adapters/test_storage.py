"""What every store has to do."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagegarden.storage import READ_AT_ONCE, RETRY_SECONDS, FileGone, ObjectStore, StorageError


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    makers: dict[str, Callable[[], ObjectStore]] = {
        "folder": lambda: ObjectStore.in_folder(tmp_path / "media"),
        "memory": ObjectStore.in_memory,
    }
    return makers[request.param]()


def read(store: ObjectStore, key: str, start: int = 0, end: int = 10) -> bytes:
    return b"".join(store.read(key, start=start, end=end))


def test_what_was_written_can_be_read(store: ObjectStore) -> None:
    store.put("users/1/a/b", b"0123456789", mime="image/png")
    assert read(store, "users/1/a/b") == b"0123456789"


def test_a_part_can_be_read(store: ObjectStore) -> None:
    store.put("a", b"0123456789", mime="image/png")
    assert read(store, "a", 3, 6) == b"345"


def test_writing_again_replaces(store: ObjectStore) -> None:
    for content in (b"0000000000", b"1111111111"):
        store.put("a", content, mime="image/png")
    assert read(store, "a") == b"1111111111"


def test_a_file_that_is_not_there_is_gone(store: ObjectStore) -> None:
    with pytest.raises(FileGone):
        read(store, "nothing")


def test_deleting_twice_is_harmless(store: ObjectStore) -> None:
    store.put("a", b"0123456789", mime="image/png")
    for _ in range(2):
        store.delete("a")
    with pytest.raises(FileGone):
        read(store, "a")


def test_a_sound_store_says_so(store: ObjectStore) -> None:
    store.check()


def test_a_key_cannot_leave_the_folder(tmp_path: Path) -> None:
    store = ObjectStore.in_folder(tmp_path / "media")
    with pytest.raises(ValueError, match="illegal"):
        store.put("../outside", b"x", mime="image/png")
    assert not (tmp_path / "outside").exists()


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    store = ObjectStore.in_folder(folder)
    (folder / "users").write_text("a file where a folder has to be")
    with pytest.raises(StorageError):
        store.put("users/1/a", b"x", mime="image/png")


@pytest.mark.alone
def test_a_store_that_is_away_is_told_of_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "here",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }.items():
        monkeypatch.setenv(name, value)
    store = ObjectStore.at("s3://pictures")
    began = time.monotonic()
    for act in (store.check, lambda: store.put("a", b"x", mime="image/png"), lambda: read(store, "a")):
        with pytest.raises(StorageError) as away:
            act()
        # It was called, and nobody was there.
        assert "error sending request" in str(away.value.__cause__)
    assert time.monotonic() - began < 3 * RETRY_SECONDS


def test_who_takes_long_holds_no_request_open_and_gets_the_rest_when_they_ask(store: ObjectStore) -> None:
    whole = bytes(range(256)) * (READ_AT_ONCE // 256 * 2) + b"end"
    store.put("a", whole, mime="image/png")
    assert read(store, "a", 0, len(whole)) == whole
    assert read(store, "a", 5, len(whole) - 1) == whole[5:-1]
    taken = store.read("a", start=0, end=len(whole))
    assert len(next(taken)) == READ_AT_ONCE
    # The next part is asked for now, of a file that is another one meanwhile, or none.
    store.delete("a")
    with pytest.raises(FileGone):
        next(taken)


def test_a_file_is_written_in_pieces(store: ObjectStore) -> None:
    store.put_in_pieces("users/1/large", (b"x" * 100_000 for _ in range(200)), mime="application/zip")
    assert len(store.read_whole("users/1/large", size=20_000_000)) == 20_000_000


def test_pieces_that_end_in_a_fault_leave_no_file(store: ObjectStore) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 100
        raise LookupError

    with pytest.raises(LookupError):
        store.put_in_pieces("users/1/large", broken(), mime="application/zip")
    with pytest.raises(FileGone):
        read(store, "users/1/large")


def test_a_folder_is_emptied_and_no_other(store: ObjectStore) -> None:
    for key in ("users/1/a/b", "users/1/c", "users/10/d"):
        store.put(key, b"x", mime="image/png")
    for _ in range(2):
        store.delete_under("users/1")
    assert list(store.list_under("users")) == ["users/10/d"]


def test_what_was_begun_when_a_process_died_goes_with_its_folder(tmp_path: Path) -> None:
    store = ObjectStore.in_folder(tmp_path / "media")
    store.put("users/1/exports/a.zip", b"x", mime="application/zip")
    (tmp_path / "media/users/1/exports/b.zip#1").write_bytes(b"half of it")
    assert list(store.list_under("users/1")) == ["users/1/exports/a.zip"]
    store.delete_under("users/1")
    assert not (tmp_path / "media/users/1").exists()


def test_a_folder_is_listed_with_all_that_is_in_it_and_nothing_else(store: ObjectStore) -> None:
    for key in ("users/1/a/b", "users/1/c", "users/10/d"):
        store.put(key, b"x", mime="image/png")
    assert sorted(store.list_under("users/1")) == ["users/1/a/b", "users/1/c"]
    assert list(store.list_under("users/2")) == []
