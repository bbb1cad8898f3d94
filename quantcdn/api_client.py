"""From an operation and its arguments to a request, and from the response to a model or an error."""

from __future__ import annotations

import copy
import platform
from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from typing_extensions import Unpack

from quantcdn import _validation
from quantcdn._clock import TimeSource as TimeSource  # the type of a public property
from quantcdn._configuration import options as client_options
from quantcdn._configuration.options import ClientOptions as ClientOptions
from quantcdn._configuration.options import RequestOptions as RequestOptions
from quantcdn._display.mixin import DisplayMixin
from quantcdn._generated.methods import GeneratedMethods
from quantcdn._portability import ProcessLock
from quantcdn._secrets import Secret, hidden, hidden_options, hide_authorising
from quantcdn._transport.errors import Failure
from quantcdn._transport.headers import has_header, remove_header, set_authorisation, set_header
from quantcdn._version import __version__
from quantcdn.api_response import ApiResponse
from quantcdn.configuration import ORGANIZATION_VARIABLES, Configuration
from quantcdn.exceptions import ApiResponseException, ApiTypeError, ApiValueError
from quantcdn.models._base import Model
from quantcdn.operation import Operation, mixed_up, read_response
from quantcdn.rest import SAFE_METHODS, RESTClientObject, RESTResponse

if TYPE_CHECKING:
    from quantcdn.api.organisation_api import OrganisationApi

T = TypeVar("T", bound=Model)

_DEFAULT_LOCK = ProcessLock()


class ApiClient(DisplayMixin, GeneratedMethods):
    """A client: settings and the connections made by them.

    Leave it by ``close`` or a ``with`` block. One client serves many threads.

    Args:
        configuration: The settings, or None for ``Configuration.get_default()``.
        header_name: A header that every request gets, or None.
        header_value: Its value.
        cookie: The header ``Cookie`` that every request gets, or None.

    Raises:
        ApiTypeError: The settings are no ``Configuration``, or a header is no text.
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
        header_name, header_value, cookie = hidden(header_name), hidden(header_value), hidden(cookie)
        chosen: object = Configuration.get_default() if configuration is None else configuration
        if not isinstance(chosen, Configuration):
            raise ApiTypeError(f"ApiClient takes a Configuration, not {type(chosen).__name__}")
        self.configuration = chosen
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
    def clock(self) -> TimeSource:
        """Where retries and waits take time and chance from."""
        return self.rest_client.clock

    @clock.setter
    def clock(self, value: TimeSource) -> None:
        given: object = value
        if not isinstance(given, TimeSource):
            raise ApiTypeError(f"clock takes a TimeSource, not {type(given).__name__}")
        self.rest_client.clock = value

    @property
    def user_agent(self) -> str:
        """The header ``User-Agent`` of every request."""
        return self.default_headers["User-Agent"]

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self.set_default_header("User-Agent", value)

    def set_default_header(self, header_name: str, header_value: str | None) -> None:
        """Set a header that every request gets; ``Authorization`` takes the place of the configured token.

        Args:
            header_name: The header's name.
            header_value: Its value.

        Raises:
            ApiTypeError: One of them is not text.
            ApiValueError: One of them cannot be sent in a header; the message does not show it.
        """
        header_name, header_value = hidden(header_name), hidden(header_value)
        set_header(self.default_headers, header_name, header_value)

    @classmethod
    def get_default(cls) -> ApiClient:
        """Get the client that an API object made without one uses.

        Returns:
            The one that was set; a new one where none was, and a new one with its settings and headers
            where it is closed.
        """
        with _DEFAULT_LOCK.of_process():
            default = ApiClient._default
            if default is None:
                default = ApiClient._default = cls()
            elif default.rest_client.is_closed:
                default = ApiClient._default = copy.copy(default)
            return default

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

        Raises:
            ApiTypeError: It is neither.
        """
        if default is not None and not isinstance(default, ApiClient):
            raise ApiTypeError(f"set_default takes an ApiClient or None, not {type(default).__name__}")
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
        settings = {name: value for name, value in self.__dict__.items() if name != "rest_client"}
        return {**settings, "clock": self.clock}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy shares the settings, as two clients made from them do, but neither headers nor sockets.
        settings = {name: value for name, value in state.items() if name != "clock"}
        self.__dict__.update(settings, default_headers=dict(state["default_headers"]))
        self.rest_client = RESTClientObject(self.configuration, state["clock"])

    def with_options(self, /, **options: Unpack[ClientOptions]) -> Self:
        """Make a light copy with some options of its own.

        It shares connections, retry budget and rate limit with this client, has this client's settings and headers
        as they are now, and is not changed by what is changed here later. So ``host`` and ``access_token`` of a copy
        always belong together, however many threads make copies.

        Args:
            **options: ``host`` or ``server_index``, ``access_token``, ``organisation``, ``timeout``, ``retries``,
                ``headers``, ``rate_limit``, and every other setting of ``Configuration`` that needs no connections
                of its own. ``headers`` are added to those that every request gets; an ``access_token`` takes the
                place of their ``Authorization``.

        Returns:
            The copy. Closing it, or leaving its ``with`` block, closes no connection: it refuses further calls, and
            the client goes on. Closing the client closes the connections for all copies.

        Raises:
            ApiTypeError: There is no such option, it needs connections of its own, or it is of a wrong type.
            ApiValueError: An option has a value that cannot be used.
        """
        hide_authorising(options)
        client_options.check_names(self.configuration, options)
        configuration = client_options.with_options(self.configuration, options)
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__, configuration=configuration, default_headers=self.default_headers.copy())
        if "access_token" in options:
            remove_header(twin.default_headers, "Authorization")  # which would take the place of this token
        for name, value in _validation.mapping("headers", options.get("headers")).items():
            set_header(twin.default_headers, name, value)
        twin.rest_client = self.rest_client.with_configuration(configuration, own_rate_limit="rate_limit" in options)
        return twin

    def organisation(self, name: str | None = None) -> OrganisationApi:
        """Get the endpoints and waits of one organisation, which their methods then need not be told.

        Args:
            name: The organisation's name, or None for the configured one.

        Returns:
            The methods of ``AIToolsApi`` without their first parameter.

        Raises:
            ApiTypeError: The name is not text.
            ApiValueError: It cannot be used, or there is none.
        """
        # They stand above this module.
        from quantcdn.api.ai_tools_api import AIToolsApi
        from quantcdn.api.organisation_api import OrganisationApi

        chosen = self.configuration.organisation if name is None else name
        if chosen is None:
            raise ApiValueError(
                f"no organisation: give its name, set Configuration.organisation, or set {ORGANIZATION_VARIABLES[0]} "
                "for Configuration.from_env"
            )
        return OrganisationApi(AIToolsApi(self), chosen)

    def call(self, operation: Operation[T], arguments: Mapping[str, object], options: RequestOptions) -> ApiResponse[T]:
        """Call an endpoint and read its response.

        Args:
            operation: The endpoint.
            arguments: Its arguments by their Python names.
            options: Those of this call alone.

        Returns:
            The response with its model.

        Raises:
            ApiTypeError: An argument or option is of a wrong type; nothing was sent.
            ApiValueError: An argument or option has a value that cannot be used; nothing was sent.
            ApiException: The call did not end with a response that can be used.
        """
        if options:
            options = hidden_options(options)
        settings = self.configuration.__copy__()
        response = self._send(settings, operation, arguments, options)
        model = read_response(operation, response)
        problem = mixed_up(operation, arguments, model) if settings.verify_identifiers else None
        if problem is not None and response.reused and operation.method in SAFE_METHODS:
            # What an earlier request on that connection left behind may have come in place of the response.
            del model, problem  # tracebacks keep local variables, and these may repeat what authorises the request
            self.rest_client.close_idle()
            response = self._send(settings, operation, arguments, options, after=response)
            model = read_response(operation, response)
            problem = mixed_up(operation, arguments, model) if settings.verify_identifiers else None
        if problem is not None:
            error = response.unusable(Failure(ApiResponseException, problem))
            del model, problem  # as above
            raise error
        return ApiResponse(status_code=response.status, headers=response.headers, data=model, raw_data=response.data)

    def send(
        self,
        operation: Operation[Any],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        preload: bool = True,
    ) -> RESTResponse:
        """Call an endpoint and leave its response as it is.

        Args:
            operation: The endpoint.
            arguments: Its arguments by their Python names.
            options: Those of this call alone.
            preload: Whether the body is read before the response is returned.

        Returns:
            The response, whatever its status.

        Raises:
            ApiTypeError: An argument or option is of a wrong type; nothing was sent.
            ApiValueError: An argument or option has a value that cannot be used; nothing was sent.
            ApiException: No response came.
        """
        if options:
            options = hidden_options(options)
        return self._send(self.configuration.__copy__(), operation, arguments, options, preload=preload)

    def _send(
        self,
        settings: Configuration,
        operation: Operation[Any],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        preload: bool = True,
        after: RESTResponse | None = None,
    ) -> RESTResponse:
        """Send, in a call that ``after`` may have begun: its limit and its attempts go on.

        The settings are of one moment: another thread that changes them does not get the token of one tenant sent
        to the host of another.
        """
        _check_call(operation, arguments, options)
        target = operation.target(arguments, check_bounds=settings.client_side_validation)
        host = settings.get_host_from_settings(options.get("_host_index"))
        timeout = settings.timeout.changed(options.get("_request_timeout"))
        auth = _validation.mapping("_request_auth", options.get("_request_auth"))
        headers = self._headers(auth, options)
        needs_token = not auth and not has_header(headers, "authorization")
        if needs_token:
            _set_token(headers, settings)
        key = auth.get("key")
        request = partial(
            self.rest_client.request,
            operation.method,
            host,
            target,
            headers,
            timeout=timeout,
            preload=preload,
            private=(key,) if isinstance(key, str) else (),  # it authorises, whatever its name
        )
        response = request(after=after)
        if response.status != 401 or not needs_token or not callable(settings.access_token):
            return response
        if response.request.seconds >= timeout.total:
            return response
        response.close()
        # The function may have returned a token that has just expired: it is asked for a new one, once.
        _set_token(headers, settings)
        return request(after=response)

    def _headers(self, auth: Mapping[str, object], options: RequestOptions) -> dict[str, str]:
        """Make the headers of a call, without the token."""
        headers = self.default_headers.copy()
        if auth:
            set_authorisation(headers, auth)
        content_type = options.get("_content_type")
        if content_type is not None:
            set_header(headers, "Content-Type", content_type)
        for name, value in _validation.mapping("_headers", options.get("_headers")).items():
            set_header(headers, name, value)
        return headers


def _set_token(headers: dict[str, str], settings: Configuration) -> None:
    token = settings.token()
    if token is not None:
        headers["Authorization"] = Secret(f"Bearer {token}")


def _check_call(operation: object, arguments: object, options: object) -> None:
    """Check what an endpoint is called with: the types, and the names of options."""
    if not isinstance(operation, Operation):
        raise ApiTypeError(f"operation takes an Operation, not {type(operation).__name__}")
    _validation.required_mapping("arguments", arguments)
    for name in _validation.required_mapping("options", options):
        if name not in RequestOptions.__optional_keys__:
            raise ApiTypeError(f"{operation.name} has no option {_validation.shown(name)}")
