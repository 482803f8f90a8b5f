"""`/v1`: the door for OpenAI's clients, which need another address and another key and nothing else."""

from imagegarden.api.blueprint import ApiBlueprint
from imagegarden.api.limits import tell_limits_as_openai

bp = ApiBlueprint(
    "openai",
    __name__,
    url_prefix="/v1",
    description="For OpenAI's clients: change `base_url` to this site's address with `/v1`, and the key.",
    refusals_of="OpenAI",
)
bp.after_request(tell_limits_as_openai)

from imagegarden.api.openai import edits, generate, models, variations  # noqa: E402, F401
