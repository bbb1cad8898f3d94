"""One file from a signed address to the disk: in pieces, and on from where it broke off."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import IO

from quantcdn._content.media_types import HEAD_SIZE, extension_of
from quantcdn._transport.errors import Failure
from quantcdn.exceptions import ApiConnectionException, ApiException, ApiResponseException, ApiTimeoutException
from quantcdn.rest import RESTClientObject, RESTResponse
from quantcdn.timeout import Timeout

_MOST_ATTEMPTS = 100
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')


@dataclass(frozen=True)
class Order:
    """What is to be fetched, and within which limits."""

    rest: RESTClientObject
    url: str = field(repr=False)
    service: str
    """Scheme and host of the service that named the address."""
    limit: int
    """The most bytes of the file."""
    timeout: Callable[[], Timeout]
    """Gives the time limits of the next attempt; raises where no time is left."""
    attempts: int
    """How many attempts may fail in a row without another byte."""
    on_piece: Callable[[int, int | None], object]
    """Called with the bytes that have come, and how many there are in all where that is known."""


@dataclass
class _Part:
    """How much of a file is there, and of which version of it."""

    size: int = 0
    total: int | None = None
    validator: str | None = None
    media_type: str | None = None


def fetch(order: Order, file: IO[bytes]) -> str:
    """Fetch a file; what has come is kept while an attempt follows another.

    Args:
        order: What is to be fetched.
        file: Where to; it is empty, and can be read too.

    Returns:
        The ending for its name.

    Raises:
        ApiException: It cannot be had, or is larger than the limit.
        OSError: It cannot be written.
    """
    part = _Part()
    most = failures = 0
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        with _opened(order, part) as response:
            try:
                if response.status != 206:
                    _begin(order, response, part, file)
                if _receive(order, response, part, file):
                    break
            except (ApiConnectionException, ApiTimeoutException):
                failures = 1 if part.size > most else failures + 1
                most = max(most, part.size)
                if failures >= order.attempts or attempt == _MOST_ATTEMPTS:
                    raise
        if failures:
            order.rest.back_off(failures, order.timeout().total)
    file.seek(0)
    return extension_of(file.read(HEAD_SIZE), part.media_type)


def _opened(order: Order, part: _Part) -> RESTResponse:
    """Ask for what is missing, and for all of it where the rest cannot be had; only the former is answered by 206."""
    if part.size and part.validator:
        try:
            response = _asked(order, {"Range": f"bytes={part.size}-", "If-Range": part.validator})
        except ApiException as error:
            if error.status != 416:
                raise
        else:
            if response.status != 206 or _goes_on(response, part):
                return response
            response.close()
    return _asked(order, {})


def _asked(order: Order, headers: Mapping[str, str]) -> RESTResponse:
    return order.rest.download(
        order.url,
        timeout=order.timeout(),
        limit=order.limit,
        service=order.service,
        headers=headers,
        preload=False,
    )


def _begin(order: Order, response: RESTResponse, part: _Part, file: IO[bytes]) -> None:
    """Begin a file, anew where some of it is there."""
    length = _length(response)
    if length is not None and length > order.limit:
        raise _too_large(order, response)
    file.seek(0)
    file.truncate()
    part.size, part.total = 0, length
    part.validator, part.media_type = _validator(response), response.getheader("content-type")
    order.on_piece(0, length)


def _too_large(order: Order, response: RESTResponse) -> ApiException:
    return response.unusable(Failure(ApiResponseException, f"the file is larger than the limit of {order.limit} bytes"))


def _goes_on(response: RESTResponse, part: _Part) -> bool:
    """Say whether a partial response is the very next part of the same version (RFC 9110 section 15.3.7)."""
    found = _CONTENT_RANGE.fullmatch((response.getheader("content-range") or "").strip())
    if found is None:
        return False
    first, last, length = int(found[1]), int(found[2]), _length(response)
    total = None if found[3] == "*" else int(found[3])
    if first != part.size or last < first or (total is not None and last >= total):
        return False
    if part.total is not None and (last >= part.total or total not in (None, part.total)):
        return False
    tag = response.getheader("etag")
    is_same = tag is None or not (part.validator or "").startswith('"') or tag.strip() == part.validator
    part.total = total if part.total is None else part.total
    return is_same and length in (None, last - first + 1)


def _receive(order: Order, response: RESTResponse, part: _Part, file: IO[bytes]) -> bool:
    """Write what comes; returns whether the file is complete."""
    found = _CONTENT_RANGE.fullmatch((response.getheader("content-range") or "").strip())
    end = int(found[2]) + 1 if found and response.status == 206 else part.total
    for piece in response.pieces():
        if end is not None and part.size + len(piece) > end:
            raise response.unusable(Failure(ApiResponseException, "more came of the file than was said"))
        if part.size + len(piece) > order.limit:
            raise _too_large(order, response)
        file.write(piece)
        part.size += len(piece)
        order.on_piece(part.size, part.total)
    if end is not None and part.size < end:
        raise response.unusable(Failure(ApiConnectionException, "the file ended early"))
    return part.total is None or part.size == part.total


def _length(response: RESTResponse) -> int | None:
    """Read how long the body is said to be; where it comes in chunks, the header does not count."""
    length = (response.getheader("content-length") or "").strip()
    if response.getheader("transfer-encoding") is not None or not re.fullmatch("[0-9]{1,18}", length):
        return None
    return int(length)


def _validator(response: RESTResponse) -> str | None:
    """Find what names this version of the file for If-Range (RFC 9110 section 13.1.5): never a weak one."""
    tag = (response.getheader("etag") or "").strip()
    if tag:
        return tag if _STRONG_TAG.fullmatch(tag) else None
    modified, date = response.getheader("last-modified"), response.getheader("date")
    try:
        # Within one second a file may change twice (RFC 9110 section 8.8.2.2).
        age = parsedate_to_datetime(date or "") - parsedate_to_datetime(modified or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return modified if age.total_seconds() >= 1 else None
