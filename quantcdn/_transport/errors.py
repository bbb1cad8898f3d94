"""What urllib3 raises becomes one plain value: which error it is, why, and whether to retry."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

from urllib3 import exceptions as urllib3_errors

from quantcdn._transport.http1 import ONLY_HTTP2, ResponseError
from quantcdn.exceptions import ApiConnectionException, ApiException, ApiResponseException, ApiTimeoutException
from quantcdn.timeout import seconds_text

_SCHEME_HINT = "; the scheme looks wrong: one side speaks TLS, the other does not"
_CERTIFICATE_HINT = "; the server may ask for a client certificate, which cert_file sets"

# What nginx, Apache and Go say with a 400 to a request that came without TLS where they speak it.
_SENT_PLAIN = (b"plain HTTP request was sent to HTTPS port", b"SSL-enabled server port", b"to an HTTPS server")

# What an alert is called where a client certificate is missing: since TLS 1.3, and before.
_CERTIFICATE_ALERTS = ("ALERT_CERTIFICATE_REQUIRED", "ALERT_HANDSHAKE_FAILURE")

# What OpenSSL calls a response that is not TLS differs with its version.
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "UNKNOWN_PROTOCOL",
)

# OpenSSL's words for two sides that have no version, cipher or key in common; a context may allow what they lack.
_NOTHING_IN_COMMON = (
    "ALERT_HANDSHAKE_FAILURE",
    "ALERT_INSUFFICIENT_SECURITY",
    "ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "NO_CIPHERS_AVAILABLE",
    "NO_PROTOCOLS_AVAILABLE",
    "WRONG_CIPHER_RETURNED",
    "KEY_TOO_SMALL",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",
)
_COMMON_HINT = "; the two sides have no TLS version or cipher in common, for which ssl_context could be set"
_ONLY_HTTP2 = "ALERT_NO_APPLICATION_PROTOCOL"
_CUT = ("UNEXPECTED_EOF_WHILE_READING", "EOF occurred in violation of protocol")

TUNNEL_REFUSED = "Tunnel connection failed"
"""What http.client says where a proxy refuses a tunnel."""


class Failure(NamedTuple):
    """Why an attempt ended without a response that can be used."""

    error: type[ApiException]
    """The class of the error that it becomes."""
    reason: str
    """What happened."""
    retryable: bool = False
    """Whether another attempt may fare better."""
    permanent: bool = False
    """Whether no later call can fare better either, as long as nobody changes a setting."""


class UnusableBodyError(Exception):
    """A body came that cannot be used: too large, damaged, or of an unknown content coding."""


TRANSPORT_ERRORS = (urllib3_errors.HTTPError, http.client.HTTPException, OSError, ValueError, UnusableBodyError)
"""What urllib3 and what is under it may raise for a request that is in order."""


def failure(error: Exception, *, overdue: bool, seconds: float) -> Failure:
    """Tell what an error means; no text of it comes from a header or a body."""
    if isinstance(error, UnusableBodyError):
        return Failure(ApiResponseException, str(error))
    causes = list(_causes(error))
    if any(isinstance(cause, urllib3_errors.ProxyError) for cause in causes):
        return _proxy(causes)
    if any(map(_is_timeout, causes)):
        return _timeout(causes, overdue, seconds)
    if any(isinstance(cause, urllib3_errors.NameResolutionError) for cause in causes):
        return _unresolved(causes)
    if any(isinstance(cause, ssl.SSLError | urllib3_errors.SSLError) for cause in causes):
        return _tls(causes)
    return _broken(causes)


def _is_timeout(cause: BaseException) -> bool:
    """Tell a timeout from a failure to connect, whose class urllib3 derives from one of a timeout."""
    is_timeout = isinstance(cause, TimeoutError | urllib3_errors.TimeoutError)
    return is_timeout and not isinstance(cause, urllib3_errors.NewConnectionError)


def out_of_time(seconds: float) -> Failure:
    """Say that the whole call's limit has passed."""
    limit = f"the limit of {seconds_text(seconds)} s for the whole call"
    return Failure(ApiTimeoutException, f"not finished within {limit}")


def wrong_scheme(status: int, body: bytes) -> str | None:
    """Tell from a response whether the request should have come by TLS."""
    if status == 400 and any(mark in body for mark in _SENT_PLAIN):
        return "The scheme looks wrong: the server speaks TLS there, so that the host is https"
    return None


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


def _proxy(causes: list[BaseException]) -> Failure:
    refusal = next((str(cause) for cause in reversed(causes) if TUNNEL_REFUSED in str(cause)), None)
    if refusal is not None:
        reason = refusal.partition(TUNNEL_REFUSED)[2]
        return Failure(ApiConnectionException, f"the proxy refused to connect{reason}", permanent="407" in reason)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        failed = _tls(causes)
        return failed._replace(reason=f"the proxy failed: {failed.reason}")
    if isinstance(causes[-1], http.client.HTTPException) and not isinstance(causes[-1], OSError):
        failed = _broken(causes)
        return Failure(ApiConnectionException, f"the proxy failed: {failed.reason}", failed.retryable)
    final = _is_unknown(causes)
    return Failure(
        ApiConnectionException, f"the proxy failed: {_innermost(causes)}", retryable=not final, permanent=final
    )


def _timeout(causes: list[BaseException], overdue: bool, seconds: float) -> Failure:
    if overdue:
        return out_of_time(seconds)
    if any(isinstance(cause, urllib3_errors.ConnectTimeoutError) for cause in causes):
        return Failure(ApiTimeoutException, "no connection within the time limit", retryable=True)
    return Failure(ApiTimeoutException, "no response within the time limit", retryable=True)


def _is_unknown(causes: list[BaseException]) -> bool:
    return any(isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN for cause in causes)


def _unresolved(causes: list[BaseException]) -> Failure:
    final = _is_unknown(causes)
    reason = "the host is unknown" if final else "the name cannot be resolved just now"
    return Failure(ApiConnectionException, f"{reason}: {_innermost(causes)}", retryable=not final, permanent=final)


def _is_certificate(causes: list[BaseException]) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError | ssl.CertificateError) for cause in causes)


def _tls(causes: list[BaseException]) -> Failure:
    text = _innermost(causes)
    if _is_certificate(causes):
        reason = f"the server's certificate is not accepted: {text}"
        return Failure(ApiConnectionException, reason, permanent=True)
    if any(mark in text for mark in _NOT_TLS):
        return Failure(ApiConnectionException, f"TLS failed: {text}{_SCHEME_HINT}", permanent=True)
    cut = any(isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError) for cause in causes)
    if cut or any(mark in text for mark in _CUT):
        return Failure(ApiConnectionException, "the TLS connection was cut", retryable=True)
    named = text.upper().replace(" ", "_")  # older versions of Python know some alerts by OpenSSL's sentence alone
    if _ONLY_HTTP2 in named:
        return Failure(ApiConnectionException, ONLY_HTTP2, permanent=True)
    incompatible = any(mark in named for mark in _NOTHING_IN_COMMON)
    refused = any(mark in text for mark in _CERTIFICATE_ALERTS)
    hint = (_COMMON_HINT if incompatible else "") + (_CERTIFICATE_HINT if refused else "")
    return Failure(ApiConnectionException, f"TLS failed: {text}{hint}", permanent=bool(hint))


def _broken(causes: list[BaseException]) -> Failure:
    cause = causes[-1]
    text = _innermost(causes)
    if isinstance(cause, http.client.BadStatusLine) and not isinstance(cause, http.client.RemoteDisconnected):
        hint = _SCHEME_HINT if text.startswith("\x15") else ""  # how a TLS alert starts
        return Failure(ApiConnectionException, f"no HTTP status line but something else came{hint}", retryable=True)
    if isinstance(cause, ResponseError):
        return Failure(ApiConnectionException, text, retryable=cause.retryable, permanent=text == ONLY_HTTP2)
    if isinstance(cause, http.client.IncompleteRead):
        return Failure(ApiConnectionException, "the response ended early", retryable=True)
    return Failure(ApiConnectionException, f"the connection failed: {text}", retryable=True)
