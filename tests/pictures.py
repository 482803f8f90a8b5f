"""Files that people send: good ones, and ones that are meant to do harm."""

import io
import struct
import zlib

from PIL import Image, ImageDraw, PngImagePlugin

GPS = 0x8825


def jpeg_with_place(*, orientation: int = 6) -> bytes:
    """A photo that says where and with what it was taken, and lies on its side: 300 x 200 as it is stored."""
    image = Image.linear_gradient("L").resize((300, 200)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secret Camera Works"
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)})
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif, comment=b"taken at home")
    return written.getvalue()


def png_with_text() -> bytes:
    """A transparent PNG with words in it that nobody sees."""
    image = Image.new("RGBA", (80, 60), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 50, 50), fill=(200, 80, 60, 255))
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "Secret Camera Works")
    written = io.BytesIO()
    image.save(written, "PNG", pnginfo=about)
    return written.getvalue()


def png_of_size(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says that it is this large, and holds next to nothing, or these bytes unpacked."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(data or b"\x00" * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose note unpacks to a quarter of a gigabyte."""
    good = png_with_text()
    body = b"Comment\x00\x00" + zlib.compress(b"\x00" * (256 << 20), 9)
    note = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return good[:33] + note + good[33:]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
POLYGLOT = b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)//"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
