"""Write a tool's result as a language model may read it: no images, and no URLs that grant access."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from quantcdn._chat.json_values import as_json, normalized_key
from quantcdn._display.text import service_text
from quantcdn._types import is_array, is_object
from quantcdn.exceptions import ApiValueError

_COMPLETED_WITHOUT_RESULT = "The tool completed without a result."
_MAX_STATUS_LENGTH = 100
_MAX_NUMBER = 10**4000  # of more digits, Python would write none

# A data URI in a sentence has no end of its own: it goes on to the next blank, quote or bracket.
_DATA_URI = re.compile(
    r"(?<![\w-])data:([\w.+-]{1,100}/[\w.+-]{1,100})?([^,\s\"'<>]{0,300}),([^\s\"'<>()\[\]{}\\]*)", re.I
)
_WHOLE_DATA_URI = re.compile(r"\s*data:([^,;\s]{0,200})([^,\s]{0,300}),", re.I)
_WORD = re.compile(r"[^\s\"'<>]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\r\n-]{64,}")
_URL_START = re.compile(r"https?:", re.I)
_SIGNATURE = re.compile(
    r"x-(?:amz|goog)-(?:signature|credential|security-token)(?:=|%3d)"
    r"|(?:[?&;]|u0026|%26|%3f)(?:signature|sig|awsaccesskeyid|key-pair-id|access_token)(?:=|%3d)",
    re.I,
)
_SIGNED_KEYS = frozenset({"s3urls", "s3url", "signedurls", "signedurl", "presignedurls", "presignedurl"})
_URL_LEFT_OUT = "[signed URL, left out]"


def content_of(result: Any, images: bool) -> dict[str, Any]:
    """Make the content of a tool result: an object under ``json``, anything else as text under ``text``."""
    try:
        value = _readable(as_json(result), images)
        if is_object(value):
            return {"json": value}
        # Converse refuses a list, a number and null under "json", whatever its reference says.
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        problem = f"the result cannot be written as JSON: {type(error).__name__}"
    else:
        return {"text": _COMPLETED_WITHOUT_RESULT if value is None or not text.strip() else text}
    raise ApiValueError(problem)


def error_text(error: object, status: str | None) -> str:
    """Say why a tool has failed, without images and signed URLs; the text is never empty."""
    text = error if isinstance(error, str) else service_text(error, None) if is_object(error) else ""
    if not text.strip() and not isinstance(error, (bool, str)) and error:
        text = content_of([error], images=False)["text"][1:-1]
    if text.strip():
        return str(_readable(text, images=False))
    if not isinstance(status, str) or status.strip().casefold() == "failed":
        return "the tool has failed"
    return f"the tool ended with the status {status[:_MAX_STATUS_LENGTH]!r}"


def _readable(value: Any, images: bool, key: str = "") -> Any:
    """Copy a JSON value, and leave a note in place of each image and signed URL."""
    if is_object(value):
        return {name: _readable(inner, images, normalized_key(name)) for name, inner in value.items()}
    if is_array(value):
        return [_readable(item, images, key) for item in value]
    if isinstance(value, str):
        return value if images else _without_images(value, key)
    if value is None:
        return value
    if not isinstance(value, (int, float)):
        raise TypeError
    if not -_MAX_NUMBER <= value <= _MAX_NUMBER:  # nor is NaN
        raise ValueError
    return value


def _without_images(text: str, key: str) -> str:
    if key in _SIGNED_KEYS and text.strip():
        return _URL_LEFT_OUT
    if key in ("images", "image") and _BASE64.fullmatch(text):
        return _note("image", ";base64", text)
    whole = _WHOLE_DATA_URI.match(text)
    if whole:
        return _note(whole[1], whole[2], text[whole.end() :])
    if text.lstrip()[:1] in ("{", "[", '"'):
        with contextlib.suppress(ValueError, RecursionError):  # it only looks like JSON
            value = json.loads(text)  # in which letters may be escaped
            readable = _readable(value, images=False)
            return text if readable == value else json.dumps(readable, ensure_ascii=False)
    return _without_signed_urls(_DATA_URI.sub(lambda found: _note(found[1], found[2], found[3]), text))


def _note(media_type: str | None, parameters: str, body: str) -> str:
    """Describe what was left out."""
    letters = "".join(body.split())
    size = len(letters.rstrip("=")) * 3 // 4 if ";base64" in parameters.lower() else len(letters)
    return f"[{media_type or 'data'}, {size} bytes, left out]"


def _without_signed_urls(text: str) -> str:
    return _WORD.sub(_signed_url_note, text) if _SIGNATURE.search(text) else text


def _signed_url_note(found: re.Match[str]) -> str:
    """Leave out a URL that has a signature, but not what stands before or behind it in a sentence."""
    word = found[0]
    if not _SIGNATURE.search(word):
        return word
    start = _URL_START.search(word)
    before = word[: start.start()] if start else ""
    return before + _URL_LEFT_OUT + word[len(word.rstrip(").,;!]}")) :]
