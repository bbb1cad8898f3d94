"""The one family of errors that this client raises, and the table from status to class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from quantcdn._display.formats import count
from quantcdn._display.mixin import DisplayMixin
from quantcdn._display.text import escaped, service_text, truncated
from quantcdn._display.text import render_path as render_path

if TYPE_CHECKING:
    from quantcdn.models import GetAIOrchestrationStatus200Response, GetAIToolExecutionStatus200Response

_Error = TypeVar("_Error", bound="OpenApiException")

_LONGEST_REASON = 1_000

# What sending the same request again does not mend; a redirect is one too, since none is followed.
_PERMANENT_STATUSES = frozenset({*range(300, 400), 400, 401, 403, 404, 410, 422})


class HttpResponse(Protocol):
    """What an error reads of a response that it is made from."""

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
    """The request that an error is about, its attempts, and its duration."""

    method: str
    """The HTTP method."""
    url: str
    """Scheme, host and path; never a query, which may hold a signature."""
    attempts: int = 1
    """How many times the request was sent, or could not be sent."""
    seconds: float = 0.0
    """The duration of the whole call in seconds, pauses included."""
    is_budget_spent: bool = False
    """Whether it was not retried because too many requests of the client had failed."""


class OpenApiException(DisplayMixin, Exception):
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
    """A call did not end with a response that can be used.

    Args:
        status: The status code of the response; 0 where there was none.
        reason: The text beside the status code, or what happened.
        http_resp: A response from which status, reason, headers and body are taken where they
            are not given.
        body: The body as text.
        data: The body as a model where the service documents one, else as parsed JSON, else None.
        headers: The headers of the response, cookies left out.
        request_id: The service's own name for the request, for its support.
        raw_data: The body as it was received.
        request: The request, its attempts and its duration.
        retry_after: How many seconds the service asked to wait, or None.
    """

    last: Any = None
    """The last model that a wait had seen; None outside of a wait, and before a poll succeeded."""

    polls: int = 0
    """How many polls a wait had made when this error ended it; 0 outside of a wait."""

    waited: float = 0.0
    """The duration of that wait, in seconds."""

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
        """Whether the same request may succeed later, with nothing changed on this side."""

    @property
    def attempts(self) -> int:
        """How many times the request was sent, or could not be sent; 0 where that is not known."""
        return self.request.attempts if self.request else 0

    @classmethod
    def from_response(cls, *, http_resp: HttpResponse, body: str | None, data: Any) -> ApiException:
        """Make the error that a response stands for.

        Args:
            http_resp: The response.
            body: Its body as text.
            data: Its body as a model or as parsed JSON.

        Returns:
            An error of the class that the status has in this family.
        """
        return exception_class(http_resp.status)(http_resp=http_resp, body=body, data=data)

    def __str__(self) -> str:
        text = self._what_happened()
        if self.request:
            text = f"{self.request.method} {truncated(self.request.url)}: {text}"
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
        words = [truncated(str(part)) for part in (self.status or None, self.reason) if part]
        said = service_text(self.data, self.body) if (self.status or 0) >= 400 else ""
        if self.reason and f"{said}: ".casefold().startswith(f"{self.reason}: ".casefold()):
            said = said[len(self.reason) + 2 :]  # the service repeats the text beside the status
        return f"{' '.join(words)}: {said}" if said else " ".join(words) or "unknown error"

    def _details(self) -> list[str]:
        seen = getattr(self.last, "status", None)
        details = [f"in the middle of a wait, last seen {seen}"] if seen else []
        details += [f"{count(self.polls, 'poll')} in {self.waited:.1f} s"] if self.polls else []
        details += [f"request id {self.request_id}"] if self.request_id else []
        if self.request:
            effort = [count(self.request.attempts, "attempt"), f"{self.request.seconds:.1f} s"]
            details += [] if self.polls else effort  # of a wait, its polls and its time are said, not the last call's
            details += ["not retried, since too many requests fail"] if self.request.is_budget_spent else []
        if self.headers and "location" in self.headers:
            details.append(f"redirected to {self.headers['location']}, which is not followed")
        if self.retry_after is not None:
            details.append(f"asked to wait {self.retry_after:g} s")
        return [truncated(detail) for detail in details]


class BadRequestException(ApiException):
    """400: the service did not accept the arguments."""


class UnauthorizedException(ApiException):
    """401: the token is missing, wrong or expired."""

    hint = "Check the access token: it is missing, wrong or expired"


class ForbiddenException(ApiException):
    """403: the token may not do this."""

    hint = "The token may not use this organisation or lacks a scope; check the organisation's name and the scopes"


class NotFoundException(ApiException):
    """404: there is no such thing, or no longer."""

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
    """A response that cannot be used; ``status``, ``headers`` and ``body`` are its own."""

    def _what_happened(self) -> str:
        reason = truncated(self.reason or "unusable", _LONGEST_REASON)
        return f"{self.status}, but {reason}" if self.status else reason


class WaitException(OpenApiException):
    """A wait did not end with success.

    Args:
        message: What happened.
        identifier: What was waited for.
        last: The last model seen, or None.
        waited: The duration of the wait, in seconds.
        polls: How many requests were sent for its status; in a batch, the list requests count for each execution.
    """

    last: GetAIToolExecutionStatus200Response | GetAIOrchestrationStatus200Response | None
    """The last model seen, or None."""

    def __init__(
        self,
        message: str,
        *,
        identifier: str = "",
        last: GetAIToolExecutionStatus200Response | GetAIOrchestrationStatus200Response | None = None,
        waited: float = 0.0,
        polls: int = 0,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.identifier = identifier
        self.last = last
        self.waited = waited
        self.polls = polls

    def __str__(self) -> str:
        effort = f"{count(self.polls, 'poll')} in {self.waited:.1f} s"
        return escaped(f"{truncated(self.identifier)}: {truncated(self.message, _LONGEST_REASON)} ({effort})")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class WaitTimeoutException(WaitException, TimeoutError):
    """A wait reached its timeout before a terminal status."""


class WaitCancelledException(WaitException):
    """The event that was given as ``cancel`` was set before a terminal status."""


class ExecutionFailedException(WaitException):
    """The execution that was waited for has failed; ``last`` is its model, ``last.error`` the service's reason."""

    last: GetAIToolExecutionStatus200Response  # pyright: ignore[reportIncompatibleVariableOverride] # nobody assigns another


class OrchestrationFailedException(WaitException):
    """The orchestration that was waited for has failed; ``last`` is its model, ``last.error`` the service's reason."""

    last: GetAIOrchestrationStatus200Response  # pyright: ignore[reportIncompatibleVariableOverride] # nobody assigns another


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
