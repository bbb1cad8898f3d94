"""From an operation and its arguments to a request, and from the answer to a model or an error."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self, TypedDict, TypeVar

from quantcdn import _checks
from quantcdn._failures import Failure
from quantcdn._version import __version__
from quantcdn.api_response import ApiResponse
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiException, ApiResponseException, ApiTypeError, ApiValueError
from quantcdn.models._model import Model
from quantcdn.operation import Operation
from quantcdn.rest import RESTClientObject, RESTResponse
from quantcdn.timeout import Timeout, TimeoutSetting

T = TypeVar("T", bound=Model)


class RequestOptions(TypedDict, total=False):
    """What can be said of a single call."""

    _request_timeout: TimeoutSetting | Timeout | None
    """Seconds for the whole call; or a pair for connecting and for each silence; or limits."""
    _request_auth: Mapping[str, Any] | None
    """``{"in": "header", "key": …, "value": …}`` in place of the token; ``in`` may be ``cookie``."""
    _content_type: str | None
    """The header ``Content-Type``."""
    _headers: Mapping[str, str] | None
    """Headers that win over all others."""
    _host_index: int | None
    """0 or 1, for one of the service's own hosts in place of the configured one."""


class ApiClient:
    """A client: settings and the connections made by them.

    Leave it by ``close`` or a ``with`` block. One client serves many threads.

    Args:
        configuration: The settings, or None for ``Configuration.get_default()``.
        header_name: A header that every request gets, or None.
        header_value: Its value.
        cookie: The header ``Cookie`` that every request gets, or None.

    Raises:
        ApiValueError: A header cannot be sent, or a file or proxy of the settings cannot be used.
    """

    _default: ClassVar[ApiClient | None] = None

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | None = None,
        cookie: str | None = None,
    ) -> None:
        self.configuration = Configuration.get_default() if configuration is None else configuration
        self.default_headers: dict[str, str] = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"quantcdn/{__version__} Python/{platform.python_version()}",
        }
        if header_name is not None:
            self.set_default_header(header_name, header_value)
        if cookie is not None:
            self.set_default_header("Cookie", cookie)
        self.rest_client = RESTClientObject(self.configuration)

    @property
    def user_agent(self) -> str:
        """The header ``User-Agent`` of every request."""
        return self.default_headers["User-Agent"]

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self.set_default_header("User-Agent", value)

    def set_default_header(self, header_name: str, header_value: str | None) -> None:
        """Set a header that every request gets.

        Args:
            header_name: The header's name.
            header_value: Its value.

        Raises:
            ApiTypeError: One of them is not text.
            ApiValueError: One of them cannot be sent in a header; the message does not show it.
        """
        _set_header(self.default_headers, header_name, header_value)

    @classmethod
    def get_default(cls) -> ApiClient:
        """Get the client that an API object made without one uses.

        Returns:
            The one that was set; a new one where none was.
        """
        if ApiClient._default is None:
            ApiClient._default = cls()
        return ApiClient._default

    @classmethod
    def existing_default(cls) -> ApiClient | None:
        """Get the client that an API object made without one uses, and make none.

        Returns:
            The one that was set or made; None where there is none, or it is closed.
        """
        default = ApiClient._default
        return None if default is None or default.rest_client.is_closed else default

    @classmethod
    def set_default(cls, default: ApiClient | None) -> None:
        """Set the client that an API object made without one uses.

        Args:
            default: The client, or None to forget the present one.
        """
        ApiClient._default = default

    def close(self) -> None:
        """Close all connections; calls under way finish, and a later call is refused."""
        self.rest_client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        # Sockets and locks cannot travel to another process; the settings can.
        return {name: value for name, value in self.__dict__.items() if name != "rest_client"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy shares the settings, as two clients made from them do, but neither headers nor sockets.
        self.__dict__.update(state, default_headers=dict(state["default_headers"]))
        self.rest_client = RESTClientObject(self.configuration)

    def call(self, operation: Operation[T], arguments: Mapping[str, object], options: RequestOptions) -> ApiResponse[T]:
        """Call an endpoint and read its answer.

        Args:
            operation: The endpoint.
            arguments: Its arguments by their Python names.
            options: What is said of this call alone.

        Returns:
            The answer with its model.

        Raises:
            ApiTypeError: An argument or option is of a wrong type; nothing was sent.
            ApiValueError: An argument or option has a value that cannot be used; nothing was sent.
            ApiException: The call did not end with an answer that can be used.
        """
        response = self.send(operation, arguments, options)
        if not 200 <= response.status <= 299:
            raise _error(operation, response)
        model = _read(operation.model, response)
        if operation.identifier is not None:
            _check_identifier(operation.identifier, arguments, model, response)
        return ApiResponse(response.status, response.headers, model, response.data)

    def send(
        self,
        operation: Operation[Any],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        preload: bool = True,
    ) -> RESTResponse:
        """Call an endpoint and leave its answer as it is.

        Args:
            operation: The endpoint.
            arguments: Its arguments by their Python names.
            options: What is said of this call alone.
            preload: Whether the body is read before the answer is returned.

        Returns:
            The answer, whatever its status.

        Raises:
            ApiTypeError: An argument or option is of a wrong type; nothing was sent.
            ApiValueError: An argument or option has a value that cannot be used; nothing was sent.
            ApiException: No answer came.
        """
        unknown = options.keys() - RequestOptions.__optional_keys__
        if unknown:
            raise ApiTypeError(f"{operation.name} has no option {sorted(unknown)[0]!r}")
        configuration = self.configuration
        target = operation.target(arguments, check_bounds=configuration.client_side_validation)
        host = configuration.get_host_from_settings(options.get("_host_index"))
        timeout = configuration.timeout.changed(options.get("_request_timeout"))
        headers = self._headers(options)
        response = self.rest_client.request(operation.method, host, target, headers, timeout=timeout, preload=preload)
        if response.status != 401 or not self._has_token_function(options):
            return response
        if response.request.seconds >= timeout.total:
            return response
        response.close()
        # The function may have returned a token that has just expired: it is asked for a new one, once.
        headers = self._headers(options)
        return self.rest_client.request(
            operation.method, host, target, headers, timeout=timeout, preload=preload, after=response
        )

    def _has_token_function(self, options: RequestOptions) -> bool:
        return callable(self.configuration.access_token) and not options.get("_request_auth")

    def _headers(self, options: RequestOptions) -> dict[str, str]:
        headers = self.default_headers.copy()
        auth = _checks.mapping("_request_auth", options.get("_request_auth"))
        if not auth:
            token = self.configuration.token()
            if token is not None:
                headers["Authorization"] = f"Bearer {token}"
        else:
            _set_header(headers, *_auth_header(auth))
        content_type = options.get("_content_type")
        if content_type is not None:
            _set_header(headers, "Content-Type", content_type)
        for name, value in _checks.mapping("_headers", options.get("_headers")).items():
            _set_header(headers, name, value)
        return headers


def _set_header(headers: dict[str, str], name: object, value: object) -> None:
    """Set a header; one of the same name in other letter case gives way."""
    checked_name, checked_value = _checks.header(name, value)
    for known in [known for known in headers if known.lower() == checked_name.lower()]:
        del headers[known]
    headers[checked_name] = checked_value


def _auth_header(auth: Mapping[str, object]) -> tuple[object, object]:
    if auth.get("in") == "header":
        return auth.get("key"), auth.get("value")
    if auth.get("in") == "cookie":
        return "Cookie", auth.get("value")
    raise ApiValueError("_request_auth needs 'in' ('header' or 'cookie'), 'key' and 'value'")


def _read(model: type[T], response: RESTResponse) -> T:
    try:
        return model.from_json(response.data)
    except ApiValueError as error:
        problem = str(error)
    raise response.unusable(_why_unusable(response.data, problem))


def _error(operation: Operation[Any], response: RESTResponse) -> ApiException:
    return response.failed(_error_data(operation.errors.get(response.status), response.public_data()))


def _error_data(model: type[Model] | None, raw: bytes) -> Any:
    """Read an error's body as the documented model, else as JSON, else not at all."""
    try:
        return json.loads(raw) if model is None else model.from_json(raw)
    except (ValueError, RecursionError):
        return None if model is None else _error_data(None, raw)


def _why_unusable(raw: bytes, problem: str) -> Failure:
    if not raw.strip():
        problem = "the answer is empty"
    elif raw.lstrip()[:1] == b"<":
        problem = "the answer is a web page and no JSON; it may come from a proxy or a login page"
    return Failure(ApiResponseException, problem)


def _check_identifier(name: str, arguments: Mapping[str, object], model: Model, response: RESTResponse) -> None:
    if getattr(model, name) != arguments[name]:
        raise response.unusable(Failure(ApiResponseException, f"the answer is about another {name}"))
