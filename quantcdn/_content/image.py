"""What kind of picture some bytes are, and how large it is, by its first bytes (not by what it is called)."""

from __future__ import annotations

from dataclasses import dataclass, field

from quantcdn import _validation
from quantcdn._content.data_uris import ContentError, read_data_uri
from quantcdn._content.image_format import image_format
from quantcdn.exceptions import ApiResponseException, ApiTypeError

LARGEST_IMAGE = 64 * 1024 * 1024
"""The largest picture that is taken unless told otherwise, in bytes."""

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
    known = image_format(data)
    if known is not None:
        return Image(data, *known)
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
    most = _validation.size("limit", limit)
    try:
        data = read_data_uri(uri, most).data
    except ContentError as error:
        problem = ApiResponseException(reason=str(error))
    else:
        return image_of(data)
    raise problem
