"""Why nothing came of a request, in words for people, by its error code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """What happened, what can be done, and whether another model may do better."""

    what: str
    advice: str
    is_of_model: bool


UNKNOWN = Failure("This did not work out.", "Try again", True)
_UNAVAILABLE = Failure("The model is temporarily unavailable.", "Try again in a few minutes", True)
FAILURES = {
    "content_refused": Failure("The model refused this prompt.", "Say it in other words", True),
    "timed_out": Failure("This took too long, so we stopped it.", "Try again", True),
    "model_failed": Failure("The model failed at this.", "Try again", True),
    "provider_unavailable": _UNAVAILABLE,
    "provider_unpaid": _UNAVAILABLE,
    "provider_unauthorized": _UNAVAILABLE,
    "provider_error": _UNAVAILABLE,
    "too_large": Failure("This was too large for the model.", "Ask for fewer pictures", True),
    "bad_output": Failure("What the model sent was not a picture.", "Try again", True),
    "empty_output": Failure("The model sent no picture.", "Try again", True),
    "output_gone": Failure("The pictures were gone before we could fetch them.", "Try again", False),
    "incomplete_output": Failure(
        "The model sent fewer pictures than were asked for.", "Ask for the others again", False
    ),
    "source_gone": Failure("The picture that this started from is gone.", "Start from another one", False),
    "storage_unavailable": Failure("The pictures could not be saved.", "Try again in a few minutes", False),
    "internal_error": Failure("Something broke on our side.", "Try again in a few minutes", False),
}


def failure_of(error_code: str | None) -> Failure:
    """What is said of this error code."""
    return FAILURES.get(error_code or "", UNKNOWN)
