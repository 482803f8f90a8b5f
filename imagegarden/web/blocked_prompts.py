"""What a rule blocks is written down, although the request itself is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import moderation
from imagegarden.domain.errors import PromptBlocked


@contextmanager
def blocks_recorded(user_id: int) -> Iterator[None]:
    """Write down what a rule blocks of this person's, and refuse it all the same."""
    try:
        yield
    except PromptBlocked as error:
        with transaction() as session:
            moderation.record_blocked(session, rule_id=error.rule_id, user_id=user_id, now=now())
        raise
