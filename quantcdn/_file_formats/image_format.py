"""What kind of image some bytes are, and how large it is, by its first bytes (not by what it is called)."""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from typing import NamedTuple

from quantcdn._file_formats.media_types import extension_by_magic

_MARKER = re.compile(rb"\xff+[^\xff]", re.DOTALL)  # fill bytes may come before a marker

_MAX_SEGMENTS = 1_000
"""How many segments of a JPEG file are skipped: who made it does not choose how long that takes."""


class ImageFormat(NamedTuple):
    """The media type of an image, and its size in pixels, None where the file does not say it in its usual place."""

    media_type: str
    width: int | None
    height: int | None


def image_format(data: bytes) -> ImageFormat | None:
    """Recognise a PNG, JPEG, WebP or GIF file."""
    extension = extension_by_magic(data)
    if extension not in _FORMATS:
        return None
    media_type, size_of = _FORMATS[extension]
    with suppress(struct.error, IndexError):  # the head is cut off, or another than usual
        return ImageFormat(media_type, *size_of(data))
    return ImageFormat(media_type, None, None)


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
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = struct.unpack_from("<3s3s", data, 24)
        return 1 + int.from_bytes(width, "little"), 1 + int.from_bytes(height, "little")
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk != b"VP8 ":
        raise IndexError
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


_FORMATS = {
    "png": ("image/png", _png_size),
    "jpg": ("image/jpeg", _jpeg_size),
    "webp": ("image/webp", _webp_size),
    "gif": ("image/gif", _gif_size),
}
