"""What urllib3 raises becomes one plain value: which error it is, why, and whether to try again."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from urllib3 import exceptions as urllib3_errors

from quantcdn.exceptions import ApiConnectionException, ApiException, ApiResponseException, ApiTimeoutException

_SCHEME_HINT = "; the scheme looks wrong: one side speaks TLS, the other does not"

# What OpenSSL calls an answer that is not TLS differs with its version.
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "UNKNOWN_PROTOCOL",
)
_CUT = ("UNEXPECTED_EOF_WHILE_READING", "EOF occurred in violation of protocol")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt ended without an answer that can be used."""

    error: type[ApiException]
    """The class of the error that it becomes."""
    reason: str
    """What happened."""
    again: bool = False
    """Whether another attempt may fare better."""


class UnusableBodyError(Exception):
    """A body came that cannot be used: too large, damaged, or packed in an unknown way."""


def failure(error: Exception, *, overdue: bool, seconds: float) -> Failure:
    """Tell what an error means.

    Args:
        error: What urllib3, http.client, ssl or socket raised.
        overdue: Whether the whole call's limit has passed.
        seconds: That limit.

    Returns:
        The failure; no text of it comes from a header or a body.
    """
    if isinstance(error, UnusableBodyError):
        return Failure(ApiResponseException, str(error))
    causes = list(_causes(error))
    tunnel = next((str(cause) for cause in causes if "Tunnel connection failed" in str(cause)), None)
    if tunnel is not None:
        return Failure(ApiConnectionException, f"the proxy refused to connect: {tunnel.partition(': ')[2]}")
    if any(isinstance(cause, urllib3_errors.ProxyError) for cause in causes):
        reason = f"the proxy failed: {_innermost(causes)}"
        return Failure(ApiConnectionException, reason, again=not _is_certificate(causes))
    if any(isinstance(cause, TimeoutError | urllib3_errors.ReadTimeoutError) for cause in causes):
        return _timeout(causes, overdue, seconds)
    if any(isinstance(cause, urllib3_errors.NameResolutionError) for cause in causes):
        return _unresolved(causes)
    if any(isinstance(cause, ssl.SSLError | urllib3_errors.SSLError) for cause in causes):
        return _tls(causes)
    return _broken(causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it wraps, outermost first."""
    yield error
    for argument in error.args:
        if isinstance(argument, BaseException):
            yield from _causes(argument)
    if error.__cause__ is not None and error.__cause__ not in error.args:
        yield from _causes(error.__cause__)


def _innermost(causes: list[BaseException]) -> str:
    cause = causes[-1]
    text = str(cause) or type(cause).__name__
    return re.sub(r"^\[Errno -?\d+\] ", "", text)


def _timeout(causes: list[BaseException], overdue: bool, seconds: float) -> Failure:
    if overdue:
        return Failure(ApiTimeoutException, f"not finished within the limit of {seconds:g} s for the whole call")
    if any(isinstance(cause, urllib3_errors.ConnectTimeoutError) for cause in causes):
        return Failure(ApiTimeoutException, "no connection within the time limit", again=True)
    return Failure(ApiTimeoutException, "no answer within the time limit", again=True)


def _unresolved(causes: list[BaseException]) -> Failure:
    passing = any(isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN for cause in causes)
    reason = "the name cannot be resolved just now" if passing else "the host is unknown"
    return Failure(ApiConnectionException, f"{reason}: {_innermost(causes)}", again=passing)


def _is_certificate(causes: list[BaseException]) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError | ssl.CertificateError) for cause in causes)


def _tls(causes: list[BaseException]) -> Failure:
    text = _innermost(causes)
    if _is_certificate(causes):
        return Failure(ApiConnectionException, f"the server's certificate is not accepted: {text}")
    if any(mark in text for mark in _NOT_TLS):
        return Failure(ApiConnectionException, f"TLS failed: {text}{_SCHEME_HINT}")
    cut = any(isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError) for cause in causes)
    if cut or any(mark in text for mark in _CUT):
        return Failure(ApiConnectionException, "the TLS connection was cut", again=True)
    return Failure(ApiConnectionException, f"TLS failed: {text}")


def _broken(causes: list[BaseException]) -> Failure:
    cause = causes[-1]
    text = _innermost(causes)
    if isinstance(cause, http.client.BadStatusLine) and not isinstance(cause, http.client.RemoteDisconnected):
        hint = _SCHEME_HINT if text.strip("'").startswith(("\\x15", "\x15")) else ""
        return Failure(ApiConnectionException, f"no HTTP status line but something else came{hint}", again=True)
    if isinstance(cause, http.client.LineTooLong) or "got more than" in text:
        return Failure(ApiConnectionException, f"the head of the answer is too large: {text}")
    if any(isinstance(c, urllib3_errors.InvalidHeader) for c in causes):
        return Failure(ApiConnectionException, "the answer has two different lengths")
    if isinstance(cause, http.client.IncompleteRead):
        return Failure(ApiConnectionException, "the answer ended early", again=True)
    return Failure(ApiConnectionException, f"the connection failed: {text}", again=True)
