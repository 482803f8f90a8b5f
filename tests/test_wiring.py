"""Who draws: what is installed and what is set decide."""

from pathlib import Path

import pytest

from imagegarden import wiring
from tests.servers import Servers


def test_a_site_on_replicate_needs_no_garden_engine(running_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "HAS_GARDEN", False)
    settings = running_servers.settings("unused", replicate_api_token="r8_any")
    assert set(wiring.build_adapters(settings).providers) == {"replicate"}


def test_a_site_that_nobody_draws_for_does_not_start(running_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "HAS_GARDEN", False)
    with pytest.raises(SystemExit, match="REPLICATE_API_TOKEN is missing"):
        wiring.build_adapters(running_servers.settings("unused"))


def test_a_store_that_cannot_be_is_named_without_what_opens_it(
    running_servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    with pytest.raises(SystemExit, match="STORAGE_URL: no store can have this address") as end:
        wiring.build_adapters(running_servers.settings("unused", storage_url="s3://"))
    assert "canary" not in str(end.value)
    assert end.value.__suppress_context__


def test_a_folder_that_cannot_be_made_is_named(running_servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(SystemExit, match=r"DATA_DIR: .*data.*: Not a directory"):
        wiring.build_adapters(running_servers.settings("unused", data_dir=tmp_path / "data"))
