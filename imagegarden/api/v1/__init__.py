"""`/api/v1`: everything that the pages do, for programs."""

from imagegarden.api.blueprint import ApiBlueprint

bp = ApiBlueprint(
    "v1",
    __name__,
    url_prefix="/api/v1",
    description="Everything that the pages do, for programs.",
)

from imagegarden.api.v1 import account, generations, media, models, uploads, usage  # noqa: E402, F401
