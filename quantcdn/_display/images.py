"""An image as an element of the display, if its bytes are those of one and are not too many."""

from __future__ import annotations

from quantcdn._display.elements import Element, InlineImage, Paragraph
from quantcdn._file_formats.data_uris import ContentError, read_data_uri
from quantcdn._file_formats.image_format import image_format

MAX_SIZE = 2 * 1024 * 1024
_MAX_PIXELS = 400


def image_element(uri: object, name: str) -> Element:
    """Display the image in a data URI, or say why it is not displayed."""
    if not isinstance(uri, str):
        return Paragraph(f"{name} is not shown: it is no text.")
    size = (len(uri) - uri.find(",") - 1) * 3 // 4 - uri[-2:].count("=")  # of what its base64 stands for
    if size > MAX_SIZE:
        return too_large(name, size)
    try:
        data = read_data_uri(uri, MAX_SIZE).data
    except ContentError as error:
        return Paragraph(f"{name} is not shown: {error}.")
    return sized_image(data, uri.partition(",")[2], name)


def too_large(name: str, size: int) -> Element:
    """Say of an image that it is not displayed, and where it goes."""
    return Paragraph(f"{name} is not shown, since it has {size / 1024 / 1024:.1f} MiB; save_images makes a file of it.")


def sized_image(data: bytes, base64: str, name: str) -> Element:
    """Display an image of which the bytes and their base64 are known, scaled to fit."""
    known = image_format(data)
    if known is None:
        return Paragraph(f"{name} is not shown: the bytes are no PNG, JPEG, WebP or GIF image.")
    if not known.width or not known.height:
        return InlineImage(known.media_type, base64, None, None, name)
    scale = min(1.0, _MAX_PIXELS / max(known.width, known.height))
    width, height = (max(1, round(side * scale)) for side in (known.width, known.height))
    return InlineImage(known.media_type, base64, width, height, f"{name}, {known.width}x{known.height} pixels")
