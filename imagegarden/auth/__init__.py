"""Signing up, signing in and out, and the local outbox."""

from flask import Blueprint

bp = Blueprint("auth", __name__)

from imagegarden.auth import data, leaving, outbox, profile, routes  # noqa: E402, F401
