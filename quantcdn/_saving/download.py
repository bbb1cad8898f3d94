"""Download one file from a signed URL to the disk: in pieces, and resumed where a response breaks off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import IO

from quantcdn._file_formats.media_types import HEAD_SIZE, extension_of
from quantcdn._transport.errors import Failure
from quantcdn.exceptions import ApiConnectionException, ApiException, ApiResponseException, ApiTimeoutException
from quantcdn.rest import RESTClientObject, RESTResponse
from quantcdn.timeout import Timeout

_MAX_ATTEMPTS = 100
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')


@dataclass(frozen=True)
class DownloadRequest:
    """What to fetch, and within which limits."""

    rest: RESTClientObject
    url: str = field(repr=False)
    service: str
    """Scheme and host of the service that named the URL."""
    max_size: int
    """How many bytes the file may have."""
    timeout: Callable[[], Timeout]
    """Returns the time limits of the next attempt; raises where no time is left."""
    attempts: int
    """How many attempts may fail in a row without another byte."""
    on_progress: Callable[[int, int | None], object]
    """Called with the bytes so far, and all bytes where their number is known."""


class Download:
    """A file that is fetched: how much of it is there, and of which version."""

    def __init__(self, request: DownloadRequest, file: IO[bytes]) -> None:
        self._request = request
        self._file = file
        self._size = 0
        self._total: int | None = None
        self._validator: str | None = None
        self._media_type: str | None = None

    def run(self) -> str:
        """Fetch the file, and return the extension of its name."""
        request = self._request
        furthest = failures = 0
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            with self._open() as response:
                try:
                    if response.status != 206:
                        self._begin(response)
                    if self._receive(response):
                        break
                    if attempt == _MAX_ATTEMPTS:
                        raise response.unusable(Failure(ApiConnectionException, "the file comes in too many parts"))
                except (ApiConnectionException, ApiTimeoutException):
                    # A response that brought more than any before is progress, as often as it breaks off.
                    failures = 1 if self._size > furthest else failures + 1
                    furthest = max(furthest, self._size)
                    if failures >= request.attempts or attempt == _MAX_ATTEMPTS:
                        raise
            if failures:
                request.rest.back_off(failures, request.timeout().total)
        self._file.seek(0)
        return extension_of(self._file.read(HEAD_SIZE), self._media_type)

    def _open(self) -> RESTResponse:
        """Request what is missing, or the whole file where it cannot be resumed; only the former is a 206."""
        if self._size and self._validator:
            # If-Range makes one request of two: the rest where the version is the same, else the whole file
            # (RFC 9110 section 13.1.5).
            try:
                response = self._get({"Range": f"bytes={self._size}-", "If-Range": self._validator})
            except ApiException as error:
                if error.status != 416:  # the file is shorter than it was (RFC 9110 section 15.5.17)
                    raise
            else:
                if response.status != 206 or self._continues(response):
                    return response
                response.close()
        return self._get({})

    def _get(self, headers: dict[str, str]) -> RESTResponse:
        request = self._request
        return request.rest.download(
            request.url,
            timeout=request.timeout(),
            limit=request.max_size,
            service=request.service,
            headers=headers,
            preload=False,
        )

    def _begin(self, response: RESTResponse) -> None:
        """Begin the file, anew where some of it is there."""
        length = _content_length(response)
        if length is not None and length > self._request.max_size:
            raise self._too_large(response)
        self._file.seek(0)
        self._file.truncate()
        self._size, self._total = 0, length
        self._validator, self._media_type = _validator(response), response.getheader("content-type")
        self._request.on_progress(0, length)

    def _continues(self, response: RESTResponse) -> bool:
        """Check that a 206 is the very next part of the same version (RFC 9110 section 15.3.7)."""
        found = _content_range(response)
        if found is None:
            return False
        first, last, length = int(found[1]), int(found[2]), _content_length(response)
        total = None if found[3] == "*" else int(found[3])
        if first != self._size or last < first or (total is not None and last >= total):
            return False
        if self._total is not None and (last >= self._total or total not in (None, self._total)):
            return False
        tag = response.getheader("etag")
        is_same = tag is None or not (self._validator or "").startswith('"') or tag.strip() == self._validator
        self._total = total if self._total is None else self._total
        return is_same and length in (None, last - first + 1)

    def _receive(self, response: RESTResponse) -> bool:
        """Write the body of a response; return whether the file is complete."""
        found = _content_range(response)
        end = int(found[2]) + 1 if found and response.status == 206 else self._total
        for piece in response.pieces():
            if end is not None and self._size + len(piece) > end:
                raise response.unusable(Failure(ApiResponseException, "more of the file came than was announced"))
            if self._size + len(piece) > self._request.max_size:
                raise self._too_large(response)
            self._file.write(piece)
            self._size += len(piece)
            self._request.on_progress(self._size, self._total)
        if end is not None and self._size < end:
            raise response.unusable(Failure(ApiConnectionException, "the file ended early"))
        return self._total is None or self._size == self._total

    def _too_large(self, response: RESTResponse) -> ApiException:
        reason = f"the file is larger than the limit of {self._request.max_size} bytes"
        return response.unusable(Failure(ApiResponseException, reason))


def _content_range(response: RESTResponse) -> re.Match[str] | None:
    return _CONTENT_RANGE.fullmatch((response.getheader("content-range") or "").strip())


def _content_length(response: RESTResponse) -> int | None:
    """Read the length of the body; beside a transfer coding it does not count (RFC 9112 section 6.3)."""
    length = (response.getheader("content-length") or "").strip()
    if response.getheader("transfer-encoding") is not None or not re.fullmatch("[0-9]{1,18}", length):
        return None
    return int(length)


def _validator(response: RESTResponse) -> str | None:
    """Find what names this version of the file for If-Range, which takes no weak validator (RFC 9110 13.1.5)."""
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
