"""Where to go next, never off this site."""

from urllib.parse import urlsplit


def safe_path(target: str | None, *, fallback: str) -> str:
    """`target` when it is a plain path of this site, else `fallback`.

    Browsers read a backslash as a slash and drop tabs and line breaks, so anything with those is refused as a whole.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return fallback
    if "\\" in target or any(ord(char) < 33 or ord(char) == 127 for char in target):
        return fallback
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path.startswith("//"):
        return fallback
    return target
