"""Asking for something to be made, through either door."""

from imagegarden.api.masks import with_own_mask
from imagegarden.clock import now
from imagegarden.current import allowances
from imagegarden.db import db, transaction
from imagegarden.domain import generations
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.models import Generation, Via
from imagegarden.web.blocked_prompts import blocks_recorded
from imagegarden.web.callers import caller


def submit(spec: GenerationSpec, request_key: str) -> Generation:
    """Queue a request of the caller's."""
    who = caller()
    spec = with_own_mask(who.user_id, spec)
    with blocks_recorded(who.user_id), transaction() as session:
        submitted = generations.submit(
            session,
            user_id=who.user_id,
            spec=spec,
            request_key=request_key,
            via=Via.API,
            allowances=allowances(),
            now=now(),
            api_key_id=who.key_id,
        )
    return generations.get(db.session(), user_id=who.user_id, uuid=submitted.uuid)
