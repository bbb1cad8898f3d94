"""Recognise an image, and read its size, by its first bytes, whatever it is called."""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from dataclasses import dataclass, field

from quantcdn import _validation
from quantcdn._content.data_uris import read_data_uri
from quantcdn._content.media_types import EXTENSION_BY_MEDIA_TYPE, extension_by_magic
from quantcdn.exceptions import ApiResponseException, ApiTypeError

MAX_IMAGE_SIZE = 64 * 1024 * 1024
"""How many bytes an image may have by default."""

_MARKER = re.compile(rb"\xff+[^\xff]", re.DOTALL)  # fill bytes may come before a marker

_MAX_SEGMENTS = 1_000
"""How many segments of a JPEG file are skipped: who made it does not choose how long that takes."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image."""

    data: bytes = field(repr=False)
    """The file's bytes."""
    media_type: str
    """``image/png``, ``image/jpeg``, ``image/webp`` or ``image/gif``, by the first bytes."""
    width: int | None
    """Pixels; None where the file does not say it in its usual place."""
    height: int | None
    """Pixels; None where the file does not say it in its usual place."""

    @property
    def extension(self) -> str:
        """The extension of a file's name for it, without the dot."""
        return EXTENSION_BY_MEDIA_TYPE[self.media_type]


def image_of(data: bytes) -> Image:
    """Recognise an image.

    Args:
        data: The file's bytes.

    Returns:
        The image.

    Raises:
        ApiTypeError: ``data`` is of another type.
        ApiResponseException: It is no PNG, JPEG, WebP or GIF.
    """
    if not isinstance(data, (bytes, bytearray)):
        raise ApiTypeError(f"image_of takes bytes, such as Path.read_bytes returns, not {type(data).__name__}")
    extension = extension_by_magic(data)
    if extension not in _IMAGE_TYPES:
        raise ApiResponseException(
            reason="the bytes are no PNG, JPEG, WebP or GIF image; save_files saves files of any kind"
        )
    media_type, size_of = _IMAGE_TYPES[extension]
    with suppress(struct.error, IndexError):  # the head is cut off, or another than usual
        return Image(data, media_type, *size_of(data))
    return Image(data, media_type, None, None)


def image_from_uri(uri: str, limit: int = MAX_IMAGE_SIZE) -> Image:
    """Read an image out of a data URI (RFC 2397), as browsers read them.

    Args:
        uri: ``data:…;base64,…``: percent-encoded or not, wrapped or not, with padding or without, in either alphabet;
            or percent-encoded bytes without ``;base64``.
        limit: The largest image, in bytes.

    Returns:
        The image; its kind is known from its bytes, whatever the URI calls it.

    Raises:
        ApiTypeError: ``uri`` is no text, or ``limit`` no whole number.
        ApiValueError: ``limit`` is below 1.
        ApiResponseException: It is no such URI, its base64 is damaged, it is too large, or it is no
            image of a known kind.
    """
    if not isinstance(uri, str):
        raise ApiTypeError(f"image_from_uri takes a data URI as text, not {type(uri).__name__}")
    return image_of(read_data_uri(uri, _validation.size("limit", limit)).data)


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


_IMAGE_TYPES = {
    "png": ("image/png", _png_size),
    "jpg": ("image/jpeg", _jpeg_size),
    "webp": ("image/webp", _webp_size),
    "gif": ("image/gif", _gif_size),
}
