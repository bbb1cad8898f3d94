"""The one family of errors that this client raises, and the table from status to class."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

from quantcdn._display.mixin import Displayed
from quantcdn._redaction import without_signatures
from quantcdn._types import is_array, is_object

_Error = TypeVar("_Error", bound="OpenApiException")

_MESSAGE_LENGTH = 300
_LONGEST_SEARCHED = 10_000
_LONGEST_REASON = 1_000

# What sending the same request again does not mend; a redirect is one too, since none is followed.
_PERMANENT_STATUSES = frozenset({*range(300, 400), 400, 401, 403, 404, 410, 422})


class HttpResponse(Protocol):
    """What an error reads of an answer that it is made from."""

    @property
    def status(self) -> int:
        """The status code."""
        ...

    @property
    def reason(self) -> str | None:
        """The text beside the status code."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""
        ...

    @property
    def data(self) -> bytes:
        """The body, whole."""
        ...


class RequestInfo(NamedTuple):
    """The request that an error is about: what was asked, how often, and for how long."""

    method: str
    """The HTTP method."""
    url: str
    """Scheme, host and path; never a query, which may hold a signature."""
    attempts: int = 1
    """How many times the request was sent, or tried to be sent."""
    seconds: float = 0.0
    """How long the whole call took, pauses included."""
    is_budget_spent: bool = False
    """Whether it was not sent again because too many requests of the client had failed."""


class OpenApiException(Displayed, Exception):
    """The base of every error that this client raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception pickles by calling the class with its args, which a constructor with
        # keyword arguments does not survive.
        return _restore, (type(self), self.args, self.__dict__)


def _restore(cls: type[_Error], args: tuple[object, ...], state: dict[str, Any]) -> _Error:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class _ArgumentError(OpenApiException):
    """An argument or a setting is wrong; nothing was sent.

    Args:
        msg: What is wrong, and what is expected.
        path_to_item: The keys and indices that lead to the wrong value, or None.
    """

    def __init__(self, msg: str, path_to_item: Iterable[str | int] | None = None) -> None:
        self.path_to_item = None if path_to_item is None else list(path_to_item)
        self.message = f"{msg} at {render_path(self.path_to_item)}" if self.path_to_item else msg
        super().__init__(self.message)

    def __str__(self) -> str:
        # KeyError would show the text's repr.
        return self.message


class ApiTypeError(_ArgumentError, TypeError):
    """An argument is of a wrong type; nothing was sent.

    Args:
        msg: What is wrong, and what is expected.
        path_to_item: The keys and indices that lead to the wrong value, or None.
        valid_classes: The types that would have been right, or None.
        key_type: Whether the wrong value is a key of a dict, or None where that is no question.
    """

    def __init__(
        self,
        msg: str,
        path_to_item: Iterable[str | int] | None = None,
        valid_classes: tuple[type, ...] | None = None,
        key_type: bool | None = None,
    ) -> None:
        self.valid_classes = valid_classes
        self.key_type = key_type
        super().__init__(msg, path_to_item)


class ApiValueError(_ArgumentError, ValueError):
    """An argument or a setting has a value that cannot be used; nothing was sent."""


class ApiAttributeError(_ArgumentError, AttributeError):
    """A setting of that name does not exist."""


class ApiKeyError(_ArgumentError, KeyError):
    """A key does not exist."""


class ApiException(OpenApiException):
    """A call did not end with an answer that can be used.

    Args:
        status: The status code of the answer; 0 where none came.
        reason: The text beside the status code, or what happened.
        http_resp: An answer from which status, reason, headers and body are taken where they
            are not given.
        body: The body as text.
        data: The body as a model where the service documents one, else as parsed JSON, else None.
        headers: The headers of the answer, cookies left out.
        request_id: The service's own name for the request, for its support.
        raw_data: The body as it came.
        request: What was asked, how often, and for how long.
        retry_after: How many seconds the service asked to wait, or None.
    """

    last: Any = None
    """What a wait had seen last when this error ended it; None outside of a wait, and before a poll succeeded."""

    polls: int = 0
    """How many polls a wait had made when this error ended it; 0 outside of a wait."""

    waited: float = 0.0
    """How long that wait took, in seconds."""

    hint: str | None = None
    """What to do about it, where the class of the error says."""

    def __init__(
        self,
        status: int | None = None,
        reason: str | None = None,
        http_resp: HttpResponse | None = None,
        *,
        body: str | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
        raw_data: bytes | None = None,
        request: RequestInfo | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(status, reason)
        if http_resp is not None:
            status = http_resp.status if status is None else status
            reason = http_resp.reason if reason is None else reason
            headers = http_resp.headers if headers is None else headers
            raw_data = http_resp.data if raw_data is None else raw_data
            body = raw_data.decode(errors="replace") if body is None else body
        self.status = status
        self.reason = reason
        self.body = body
        self.data = data
        self.headers = headers
        self.request_id = request_id
        self.raw_data = raw_data
        self.request = request
        self.retry_after = retry_after
        self.retryable = not (isinstance(status, int) and status in _PERMANENT_STATUSES)
        """Whether the same request may fare better later, with nothing changed on this side."""

    @property
    def attempts(self) -> int:
        """How many times the request was sent, or tried to be sent; 0 where that is not known."""
        return self.request.attempts if self.request else 0

    @classmethod
    def from_response(cls, *, http_resp: HttpResponse, body: str | None, data: Any) -> ApiException:
        """Make the error that an answer stands for.

        Args:
            http_resp: The answer.
            body: Its body as text.
            data: Its body as a model or as parsed JSON.

        Returns:
            An error of the class that the status has in this family.
        """
        return exception_class(http_resp.status)(http_resp=http_resp, body=body, data=data)

    def __str__(self) -> str:
        text = self._what_happened()
        if self.request:
            text = f"{self.request.method} {_shortened(self.request.url)}: {text}"
        details = self._details()
        if details:
            text = f"{text} ({', '.join(details)})"
        return escaped(f"{text}. {self.hint}" if self.hint else text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    @property
    def problem(self) -> str:
        """What happened, without the request that it happened to."""
        return escaped(self._what_happened())

    def _what_happened(self) -> str:
        words = [_shortened(str(part)) for part in (self.status or None, self.reason) if part]
        said = service_text(self.data, self.body) if (self.status or 0) >= 400 else ""
        if self.reason and f"{said}: ".casefold().startswith(f"{self.reason}: ".casefold()):
            said = said[len(self.reason) + 2 :]  # the service repeats the text beside the status
        return f"{' '.join(words)}: {said}" if said else " ".join(words) or "unknown error"

    def _details(self) -> list[str]:
        seen = getattr(self.last, "status", None)
        details = [f"in the middle of a wait, last seen {seen}"] if seen else []
        details += [f"{_counted(self.polls)} in {self.waited:.1f} s"] if self.polls else []
        details += [f"request id {self.request_id}"] if self.request_id else []
        if self.request:
            plural = "" if self.request.attempts == 1 else "s"
            effort = [f"{self.request.attempts} attempt{plural}", f"{self.request.seconds:.1f} s"]
            details += [] if self.polls else effort  # of a wait, its polls and its time are said, not the last call's
            details += ["not retried, since too many requests fail"] if self.request.is_budget_spent else []
        if self.headers and "location" in self.headers:
            details.append(f"redirected to {self.headers['location']}, which is not followed")
        if self.retry_after is not None:
            details.append(f"asked to wait {self.retry_after:g} s")
        return [_shortened(detail) for detail in details]


class BadRequestException(ApiException):
    """400: the service did not accept the arguments."""


class UnauthorizedException(ApiException):
    """401: the token is missing, wrong or expired."""

    hint = "Check the access token: it is missing, wrong or expired"


class ForbiddenException(ApiException):
    """403: the token may not do this."""

    hint = "The token may not use this organisation or lacks a scope; check the organisation's name and the scopes"


class NotFoundException(ApiException):
    """404: no such thing, or no longer."""

    hint = "Check the name; executions and orchestrations are kept for 24 hours"


class ConflictException(ApiException):
    """409: the request does not fit the present state."""


class UnprocessableEntityException(ApiException):
    """422: the service understood the request and cannot follow it."""


class TooManyRequestsException(ApiException):
    """429: more requests than the service takes; ``retry_after`` says how long to wait."""

    hint = "Send fewer requests"


class ServiceException(ApiException):
    """500 to 599: the service failed."""


class ApiConnectionException(ApiException, ConnectionError):
    """The connection could not be made, or broke; ``status`` is 0."""


class ApiTimeoutException(ApiException, TimeoutError):
    """A time limit passed; ``status`` is 0."""


class ApiResponseException(ApiException):
    """An answer came that cannot be used; ``status``, ``headers`` and ``body`` are its own."""

    def _what_happened(self) -> str:
        reason = _shortened(self.reason or "unusable", _LONGEST_REASON)
        return f"{self.status}, but {reason}" if self.status else reason


class WaitException(OpenApiException):
    """A wait ended badly.

    Args:
        message: What happened.
        identifier: What was waited for.
        last: The last model seen, or None.
        waited: How long, in seconds.
        polls: How many requests asked for its status; in a batch, the list requests count for each execution.
    """

    def __init__(
        self, message: str, *, identifier: str = "", last: Any = None, waited: float = 0.0, polls: int = 0
    ) -> None:
        super().__init__(message)
        self.message = message
        self.identifier = identifier
        self.last = last
        self.waited = waited
        self.polls = polls

    def __str__(self) -> str:
        effort = f"{_counted(self.polls)} in {self.waited:.1f} s"
        return escaped(f"{_shortened(self.identifier)}: {_shortened(self.message, _LONGEST_REASON)} ({effort})")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class WaitTimeoutException(WaitException, TimeoutError):
    """A wait reached its limit before there was an end to see."""


class WaitCancelledException(WaitException):
    """The event that was given as ``cancel`` was set before there was an end to see."""


class ExecutionFailedException(WaitException):
    """The execution that was waited for has failed; ``last`` is its model, ``last.error`` the service's reason."""


class OrchestrationFailedException(WaitException):
    """The orchestration that was waited for has failed; ``last`` is its model, ``last.error`` the service's reason."""


_CLASS_BY_STATUS: Mapping[int, type[ApiException]] = {
    400: BadRequestException,
    401: UnauthorizedException,
    403: ForbiddenException,
    404: NotFoundException,
    409: ConflictException,
    422: UnprocessableEntityException,
    429: TooManyRequestsException,
}


def exception_class(status: int) -> type[ApiException]:
    """Find the class of the error that a status stands for.

    Args:
        status: An HTTP status code, RFC 9110 section 15.

    Returns:
        The class for this very status, else the one for its hundred, else ``ApiException``.
    """
    fallback = ServiceException if 500 <= status <= 599 else ApiException
    return _CLASS_BY_STATUS.get(status, fallback)


def render_path(path: Iterable[str | int]) -> str:
    """Write the way to a value as Python would: ``['tools'][0]['name']``.

    Args:
        path: Keys and indices, outermost first.

    Returns:
        The path as text.
    """
    return "".join(f"[{part!r}]" for part in path)


def service_text(data: Any, body: str | None) -> str:
    """Find what the service itself says went wrong.

    Args:
        data: The body as a model or as parsed JSON.
        body: The body as text.

    Returns:
        The texts under ``error`` and ``message`` and the first under ``errors``, each once; where there are
        none, the start of a body that is no web page. 300 characters at most.
    """
    parsed: Any = data.to_dict() if hasattr(data, "to_dict") else data
    said = ": ".join(_said(parsed))
    if said:
        return _shortened(said)
    text = (body or "").strip()
    return "" if text.startswith("<") else _shortened(text)


def error_text(value: object) -> str:
    """Write what the service gives as the reason of a failure as one line, whatever its type.

    Args:
        value: The value of an ``error`` field.

    Returns:
        Text as it is; of an object what ``service_text`` finds in it; else JSON. 300 characters at most.
    """
    if value is None:
        return ""
    said = value if isinstance(value, str) else ": ".join(_said(value))
    return _shortened(" ".join((said or json.dumps(value, ensure_ascii=False, default=str)).split()))


def _said(value: object, depth: int = 3) -> list[str]:
    """List what an error's body says, with no text twice; objects inside are read to some depth."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    if not is_object(value) or not depth:
        return []
    texts = [text for key in ("error", "message") for text in _said(value.get(key), depth - 1)]
    texts += _first_of_errors(value.get("errors"), depth - 1)
    return [text for place, text in enumerate(texts) if not any(text in other for other in _others(texts, place))]


def _others(texts: list[str], place: int) -> list[str]:
    """List the texts that a text at a place may repeat: all longer ones, and equal ones before it."""
    text = texts[place]
    return [other for at, other in enumerate(texts) if len(other) > len(text) or (at < place and other == text)]


def _first_of_errors(errors: object, depth: int) -> list[str]:
    """Read the first of the errors that a body lists, by fields as Laravel does, or in an array."""
    if is_object(errors) and errors:
        field, first = next(iter(errors.items()))
        found = _first_of_errors(first, depth) if is_array(first) else _said(first, depth)
        return [f"{field}: {found[0]}"] if found else []
    return _said(errors[0], depth) if is_array(errors) and errors else []


def escaped(text: str) -> str:
    """Make text from outside harmless for a terminal and a log.

    Args:
        text: Any text.

    Returns:
        The text on one line, control characters written as Python escapes.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def without_query(text: str) -> str:
    """Cut the query, which may hold a signature, off an address.

    Args:
        text: Any text.

    Returns:
        The text, with an ellipsis in place of the query where it is an address that has one.
    """
    is_address = text[:8].lower().startswith(("http://", "https://"))
    return f"{text.partition('?')[0]}?…" if is_address and "?" in text else text


def _counted(polls: int) -> str:
    return "1 poll" if polls == 1 else f"{polls} polls"


def _shortened(text: str, longest: int = _MESSAGE_LENGTH) -> str:
    """Cut a text from outside, which an address in it must not survive without its end."""
    clean = without_signatures(text[:_LONGEST_SEARCHED])
    return clean if len(clean) <= longest and len(text) <= _LONGEST_SEARCHED else f"{clean[:longest]}…"
