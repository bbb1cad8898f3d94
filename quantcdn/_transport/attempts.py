"""One attempt: what is sent, what comes of it, and which hooks are called."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from quantcdn._transport.call import Call
from quantcdn._transport.downloads import Reach
from quantcdn._transport.errors import Failure
from quantcdn._transport.headers import check_framing, checked_headers
from quantcdn._transport.response import RESTResponse
from quantcdn._types import is_mapping
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiException
from quantcdn.hooks import AttemptRecord, Hook

_LOGGER = logging.getLogger("quantcdn")
_UNKNOWN_LENGTH = -1  # of the body, to a hook


class Request(NamedTuple):
    """What goes out, and how much may come back."""

    target: str
    headers: Mapping[str, str]
    limit: int
    preload: bool = True
    file: Reach | None = None
    """Where a file may come from, if it is one that is asked for and not the service."""
    body: bytes = b""


class AttemptResult(NamedTuple):
    """What one attempt came to: a response, or a failure with what came of a response."""

    seconds: float
    response: RESTResponse | None = None
    failure: Failure | None = None
    stale: bool = False

    @property
    def status(self) -> int:
        """The status code, or 0 where there was no response."""
        return self.response.status if self.response else 0

    def result(self, call: Call) -> RESTResponse:
        """Return the response, or raise the error of the failure."""
        if self.failure is None and self.response is not None:
            return self.response
        failed = self.failure or Failure(ApiException, "no response")
        error = self.response.unusable(failed) if self.response else failed.error(0, failed.reason, request=call.info())
        error.retryable = not failed.permanent
        raise error

    def record(self, call: Call, pause: float | None) -> AttemptRecord:
        """Write what hooks are called with."""
        error = self.failure.reason if self.failure else None
        return AttemptRecord(
            call.method, call.host, call.path, call.attempts, self.status or None, self.seconds, error, pause
        )


def report(settings: Configuration, call: Call, outcome: AttemptResult, pause: float | None) -> None:
    """Tell the log and the hooks of an attempt that has ended."""
    level = logging.DEBUG if pause is None else logging.INFO
    on_retry = None if pause is None else settings.on_retry
    if settings.on_response is None and on_retry is None and not _LOGGER.isEnabledFor(level):
        return
    record = outcome.record(call, pause)
    _log(level, record)
    for hook in (settings.on_response, on_retry):
        if hook is not None:
            notify(hook, record)


@lru_cache(maxsize=8)
def authority(host: str) -> str:
    """Give host and port as the ``Host`` header has them: in lower case, without the scheme's own port."""
    parts = urlsplit(host.lower())
    return parts.netloc.removesuffix({"http": ":80", "https": ":443"}[parts.scheme])


def notify(hook: Hook, record: AttemptRecord, *, returns_headers: bool = False) -> dict[str, str]:
    """Call a hook; return the headers that it may return."""
    try:
        returned = hook(record)
        headers = checked_headers(returned) if returns_headers and is_mapping(returned) else {}
        check_framing(headers, _UNKNOWN_LENGTH)
    except Exception:  # a fault of what only watches must not end the call
        _LOGGER.warning("a hook failed", exc_info=True)
        return {}
    return headers


def _log(level: int, record: AttemptRecord) -> None:
    what = record.error or record.status
    again = "" if record.pause is None else f"; again in {record.pause:.1f} s"
    text = "%s %s%s: %s in %.3f s%s"
    fields = {f"quantcdn_{name}": value for name, value in asdict(record).items()}
    _LOGGER.log(level, text, record.method, record.host, record.path, what, record.seconds, again, extra=fields)
