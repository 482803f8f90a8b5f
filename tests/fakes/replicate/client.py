"""The fake in the hands of a test."""

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.processes import process, wait_for

READY = re.compile(r"^ready (http://\S+)$", re.MULTILINE)


class FakeReplicate:
    """A running fake: what goes wrong with it, and what it was asked."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid
        # Loopback alone: a proxy of the environment has no part in it, and certificates need not be read.
        self._http = httpx.Client(base_url=f"{url}/__fake__", timeout=30, trust_env=False, verify=False)

    def fault(
        self,
        name: str,
        *,
        probability: float = 1.0,
        times: int | None = None,
        match: str | None = None,
        model: str | None = None,
        value: Any = None,
    ) -> None:
        """From now on, or for so many times, this goes wrong; `match` is a part of the prompts it is meant for."""
        rule = {"fault": name, "probability": probability, "times": times, "match": match, "model": model}
        self._ask("POST", "faults", [{**rule, "value": value}])

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._ask("DELETE", "faults")

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change some settings; all of them as they are now."""
        return self._ask("POST", "settings", settings)

    def predictions(self, after: int = 0) -> list[dict[str, Any]]:
        """All predictions, oldest first; those after the `created_seq` of one."""
        return self._ask("GET", "predictions", after=after)

    def requests(self, path_prefix: str = "", method: str | None = None) -> list[dict[str, Any]]:
        """What was asked, oldest first. The status of a cut connection is 0, of one that the other side left 499."""
        found = self._ask("GET", "requests", path_prefix=path_prefix)
        return [one for one in found if method in (None, one["method"])]

    def creates(self) -> list[dict[str, Any]]:
        """The requests that asked for a prediction."""
        posts = self.requests("/v1/", method="POST")
        return [one for one in posts if one["path"].endswith("/predictions")]

    def output_requests(self) -> list[dict[str, Any]]:
        """The requests for output files."""
        return self.requests("/p/")

    def deliveries(self) -> list[dict[str, Any]]:
        """The attempts to deliver a webhook, oldest first."""
        return self._ask("GET", "deliveries")

    def counts(self) -> dict[str, Any]:
        """How many predictions, by status, and requests and deliveries there are."""
        return self._ask("GET", "counts")

    def reset(self) -> None:
        """As at the beginning: settings as started with, no rules, nothing remembered."""
        self._ask("POST", "reset")

    def close(self) -> None:
        """Talk to it no more."""
        self._http.close()

    def _ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self._http.request(method, f"/{path}", params=query, **({} if body is None else {"json": body}))
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextlib.contextmanager
def running(log: Path, **settings: Any) -> Iterator[FakeReplicate]:
    """The fake on a free port, with these settings, until the end of the block."""
    command = (sys.executable, "-m", "tests.fakes.replicate", "--port", "0", "--settings", json.dumps(settings))
    before = log.stat().st_size if log.exists() else 0
    with process(command, os.environ, log) as started:

        def address() -> str | None:
            found = READY.search(log.read_bytes()[before:].decode(errors="replace"))
            return found[1] if found else None

        url = wait_for(address, what=f"the fake to listen: {log}")
        fake = FakeReplicate(url, started.pid)
        try:
            yield fake
        finally:
            fake.close()
