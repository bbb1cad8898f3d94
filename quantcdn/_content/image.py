"""Recognise an image, and read its size, by its first bytes, whatever it is called."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from quantcdn import _validation
from quantcdn._display.mixin import DisplayMixin
from quantcdn._file_formats.data_uris import ContentError, read_data_uri
from quantcdn._file_formats.image_format import image_format
from quantcdn._file_formats.media_types import EXTENSION_BY_MEDIA_TYPE
from quantcdn.exceptions import ApiResponseException, ApiTypeError

MAX_IMAGE_SIZE = 64 * 1024 * 1024
"""How many bytes an image may have by default."""


@dataclass(frozen=True, slots=True)
class Image(DisplayMixin):
    """An image."""

    data: bytes = field(repr=False)
    """The file's bytes."""
    media_type: str
    """``image/png``, ``image/jpeg``, ``image/webp`` or ``image/gif``, by the first bytes."""
    width: int | None
    """Pixels; None where the file does not say it in its usual place."""
    height: int | None
    """Pixels; None where the file does not say it in its usual place."""

    def __post_init__(self) -> None:
        if not isinstance(self.data, (bytes, bytearray)):
            raise ApiTypeError(f"data takes bytes, such as Path.read_bytes returns, not {type(self.data).__name__}")
        _validation.text("media_type", self.media_type)
        for name, pixels in (("width", self.width), ("height", self.height)):
            if pixels is not None:
                _validation.integer(name, pixels, 0)

    def _repr_mimebundle_(self, **_kinds: object) -> dict[str, str]:
        # Beside HTML, for what turns a notebook into a document of another kind.
        from quantcdn._display.images import MAX_SIZE

        return {self.media_type: b64encode(self.data).decode()} if len(self.data) <= MAX_SIZE else {}

    @property
    def extension(self) -> str:
        """The extension of a file's name for it, without the dot."""
        return EXTENSION_BY_MEDIA_TYPE.get(self.media_type, "bin")


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
    known = image_format(data)
    if known is not None:
        return Image(data, *known)
    raise ApiResponseException(
        reason="the bytes are no PNG, JPEG, WebP or GIF image; save_files saves files of any kind"
    )


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
    most = _validation.size("limit", limit)
    try:
        data = read_data_uri(uri, most).data
    except ContentError as error:
        problem = ApiResponseException(reason=str(error))
    else:
        return image_of(data)
    raise problem
