"""Who draws: what is installed and what is set decide."""

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
