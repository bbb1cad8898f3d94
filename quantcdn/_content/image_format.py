"""What kind of image some bytes are, and how large it is, by its first bytes (not by what it is called)."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

_MARKER = re.compile(rb"\xff+[^\xff]", re.DOTALL)  # fill bytes may come before a marker

_MAX_SEGMENTS = 1_000
"""How many segments of a JPEG file are passed over: its time must not depend on who made it."""


class ImageFormat(NamedTuple):
    """The media type of an image, and its size in pixels, None where the file does not say it in its usual place."""

    media_type: str
    width: int | None
    height: int | None


def image_format(data: bytes) -> ImageFormat | None:
    """Recognise a PNG, JPEG, WebP or GIF file."""
    for magic, media_type, size_of in _FORMATS:
        if magic.match(data):
            try:
                return ImageFormat(media_type, *size_of(data))
            except (struct.error, IndexError):
                return ImageFormat(media_type, None, None)
    return None


def _png_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        raise IndexError
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read the size from the first chunk (RFC 9649 section 2.5 to 2.7)."""
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = struct.unpack_from("<3s3s", data, 24)
        return 1 + int.from_bytes(width, "little"), 1 + int.from_bytes(height, "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Read the size from the first frame header (ITU-T T.81 annex B.2.2)."""
    position = 2
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.match(data, position)
        if found is None:
            break
        marker, length = struct.unpack_from(">BH", data, found.end() - 1)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, found.end() + 3)
            return width, height
        position = found.end() + length
    raise IndexError


_FORMATS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", _png_size),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", _jpeg_size),
    (re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL), "image/webp", _webp_size),
    (re.compile(rb"GIF8[79]a"), "image/gif", _gif_size),
)
