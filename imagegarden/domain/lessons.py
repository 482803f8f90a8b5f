"""What the end of a generation teaches about its model and its provider."""

from datetime import datetime

from sqlalchemy.orm import Session

from imagegarden.domain import alarms, model_health
from imagegarden.models import Generation, GenerationStatus

# Ends that speak against the model, not against the request.
MODEL_FAULTS = frozenset(
    {
        "provider_unavailable",
        "provider_unpaid",
        "provider_unauthorized",
        "provider_error",
        "model_failed",
        "timed_out",
        "bad_output",
        "empty_output",
        "output_gone",
    }
)
# Those that only an operator can put right, with what is to be done.
ALARMS = {
    "provider_unpaid": "The provider of pictures refuses to work until its bill is paid: buy credit there.",
    "provider_unauthorized": "The provider of pictures does not accept our token: check REPLICATE_API_TOKEN.",
}


def learn(session: Session, generation: Generation, *, is_model_suspect: bool, now: datetime) -> None:
    """Note what the end of a generation says about its model, and tell operators what they have to hear.

    A success says something only where failures are held against the model: it `is_model_suspect`.
    """
    code = generation.error_code
    if code in MODEL_FAULTS:
        learn_failure(session, generation, error_code=code, now=now)
    elif generation.status == GenerationStatus.SUCCEEDED and is_model_suspect:
        model_health.record_success(session, model=generation.model)


def learn_failure(session: Session, generation: Generation, *, error_code: str, now: datetime) -> None:
    """Hold a failure against the model, whether or not the generation goes on."""
    is_certain = error_code in ALARMS
    model_health.record_failure(
        session,
        model=generation.model,
        error_code=error_code,
        begun_at=generation.admitted_at or generation.created_at,
        now=now,
        is_certain=is_certain,
    )
    if is_certain:
        alarms.raise_alarm(session, code=error_code, detail=ALARMS[error_code], now=now)
