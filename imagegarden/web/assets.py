"""Addresses of built files: named by their content, so that browsers may keep them for ever."""

import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

DIST = "dist"
FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"


def install(app: Flask) -> None:
    """Offer `asset_url` to templates and let browsers keep what cannot change."""
    app.add_template_global(asset_url)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            is_hashed = (request.view_args or {}).get("filename", "").startswith(f"{DIST}/")
            response.headers["Cache-Control"] = FOREVER if is_hashed else A_DAY
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def asset_url(name: str) -> str:
    """The address of a built file, for example `app.css`."""
    assert current_app.static_folder is not None
    path = Path(current_app.static_folder) / DIST / "manifest.json"
    if not path.exists():
        raise RuntimeError("the front end is not built: run `make frontend`")
    return url_for("static", filename=f"{DIST}/{_manifest(path, path.stat().st_mtime)[name]}")


@lru_cache(maxsize=2)
def _manifest(path: Path, modified: float) -> dict[str, str]:
    entries: dict[str, str] = json.loads(path.read_text())
    return entries
