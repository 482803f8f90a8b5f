"""Picture files without what they say of themselves: models write prompts into them. The pixels stay as they are."""

from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
PNG_WORDS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})
WEBP_WORDS = frozenset({b"EXIF", b"XMP "})
# In the head of an extended WebP: that it has EXIF, that it has XMP.
WEBP_FLAGS = 0x08 | 0x04
# Of JPEG's segments for applications, those that say how colors are meant: JFIF, color profile, Adobe.
JPEG_COLORS = frozenset({0xE0, 0xE2, 0xEE})
JPEG_COMMENT = 0xFE


def without_words(content: bytes, mime: str) -> bytes:
    """The same picture without text, EXIF and XMP. For files that were decoded whole."""
    if mime == "image/png":
        return PNG + b"".join(chunk for name, chunk in _png_chunks(content) if name not in PNG_WORDS)
    if mime == "image/webp":
        return _webp(content)
    if mime == "image/jpeg":
        return _jpeg(content)
    raise ValueError(f"{mime} is no picture that is known")


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG)
    while place + 8 <= len(content):
        name = content[place + 4 : place + 8]
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        yield name, content[place:end]
        if name == b"IEND":
            return
        place = end


def _webp(content: bytes) -> bytes:
    kept = []
    place = 12
    while place + 8 <= len(content):
        name, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        # Chunks begin at even places.
        end = place + 8 + size + size % 2
        chunk = content[place:end]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_FLAGS]) + chunk[9:]
        if name not in WEBP_WORDS:
            kept.append(chunk)
        place = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _jpeg(content: bytes) -> bytes:
    kept = [content[:2]]
    place = 2
    while content[place] == 0xFF and content[place + 1] != 0xDA:
        marker = content[place + 1]
        if marker == 0xFF:
            # A filling byte.
            place += 1
            continue
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker != JPEG_COMMENT and (not 0xE0 <= marker <= 0xEF or marker in JPEG_COLORS):
            kept.append(content[place:end])
        place = end
    # From here on it is pixels.
    return b"".join([*kept, content[place:]])
