"""From a tool's result to what a language model can read of it: no images, and no addresses that grant access."""

from __future__ import annotations

import json
import re
from typing import Any

from quantcdn._display.text import service_text
from quantcdn._types import is_array, is_object
from quantcdn.exceptions import ApiValueError

_COMPLETED_WITHOUT_RESULT = "The tool completed without a result."
_MOST_SHOWN = 100
_LARGEST = 10**4000  # of more digits, Python would write none

# In a sentence it has no end of its own: it goes on to the next blank, quote or bracket.
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
    """Make the content of a tool result.

    Args:
        result: Any JSON value, or a model.
        images: Whether to keep images and signed URLs.

    Returns:
        An object under ``json``, anything else as text under ``text``.

    Raises:
        ApiValueError: It cannot be written as JSON.
    """
    try:
        value = result.to_dict() if hasattr(result, "to_dict") else result
        value = _readable(value, images)
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
    """Say why a tool has failed.

    Args:
        error: What the service says: text, or any JSON value.
        status: The status that the tool ended with.

    Returns:
        Text that is not empty, without images and signed URLs.
    """
    said = error if isinstance(error, str) else service_text(error, None) if is_object(error) else ""
    if not said.strip() and not isinstance(error, (bool, str)) and error:
        said = content_of([error], images=False)["text"][1:-1]
    if said.strip():
        return str(_readable(said, images=False))
    if not isinstance(status, str) or status.strip().casefold() == "failed":
        return "the tool has failed"
    return f"the tool ended with the status {status[:_MOST_SHOWN]!r}"


def _readable(value: Any, images: bool, key: str = "") -> Any:
    """Copy a JSON value, and leave a note in place of each image and signed URL."""
    if is_object(value):
        return {name: _readable(inner, images, _plain(name)) for name, inner in value.items()}
    if is_array(value):
        return [_readable(item, images, key) for item in value]
    if isinstance(value, str):
        return value if images else _without_images(value, key)
    if value is None:
        return value
    if not isinstance(value, (int, float)):
        raise TypeError
    if not -_LARGEST <= value <= _LARGEST:  # nor is NaN
        raise ValueError
    return value


def _plain(key: object) -> str:
    return str(key).replace("_", "").replace("-", "").lower()


def _without_images(text: str, key: str) -> str:
    if key in _SIGNED_KEYS and text.strip():
        return _URL_LEFT_OUT
    if key in ("images", "image") and _BASE64.fullmatch(text):
        return _note("image", ";base64", text)
    whole = _WHOLE_DATA_URI.match(text)
    if whole:
        return _note(whole[1], whole[2], text[whole.end() :])
    if text.lstrip()[:1] in ("{", "[", '"'):
        return _without_images_inside(text)
    return _without_addresses(_DATA_URI.sub(lambda found: _note(found[1], found[2], found[3]), text))


def _without_images_inside(text: str) -> str:
    """Take text as JSON, whose letters may be escaped; keep it as it came if nothing has to go."""
    try:
        value = json.loads(text)
        readable = _readable(value, images=False)
    except (ValueError, RecursionError):
        return _without_addresses(_DATA_URI.sub(lambda found: _note(found[1], found[2], found[3]), text))
    return text if readable == value else json.dumps(readable, ensure_ascii=False)


def _note(media_type: str | None, parameters: str, body: str) -> str:
    """Say what was left out."""
    letters = "".join(body.split())
    size = len(letters.rstrip("=")) * 3 // 4 if ";base64" in parameters.lower() else len(letters)
    return f"[{media_type or 'data'}, {size} bytes, left out]"


def _without_addresses(text: str) -> str:
    return _WORD.sub(_without_signature, text) if _SIGNATURE.search(text) else text


def _without_signature(found: re.Match[str]) -> str:
    """Leave out an address that has a signature, but not what stands before it in a sentence."""
    word = found[0]
    if not _SIGNATURE.search(word):
        return word
    start = _URL_START.search(word)
    kept = word[: start.start()] if start else ""
    return kept + _URL_LEFT_OUT + word[len(word.rstrip(").,;!]}")) :]
