"""Jobs at a provider that nobody waits for any more."""

import logging

from imagegarden.current import adapters
from imagegarden.providers.base import ProviderError

logger = logging.getLogger(__name__)


def cancel_job(provider: str, job_id: str) -> None:
    """Stop a provider's job whose attempt has ended; one that is over stays as it is."""
    logger.warning("a job belongs to no generation any more", extra={"provider": provider, "job_id": job_id})
    found = adapters().providers.get(provider)
    if found is None:
        return
    try:
        found.cancel(job_id)
    except ProviderError:
        # Its deadline at the provider ends it all the same.
        logger.warning("a stray job could not be canceled", exc_info=True)
