"""What kind of picture some bytes are, and how large it is, by its first bytes (not by what it is called)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from quantcdn import _validation
from quantcdn._content.data_uris import read_data_uri
from quantcdn.exceptions import ApiResponseException, ApiTypeError

LARGEST_IMAGE = 64 * 1024 * 1024
"""The largest picture that is taken unless told otherwise, in bytes."""

_MARKER = re.compile(rb"\xff+[^\xff]", re.DOTALL)  # fill bytes may come before a marker

_MOST_SEGMENTS = 1_000
"""How many segments of a JPEG file are passed over: its time must not depend on who made it."""

EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
"""The ending of a file's name by the kind of picture."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture."""

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
        """The ending of a file's name for it, without the dot."""
        return EXTENSIONS[self.media_type]


def image_of(data: bytes) -> Image:
    """Recognise a picture.

    Args:
        data: The file's bytes.

    Returns:
        The picture.

    Raises:
        ApiTypeError: ``data`` is of another type.
        ApiResponseException: It is no PNG, JPEG, WebP or GIF.
    """
    if not isinstance(data, (bytes, bytearray)):
        raise ApiTypeError(f"image_of takes bytes, not {type(data).__name__}")
    for magic, media_type, size_of in _KINDS:
        if magic.match(data):
            size: tuple[int, int] | tuple[None, None]
            try:
                size = size_of(data)
            except (struct.error, IndexError):
                size = None, None
            return Image(data, media_type, *size)
    raise ApiResponseException(
        reason="the bytes are no PNG, JPEG, WebP or GIF image; save_files saves files of any kind"
    )


def image_from_uri(uri: str, limit: int = LARGEST_IMAGE) -> Image:
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
        raise ApiTypeError(f"image_from_uri takes text, not {type(uri).__name__}")
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
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.match(data, position)
        if found is None:
            break
        marker, length = struct.unpack_from(">BH", data, found.end() - 1)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, found.end() + 3)
            return width, height
        position = found.end() + length
    raise IndexError


_KINDS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", _png_size),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", _jpeg_size),
    (re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL), "image/webp", _webp_size),
    (re.compile(rb"GIF8[79]a"), "image/gif", _gif_size),
)
