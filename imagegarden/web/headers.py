"""The security headers of every response."""

import secrets
from collections.abc import Sequence

from flask import Flask, Response, g

PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
YEAR_SECONDS = 31_536_000


def nonce() -> str:
    """The nonce of this response's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    found: str = g.csp_nonce
    return found


def content_security_policy(gateway: Sequence[str] = ()) -> str:
    """What a page may load: from here alone, and only scripts that carry the nonce or come from our files.

    `gateway` are the sources of a payment gateway, for the one page that needs them.
    """
    nonces = [f"'nonce-{g.csp_nonce}'"] if "csp_nonce" in g else []
    own, there = ["'self'"], list(gateway)
    policy = {
        "default-src": ["'none'"],
        "script-src": [*own, *nonces, *there],
        "style-src": [*own, "'unsafe-inline'", *there] if there else own,
        "img-src": [*own, "data:", "blob:", *there],
        "font-src": [*own, *there],
        "connect-src": [*own, *there],
        "media-src": [*own, "blob:"],
        "manifest-src": own,
        "frame-src": there or ["'none'"],
        "form-action": [*own, *there],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


def open_checkout(response: Response, sources: Sequence[str]) -> None:
    """Let the page on which people pay load what the gateway's script needs, and nothing else of the world.

    Of that script, nothing is ours: it styles what it draws in place, asks its bank in a frame, opens windows, and
    wants to know which site it works for. Without sources it is our own, and the page is like every other.
    """
    headers = response.headers
    headers["Content-Security-Policy"] = content_security_policy(sources)
    if sources:
        headers["Permissions-Policy"] = PERMISSIONS.replace(
            "payment=()", "payment=(self {})".format(" ".join(f'"{source}"' for source in sources))
        )
        headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin"


def install(app: Flask, *, is_https: bool) -> None:
    """Send the headers with everything this application answers."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_security_policy())
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if is_https:
            headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}; includeSubDomains")
        # What a person sees is theirs: no cache on the way, and none after they signed out.
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response
