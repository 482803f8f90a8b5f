"""What a provider of pictures is: the types of the conversation, and what can go wrong in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Source:
    """A stored picture that something starts from, by its key in our store."""

    key: str
    mime: str
    bytes: int
    width: int
    height: int


# How a provider gets at a source's bytes.
Read = Callable[[Source], bytes]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a provider is asked to make, under the attempt that asks.

    `placed_at` is when the attempt was written down, before the provider was called. Who reports about the attempt
    from outside has to know its `report_token`. What a model does not have is None or empty. `uploads` says where the
    sources were put for the provider, by the names of these fields; it is None until they were.
    """

    attempt: UUID
    placed_at: datetime
    report_token: str
    model: str
    prompt: str
    negative_prompt: str = ""
    style: str
    color: str
    aspect_ratio: str
    width: int
    height: int
    count: int
    seed: int
    steps: int | None = None
    guidance: float | None = None
    image: Source | None = None
    mask: Source | None = None
    strength: str | None = None
    scale: int | None = None
    faces: bool = False
    expand: str | None = None
    duration: int | None = None
    resolution: str | None = None
    uploads: Mapping[str, str] | None = None
    # The provider's name for the model where that is not the catalogue's.
    source: str | None = None
    # A picture that it was to start from is not there any more.
    lacks_source: bool = False

    @property
    def sources(self) -> Mapping[str, Source]:
        """The pictures that it starts from, by the names of their fields."""
        given = {"image": self.image, "mask": self.mask}
        return {name: source for name, source in given.items() if source is not None}


@dataclass(frozen=True)
class Started:
    """The provider took the order. `look_after` is in seconds."""

    job_id: str
    look_after: float


@dataclass(frozen=True)
class Running:
    """The provider is at work. `progress` is in percent, 0 where it is not known; `look_after` is in seconds."""

    progress: int
    look_after: float


@dataclass(frozen=True)
class Finished:
    """The provider is done; its outputs can be fetched. A reference means something to the provider alone.

    `flagged` are the ordinals that its safety check marked; `run_seconds` is how long it says that it worked. Where
    words were asked for, `text` is all that there is.
    """

    outputs: tuple[str, ...]
    text: str | None = None
    flagged: tuple[int, ...] = ()
    run_seconds: float | None = None


@dataclass(frozen=True)
class Output:
    """One fetched output: `ordinal` counts from 0 in the order's sequence."""

    ordinal: int
    content: bytes
    svg: bytes | None = None
    is_flagged: bool = False


class ProviderError(Exception):
    """Something went wrong at a provider. `code` names the fact for people and programs; the text is for the log."""

    code = "provider_error"


class TemporaryError(ProviderError):
    """Trying again may help; what was asked for did not begin. `retry_after` is in seconds, where it is known."""

    def __init__(self, message: str, *, retry_after: float | None = None, code: str = "provider_unavailable") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.code = code


class Throttled(TemporaryError):
    """The provider has no room now. Nobody's fault: waiting is all it takes."""


class AnswerLost(ProviderError):
    """The order was sent and no answer came: it may have begun, and must be looked for before it is placed again."""


class PermanentError(ProviderError):
    """Trying again cannot help: the order was refused, or its making failed."""

    def __init__(self, message: str, *, code: str = "provider_error") -> None:
        super().__init__(message)
        self.code = code


class Provider(Protocol):
    """A maker of pictures, films and words. No method may be called inside a transaction."""

    name: str

    def start(self, order: Order) -> Started:
        """Place the order. Raises ProviderError: AnswerLost when it may have begun nevertheless."""
        ...

    def find(self, order: Order) -> Sequence[str]:
        """The jobs that may be what an earlier `start` of this attempt began, likeliest first. Raises ProviderError."""
        ...

    def check(self, job_id: str, order: Order) -> Running | Finished:
        """How far the job is. Raises PermanentError when it failed, TemporaryError when that cannot be known now."""
        ...

    def files(
        self, finished: Finished, order: Order, ordinals: Sequence[int], on_progress: Callable[[int], None]
    ) -> Iterator[Output]:
        """The outputs with these ordinals, each as soon as it is here. Raises ProviderError.

        `on_progress` hears how far the fetching is, in percent.
        """
        ...

    def cancel(self, job_id: str) -> None:
        """Ask the provider to stop. A job that is over stays as it is. Raises ProviderError."""
        ...


@runtime_checkable
class Uploader(Protocol):
    """A provider to which large sources have to be brought before an order that names them."""

    def upload(self, order: Order) -> Mapping[str, str]:
        """Bring what has to be brought: where it is now, by field. Twice is harmless. Raises ProviderError."""
        ...


@dataclass(frozen=True)
class Report:
    """What a provider says by itself: that there is news about a job. `event_id` is the same when it says so again.

    `is_final` when the job is over.
    """

    event_id: str
    job_id: str
    is_final: bool
    sent_at: datetime | None = None


class BadReport(Exception):
    """A report that the provider did not send, or not now."""


@runtime_checkable
class Reporter(Protocol):
    """A provider that reports by itself."""

    def read_report(self, headers: Mapping[str, str], body: bytes) -> Report:
        """What the report says, once it is sure who sent it. Raises BadReport."""
        ...


@dataclass(frozen=True)
class Change:
    """What a provider says about one of its models, other than we have it. `is_fault` when orders may be refused."""

    text: str
    is_fault: bool = True


@runtime_checkable
class Describer(Protocol):
    """A provider that describes its models."""

    def changes(self, model: str) -> Sequence[Change]:
        """What has changed about the model with this key. Raises ProviderError."""
        ...
