"""The steps of a generated ``ApiClient``, kept for scripts that call endpoints by them."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from quantcdn import _validation
from quantcdn._secrets import Secret, hidden
from quantcdn._transport.errors import Failure
from quantcdn._transport.headers import find_header, set_authorisation, set_header
from quantcdn._types import is_collection
from quantcdn.api_response import ApiResponse
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiResponseException, ApiTypeError, ApiValueError
from quantcdn.rest import RESTClientObject, RESTResponse
from quantcdn.timeout import Timeout, TimeoutSetting

if TYPE_CHECKING:
    from quantcdn._generated.serialization import Parameters

SerializedRequest = tuple[str, str, dict[str, str], Any, Any]
"""Method, URL, headers, body and form parameters, as ``call_api`` takes them."""

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "POST", "PUT", "PATCH"})


class GeneratedMethods:
    """The way to an endpoint that this client lacks, in the steps that a generated client takes.

    ``param_serialize`` makes a request, ``call_api`` sends it, and ``response_deserialize`` makes a model or an error
    of the response. What they need is imported with the first call, since few programs make one.
    """

    configuration: Configuration
    default_headers: dict[str, str]
    rest_client: RESTClientObject

    def param_serialize(
        self,
        method: str,
        resource_path: str,
        path_params: Parameters | None = None,
        query_params: Parameters | None = None,
        header_params: Mapping[str, Any] | None = None,
        body: object = None,
        post_params: object = None,
        files: object = None,
        auth_settings: Collection[str] | None = None,
        collection_formats: Mapping[str, str] | None = None,
        _host: str | None = None,
        _request_auth: Mapping[str, Any] | None = None,
    ) -> SerializedRequest:
        """Make a request of parameters.

        Args:
            method: GET, HEAD, OPTIONS, DELETE, POST, PUT or PATCH.
            resource_path: The path below the configured host, with ``{name}`` for path parameters.
            path_params: The path parameters; each is one segment, percent-encoded.
            query_params: The query parameters; a list is repeated or joined as ``collection_formats`` says.
            header_params: Headers, which win over the client's own and over the token.
            body: The request body: models, mappings, lists and plain values.
            post_params: None; this client sends no forms.
            files: None; this client sends no files.
            auth_settings: ``["BearerAuth"]`` to send the configured token.
            collection_formats: ``multi``, ``csv``, ``ssv``, ``tsv`` or ``pipes`` by a parameter's name.
            _host: The configured host or None; the token goes to no other.
            _request_auth: A header in place of the token, as calls of endpoints take it.

        Returns:
            What ``call_api`` takes: method, URL, headers, body and no form parameters.

        Raises:
            ApiTypeError: An argument is of a wrong type.
            ApiValueError: An argument has a value that cannot be sent.
        """
        from quantcdn._generated import serialization

        header_params, _request_auth = hidden(header_params), hidden(_request_auth)
        auth = _validation.mapping("_request_auth", _request_auth)
        _refuse_forms(post_params, files)
        settings = copy.copy(self.configuration)  # the host and the token are of one moment
        if _host not in (None, settings.host):
            raise ApiValueError(f"the token goes to {settings.host} alone: set Configuration.host")
        checked_method = _checked_method(method)
        formats: Mapping[str, Any] = _validation.mapping("collection_formats", collection_formats)
        path = serialization.path(resource_path, path_params, formats)
        query = "&".join(serialization.query_parts(query_params, formats))
        headers = self.default_headers.copy()
        if auth:
            set_authorisation(headers, auth)
        for name, value in _validation.mapping("header_params", header_params).items():
            set_header(headers, name, serialization.parameter_text(value))
        if _wants_token(auth_settings) and not auth and find_header(headers, "authorization") is None:
            token = settings.token()
            if token is not None:
                headers["Authorization"] = Secret(f"Bearer {token}")
        url = settings.host + path + (f"?{query}" if query else "")
        return checked_method, url, headers, serialization.plain(body), None

    def call_api(
        self,
        method: str,
        url: str,
        header_params: Mapping[str, str] | None = None,
        body: object = None,
        post_params: object = None,
        _request_timeout: TimeoutSetting | Timeout | None = None,
    ) -> RESTResponse:
        """Send a request, which ``param_serialize`` has made, to the configured host.

        Args:
            method: GET, HEAD, OPTIONS, DELETE, POST, PUT or PATCH; only the first three are retried.
            url: The URL; it begins with the configured host.
            header_params: The headers, beside the client's own; the token is sent if it is among them.
            body: The request body: JSON values; with another ``Content-Type`` than JSON, text or bytes.
            post_params: None; this client sends no forms.
            _request_timeout: Seconds for the whole call, a pair, or limits, as calls of endpoints take it.

        Returns:
            The response, its body read, whatever its status.

        Raises:
            ApiTypeError: An argument is of a wrong type; nothing was sent.
            ApiValueError: An argument has a value that cannot be sent, or the URL is of another host.
            ApiException: No response came, or its body cannot be used.
        """
        from quantcdn._generated import serialization

        header_params = hidden(header_params)
        _refuse_forms(post_params)
        checked_method, settings = _checked_method(method), copy.copy(self.configuration)
        headers = self.default_headers.copy()
        for name, value in _validation.mapping("header_params", header_params).items():
            set_header(headers, name, value)
        content = serialization.request_body(checked_method, headers, body)
        timeout = settings.timeout.changed(_request_timeout)
        path = serialization.target(url, settings.host)
        return self.rest_client.request(checked_method, settings.host, path, headers, timeout=timeout, body=content)

    def response_deserialize(
        self, response_data: RESTResponse, response_types_map: Mapping[str, type | str | None] | None = None
    ) -> ApiResponse[Any]:
        """Make a model or an error of a response.

        Args:
            response_data: The response.
            response_types_map: The type of the body by status: ``"200"``, else ``"2XX"``, else ``"default"``. A type
                is one that ``deserialize`` takes, or ``bytes``; None leaves the body unread.

        Returns:
            The response with its model.

        Raises:
            ApiTypeError: An argument is of a wrong type, or a type is neither a class nor a name.
            ApiValueError: There is no type of that name.
            ApiException: The status is not 200 to 299; ``data`` is of the type for that status.
            ApiResponseException: The body is no value of its type.
        """
        from quantcdn._generated import deserialization

        if not isinstance(response_data, RESTResponse):
            raise ApiTypeError(f"response_data takes a RESTResponse, not {type(response_data).__name__}")
        status, raw = response_data.status, response_data.data
        types: Mapping[str, Any] = _validation.mapping("response_types_map", response_types_map)
        kind = next((types[name] for name in (str(status), f"{status // 100}XX", "default") if name in types), None)
        if kind is not None and kind not in deserialization.BYTES:
            deserialization.resolved(kind)
        is_success = 200 <= status <= 299
        data, problem = None, None
        try:
            body = raw if is_success else response_data.public_data()
            data = deserialization.read_body(body, kind, response_data.headers.get("content-type"))
        except ApiResponseException as error:
            problem = Failure(ApiResponseException, error.reason or "")
        if not is_success:
            raise response_data.failed(
                deserialization.json_or_none(response_data.public_data()) if data is None else data
            )
        if problem is not None:
            raise response_data.unusable(problem)
        return ApiResponse(status_code=status, headers=response_data.headers, data=data, raw_data=raw)

    def deserialize(self, response_text: str, response_type: type | str, content_type: str | None = None) -> Any:
        """Make a value of a type of a body's text.

        Args:
            response_text: The text.
            response_type: A class; or the name of a model or of ``str``, ``int``, ``float``, ``bool``, ``object``,
                ``date``, ``datetime``, ``decimal`` and ``UUID``; or ``List[…]``, ``Dict[str, …]`` or ``Optional[…]``
                of these.
            content_type: The header ``Content-Type``: JSON, or text, which is returned as it is; None for JSON where
                the text is that.

        Returns:
            The value.

        Raises:
            ApiTypeError: An argument is of a wrong type.
            ApiValueError: There is no type of that name.
            ApiResponseException: The text is no value of the type.
        """
        from quantcdn._generated import deserialization

        deserialization.resolved(response_type)
        if not isinstance(response_text, str):
            raise ApiTypeError(f"response_text takes text, not {type(response_text).__name__}")
        parsed = deserialization.parsed(response_text, _validation.optional_text("content_type", content_type))
        return deserialization.converted(parsed, response_type)

    def sanitize_for_serialization(self, obj: object) -> Any:
        """Make JSON values of models, times and the like.

        Args:
            obj: None, text, numbers, times, UUIDs, members of an Enum, pydantic's secrets, models, other
                objects with attributes, and lists, tuples and mappings of these.

        Returns:
            The value in the types of JSON; tuples stay tuples, and bytes stay bytes.

        Raises:
            ApiTypeError: A value is of another type.
            ApiValueError: It contains itself, is nested too deep, or holds an integer of more than 4,300 digits.
        """
        from quantcdn._generated import serialization

        return serialization.plain(obj)


def _refuse_forms(*given: object) -> None:
    if any(given):
        raise ApiValueError("this client sends no forms and no files: give a body")


def _wants_token(auth_settings: object) -> bool:
    if auth_settings is None:
        return False
    if not is_collection(auth_settings) or isinstance(auth_settings, str | bytes):
        raise ApiTypeError(f"auth_settings takes a list of names, not {type(auth_settings).__name__}")
    return "BearerAuth" in list(auth_settings)


def _checked_method(method: object) -> str:
    checked = _validation.text("method", method).upper()
    if checked not in _METHODS:
        raise ApiValueError(f"method must be one of {', '.join(sorted(_METHODS))}, not {_validation.shown(method)}")
    return checked
