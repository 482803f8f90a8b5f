"""Making pictures and living with them: landing, presets, create, gallery, picture pages, files."""

from flask import Blueprint

bp = Blueprint("generate", __name__)

from imagegarden.generate import (  # noqa: E402
    batches,  # noqa: F401
    boards,  # noqa: F401
    comparing,  # noqa: F401
    create,  # noqa: F401
    enhancing,  # noqa: F401
    feeds,  # noqa: F401
    files,  # noqa: F401
    films,  # noqa: F401
    gallery,  # noqa: F401
    landing,  # noqa: F401
    picture,  # noqa: F401
    presets,  # noqa: F401
    reporting,  # noqa: F401
    reports,  # noqa: F401
    selecting,  # noqa: F401
    shared,  # noqa: F401
    sharing,  # noqa: F401
    tools,  # noqa: F401
    tries,  # noqa: F401
    uploads,  # noqa: F401
    zipping,  # noqa: F401
)
