"""Administration: the staff's pages. Each view says which permission it asks for; each change asks why."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from imagegarden.admin import (  # noqa: E402
    acts,  # noqa: F401
    audit_log,  # noqa: F401
    breakers,  # noqa: F401
    deciding,  # noqa: F401
    health,  # noqa: F401
    home,  # noqa: F401
    job,  # noqa: F401
    job_acts,  # noqa: F401
    jobs,  # noqa: F401
    models,  # noqa: F401
    moderation,  # noqa: F401
    networks,  # noqa: F401
    overview,  # noqa: F401
    payment,  # noqa: F401
    payment_acts,  # noqa: F401
    payments,  # noqa: F401
    people,  # noqa: F401
    person,  # noqa: F401
    queue,  # noqa: F401
    rules,  # noqa: F401
    second_factors,  # noqa: F401
    switches,  # noqa: F401
)
