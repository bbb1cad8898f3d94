"""Read data URIs as browsers do: RFC 2397, and the Fetch Standard's "data: URL processor"."""

from __future__ import annotations

import binascii
import contextlib
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

# A URL parser drops these ends, and tabs and line ends wherever they are (URL Standard, section 4.4).
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_DROPPED = dict.fromkeys(map(ord, "\t\n\r"))
_SCHEME = re.compile(r"[\t\n\r]*".join("data:"), re.IGNORECASE)

_BASE64_MARK = re.compile(r"; *base64$", re.IGNORECASE)
_TYPE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+) *(?:;|$)")

# "Forgiving-base64 decode" (Infra Standard, section 7) and, beyond it, the URL-safe alphabet of RFC 4648 section 5.
_WHITESPACE = b"\t\n\f\r "
_URL_SAFE = bytes.maketrans(b"-_", b"+/")

_STEP = 65_536


class ContentError(ValueError):
    """Text is not the data URI or the base64 that it should be, or holds too much."""


class DataUri(NamedTuple):
    """The content of a data URI."""

    media_type: str
    """The media type without parameters, in lower case; ``text/plain`` where the URI names none."""
    data: bytes
    """The bytes."""


def is_data_uri(text: str) -> bool:
    """Recognise a data URI by its start."""
    return _start_of(text) is not None


def read_data_uri(uri: str, limit: int) -> DataUri:
    """Read a data URI as a browser does; its base64 may be wrapped, without padding, or URL-safe."""
    uri = uri.strip(_C0_AND_SPACE)
    start = _start_of(uri)
    if start is None:
        raise ContentError("this is no data URI")
    comma = uri.find(",", start)
    fragment = uri.find("#", start)
    end = len(uri) if fragment < 0 else fragment
    if not 0 <= comma < end:
        raise ContentError("this is no data URI: there is no comma in it")
    header = uri[start:comma].translate(_DROPPED).strip(" ")
    mark = _BASE64_MARK.search(header)
    if mark is None:
        return DataUri(_media_type(header), _text(uri[comma + 1 : end], limit))
    media_type = _media_type(header[: mark.start()])
    if _is_larger(uri, comma + 1, end, limit):
        raise _too_large(limit)
    return DataUri(media_type, _base64(uri[comma + 1 : end], limit))


def read_base64(text: str, limit: int) -> bytes:
    """Read base64 that stands alone, in any of the forms that it may have in a data URI."""
    if _is_larger(text, 0, len(text), limit):
        raise _too_large(limit)
    return _base64(text, limit)


def _start_of(text: str) -> int | None:
    found = _SCHEME.match(text, len(text) - len(text.lstrip(_C0_AND_SPACE)))
    return found and found.end()


def _media_type(header: str) -> str:
    found = _TYPE.match(header)
    return found[1].lower() if found else "text/plain"


def _is_larger(text: str, start: int, end: int, limit: int) -> bool:
    """Tell by its length, four characters for three bytes, whether base64 surely holds more than the limit."""
    size = end - start
    if size // 4 * 3 <= limit + 3:
        return False
    size -= sum(text.count(ignored, start, end) for ignored in "\t\n\f\r =") + 3 * text.count("%", start, end)
    return size // 4 * 3 > limit


def _base64(text: str, limit: int) -> bytes:
    data = None
    if len(text) % 4 == 0 and not text.endswith("==="):  # which the strict mode takes
        with contextlib.suppress(ValueError):
            data = binascii.a2b_base64(text, strict_mode=True)  # clean base64, as most is, costs no more than this
    data = _forgiving(text) if data is None else data
    if data is None:
        raise ContentError("the base64 is damaged")
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _forgiving(text: str) -> bytes | None:
    dropped = text.encode(errors="replace").translate(None, b"\t\n\r")  # before an escape is looked for
    encoded = _percent_decoded(dropped).translate(_URL_SAFE, _WHITESPACE)
    if len(encoded) % 4 == 0:
        encoded = encoded.removesuffix(b"=").removesuffix(b"=")
    if len(encoded) % 4 == 1 or re.search(rb"[^A-Za-z0-9+/]", encoded):
        return None
    return binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4))


def _text(text: str, limit: int) -> bytes:
    data = _percent_decoded(_utf8(text.translate(_DROPPED) if re.search("[\t\n\r]", text) else text))
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _utf8(text: str) -> bytes:
    """Encode text, a surrogate that stands alone as U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _percent_decoded(data: bytes) -> bytes:
    """Decode in steps, since the standard library makes an object of every escape."""
    if b"%" not in data:
        return data
    decoded = bytearray()
    start = 0
    while start < len(data):
        end = start + _STEP
        escape = data.rfind(b"%", end - 2, end)
        end = end if escape < 0 else escape  # so that no step cuts one
        decoded += unquote_to_bytes(data[start:end])
        start = end
    return bytes(decoded)


def _too_large(limit: int) -> ContentError:
    return ContentError(f"the file is larger than the limit of {limit} bytes")
