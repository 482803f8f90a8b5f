"""What a provider of pictures is: the types of the conversation, and what can go wrong in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a provider is asked to make, under the attempt that asks."""

    attempt: UUID
    model: str
    prompt: str
    style: str
    color: str
    width: int
    height: int
    count: int
    seed: int


@dataclass(frozen=True)
class Started:
    """The provider took the order. `look_after` is in seconds."""

    job_id: str
    look_after: float


@dataclass(frozen=True)
class Running:
    """The provider is at work. `progress` is in percent, `look_after` in seconds."""

    progress: int
    look_after: float


@dataclass(frozen=True)
class Finished:
    """The provider is done; its outputs can be fetched. A reference means something to the provider alone."""

    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Output:
    """One fetched output: `ordinal` counts from 0 in the order's sequence."""

    ordinal: int
    content: bytes
    svg: bytes | None = None


class ProviderError(Exception):
    """Something went wrong at a provider. `code` names the fact for people and programs; the text is for the log."""

    code = "provider_error"


class TemporaryError(ProviderError):
    """Trying again may help. `retry_after` is in seconds, where the provider named a time."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(ProviderError):
    """Trying again cannot help: the order was refused, or its making failed."""

    def __init__(self, message: str, *, code: str = "provider_error") -> None:
        super().__init__(message)
        self.code = code


class Provider(Protocol):
    """A maker of pictures. No method may be called inside a transaction."""

    name: str

    def start(self, order: Order) -> Started:
        """Place the order. Raises ProviderError."""
        ...

    def find(self, order: Order) -> Started | None:
        """The job that an earlier `start` of this attempt began, when its answer was lost. Raises ProviderError."""
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
