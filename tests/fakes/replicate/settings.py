"""What can be set while the fake runs."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.replicate import WEBHOOK_SECRET


@dataclass
class Settings:
    """Times are in seconds."""

    # How long a prediction waits to start, and how long it runs; `model_times` has the same for single models:
    # {"owner/name": {"starting": 5, "processing": 2}}. `jitter` 0.2 makes each up to 20 % longer or shorter.
    starting: float = 0.3
    processing: float = 1.0
    jitter: float = 0.0
    model_times: dict[str, dict[str, float]] = field(default_factory=dict)
    # From a request to cancel until the prediction says so.
    cancel_lag: float = 0.2
    cancel_after_minimum: float = 5.0
    # From the end of a prediction until its data are removed.
    ttl: float = 3600.0
    # From an upload until it is gone.
    upload_ttl: float = 24 * 3600.0
    # Pictures and films of a quarter of each side make load tests cheap. What takes its size from a picture keeps it.
    output_scale: float = 1.0
    # Files are there when a prediction ends, as at the real one, and not made when they are fetched: for measurements.
    renders_ahead: bool = False
    # Where output files are said to be, if not at the address that the server listens at.
    output_base: str | None = None
    # The seed of all that is drawn by chance.
    seed: int = 0
    # The one token that is taken; any `r8_...` if None.
    token: str | None = None
    webhook_secret: str = WEBHOOK_SECRET
    webhook_retries: list[float] = field(default_factory=lambda: [1, 2, 4, 8, 16, 30])
    webhook_timeout: float = 10.0
    # Real token buckets; none if None.
    create_per_minute: float | None = None
    create_burst: int = 10
    read_per_minute: float | None = None
    read_burst: int = 50
    page_size: int = 100
    # What a create with `Prefer: wait` answers that did not finish in time; 202 is documented, too.
    unfinished_status: int = 201

    def updated(self, values: Mapping[str, Any]) -> "Settings":
        """Settings with some others; a name that does not exist is a ValueError."""
        unknown = set(values) - {known.name for known in dataclasses.fields(self)}
        if unknown:
            raise ValueError(f"no such settings: {', '.join(sorted(unknown))}")
        return dataclasses.replace(self, **values)
