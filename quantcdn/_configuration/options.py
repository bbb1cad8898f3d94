"""What a call and a copy of a client may have of their own."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypedDict

from quantcdn import _validation
from quantcdn._configuration.names import setting_hint, setting_names
from quantcdn.exceptions import ApiTypeError, ApiValueError
from quantcdn.hooks import Hook
from quantcdn.rate_limit import RateLimit
from quantcdn.retry import RetryPolicy, RetrySettings
from quantcdn.timeout import Timeout, TimeoutSetting

if TYPE_CHECKING:
    from quantcdn.configuration import AccessToken, Configuration


class RequestOptions(TypedDict, total=False):
    """The options of a single call."""

    _request_timeout: TimeoutSetting | Timeout | None
    """Seconds for the whole call; or a pair, the connect and the read timeout; or a ``Timeout``."""
    _request_auth: Mapping[str, Any] | None
    """``{"in": "header", "key": …, "value": …}`` in place of the token; ``in`` may be ``cookie``."""
    _content_type: str | None
    """The header ``Content-Type``."""
    _headers: Mapping[str, str] | None
    """Headers that replace all others of the same name; with ``Authorization`` among them, no token is read."""
    _host_index: int | None
    """0 or 1, for one of the service's own hosts in place of the configured one."""


class ClientOptions(TypedDict, total=False):
    """The options of ``with_options``; one that is left out stays as it is."""

    host: str
    """Scheme and host; the access token goes there too."""
    server_index: int
    """0 or 1, for one of the service's own hosts, in place of ``host``."""
    access_token: AccessToken | None
    """The token, or a function that returns one; None for none."""
    organisation: str | None
    """The organisation that ``ApiClient.organisation()`` is about."""
    headers: Mapping[str, str]
    """Headers beside those that every request gets, or in place of them."""
    timeout: TimeoutSetting | Timeout | None
    """Seconds for the whole call, a pair, or limits, as ``_request_timeout`` of a call takes it."""
    retries: RetryPolicy | RetrySettings | int | None
    """A number of retries, a ``RetryPolicy``, or a ``urllib3.Retry``; None for the defaults."""
    rate_limit: RateLimit | None
    """A rate limit of the copy's own; None for none. Left out, the copy shares that of the client."""
    max_response_size: int
    """The largest response in bytes."""
    max_image_size: int
    """The largest image in bytes."""
    max_error_size: int
    """How many bytes of an error's body are kept."""
    client_side_validation: bool
    """False leaves the documented bounds of arguments to the service."""
    verify_identifiers: bool
    """False accepts a response about another identifier than the requested one."""
    allow_http: bool
    """True allows ``http`` to hosts other than loopback."""
    on_request: Hook | None
    """Is called with each attempt before it begins."""
    on_response: Hook | None
    """Is called with each attempt when it has ended."""
    on_retry: Hook | None
    """Is called with each attempt that the client will retry."""
    progress: bool
    """Whether a wait displays its progress."""
    debug: bool
    """Whether the logger ``quantcdn`` reports every request; of all clients of the process."""
    logger_file: str | PurePath | None
    """A file that this logger writes to; of all clients of the process."""
    logger_format: str
    """The format of a line in that file."""


# The host is checked by what is allowed.
_IN_ORDER = sorted(ClientOptions.__optional_keys__ - {"headers", "timeout"}, key="allow_http".__ne__)


def check_names(configuration: Configuration, names: Iterable[str]) -> None:
    """Refuse what is no option, and what would need connections of its own."""
    settings = type(configuration)
    for name in names:
        if name in ClientOptions.__optional_keys__:
            continue
        if name in setting_names(settings):
            raise ApiTypeError(
                f"with_options cannot change {name}, which needs connections of its own: "
                f"make another ApiClient, with Configuration({name}=…)"
            )
        raise ApiTypeError(f"with_options has no option {_validation.shown(name)}{setting_hint(settings, name)}")


def with_options(configuration: Configuration, options: ClientOptions) -> Configuration:
    """Copy settings, and change some in the copy; it has all others as they are in one moment."""
    twin = copy.copy(configuration)
    if "host" in options and "server_index" in options:
        raise ApiValueError("give host or server_index, not both")
    if "timeout" in options:
        twin.timeout = twin.timeout.changed(options["timeout"])
    for name in _IN_ORDER:
        if name in options:
            setattr(twin, name, options[name])  # type: ignore[literal-required] # the names are those of the type
    return twin
