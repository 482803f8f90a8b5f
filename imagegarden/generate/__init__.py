"""Making pictures and living with them: landing, create, gallery, picture pages, files."""

from flask import Blueprint

bp = Blueprint("generate", __name__)

from imagegarden.generate import create, files, gallery, landing, reports  # noqa: E402, F401
