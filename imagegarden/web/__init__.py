"""Glue that the blueprints share: guards, errors, headers, sessions, files, templates."""
