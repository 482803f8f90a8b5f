"""Making pictures and living with them: landing, create, gallery, picture pages, files."""

from flask import Blueprint

bp = Blueprint("generate", __name__)

from imagegarden.generate import create, enhancing, feeds, files, films, gallery, landing, reports, tools, uploads  # noqa: E402, F401
