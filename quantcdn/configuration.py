"""The settings of a client, checked when they are made and whenever one is changed."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Self, TypedDict

from quantcdn import _checks
from quantcdn._version import __version__
from quantcdn.exceptions import ApiAttributeError, ApiValueError
from quantcdn.hooks import Hook
from quantcdn.retry import RetryPolicy, RetrySettings, retry_policy
from quantcdn.timeout import Timeout, TimeoutSetting

TOKEN_VARIABLES = ("QUANTCDN_API_TOKEN", "QUANT_API_TOKEN", "BEARER_TOKEN")
"""The environment variables that hold a token, first choice first."""

HOST_VARIABLES = ("QUANTCDN_HOST", "QUANT_BASE_URL")
"""The environment variables that hold a host, first choice first."""

ORGANIZATION_VARIABLES = ("QUANTCDN_ORGANIZATION", "QUANT_ORGANISATION")
"""The environment variables that hold an organisation, first choice first."""

AccessToken = str | Callable[[], str]
"""A token, or a function that returns one and is asked at every request."""

_LOGGER = logging.getLogger("quantcdn")


class HostSetting(TypedDict):
    """One of the service's hosts."""

    url: str
    description: str


class BearerAuthSetting(TypedDict):
    """The header that carries the token."""

    type: str
    format: str
    key: str
    value: str


class AuthSettings(TypedDict, total=False):
    """What a request is authorised by."""

    BearerAuth: BearerAuthSetting


_HOSTS: tuple[HostSetting, ...] = (
    {"url": "https://dashboard.quantcdn.io", "description": "The public cloud"},
    {"url": "https://dash.quantgov.cloud", "description": "The government cloud"},
)


class Configuration:
    """The settings of a client.

    Every setting is an attribute of the same name, and assigning one checks it as the constructor
    does. A client reads ``host`` and ``access_token`` at every request, ``progress`` at every wait, and
    all else when it is made.

    Args:
        host: Scheme and host, with a port and a path where needed. ``http`` is for loopback.
        access_token: The token, with or without a leading ``Bearer``; or a function without
            arguments that returns one, asked at every request and once more after a 401.
        server_index: 0 or 1, for one of the service's own hosts, in place of ``host``.
        timeout: Seconds for the whole call, above 0 and at most 86,400; or a pair for connecting and
            for each silence of the service; or a ``Timeout``.
        retries: A number of retries from 0 to 100, a ``RetryPolicy``, or a ``urllib3.Retry``.
        connection_pool_maxsize: How many idle connections are kept for a host, 1 or more.
        max_response_size: The largest answer in bytes, unpacked, 1 or more.
        max_image_size: The largest picture in bytes, 1 or more.
        max_error_size: How many bytes of an error's body are kept, 1 or more.
        verify_ssl: False switches off the check of the server's certificate.
        ssl_ca_cert: A file of certificate authorities in PEM, in place of the system's.
        ca_cert_data: The same as PEM text or DER bytes.
        cert_file: A client certificate in PEM.
        key_file: Its private key, if that is not in the same file.
        assert_hostname: The name that the server's certificate must have, or False for any.
        tls_server_name: The name that is asked for in the TLS handshake.
        proxy: A proxy's address, with user and password where needed; None takes it from
            ``HTTPS_PROXY``, ``HTTP_PROXY`` or ``ALL_PROXY``, and ``""`` takes none.
        no_proxy: Hosts, comma-separated, that are reached without; None takes ``NO_PROXY``.
        proxy_headers: Headers for the proxy alone.
        socket_options: Options for ``socket.setsockopt``, in place of ``TCP_NODELAY`` alone.
        client_side_validation: False leaves the documented bounds of arguments to the service.
        allow_http: True allows ``http`` to hosts other than loopback, in the clear.
        on_request: Is told of each attempt before it begins; a hook that fails is logged, not raised.
        on_response: Is told of each attempt when it has ended, well or badly.
        on_retry: Is told of each attempt after which the client will try again.
        progress: True lets a wait without ``on_update`` show a line to a person: in a notebook, or on
            stderr where that is a terminal. False shows nothing.
        debug: True lets the logger ``quantcdn`` report every request.

    Raises:
        ApiTypeError: A setting is of a wrong type.
        ApiValueError: A setting has a value that cannot be used.
    """

    _default: ClassVar[Configuration | None] = None

    def __init__(
        self,
        host: str | None = None,
        *,
        access_token: AccessToken | None = None,
        server_index: int | None = None,
        timeout: TimeoutSetting | Timeout | None = None,
        retries: RetryPolicy | RetrySettings | int | None = None,
        connection_pool_maxsize: int | None = None,
        max_response_size: int = 16 * 1024 * 1024,
        max_image_size: int = 64 * 1024 * 1024,
        max_error_size: int = 64 * 1024,
        verify_ssl: bool = True,
        ssl_ca_cert: str | None = None,
        ca_cert_data: str | bytes | None = None,
        cert_file: str | None = None,
        key_file: str | None = None,
        assert_hostname: str | bool | None = None,
        tls_server_name: str | None = None,
        proxy: str | None = None,
        no_proxy: str | None = None,
        proxy_headers: Mapping[str, str] | None = None,
        socket_options: Sequence[tuple[int, int, int | bytes]] | None = None,
        client_side_validation: bool = True,
        allow_http: bool = False,
        on_request: Hook | None = None,
        on_response: Hook | None = None,
        on_retry: Hook | None = None,
        progress: bool = True,
        debug: bool = False,
    ) -> None:
        if host is not None and server_index is not None:
            raise ApiValueError("give host or server_index, not both")
        self.allow_http = allow_http
        self.host = self.get_host_from_settings(server_index or 0) if host is None else host
        self.access_token = access_token
        self.timeout = timeout
        self.retries = retries
        self.connection_pool_maxsize = 32 if connection_pool_maxsize is None else connection_pool_maxsize
        self.max_response_size = max_response_size
        self.max_image_size = max_image_size
        self.max_error_size = max_error_size
        self.verify_ssl = verify_ssl
        self.ssl_ca_cert = ssl_ca_cert
        self.ca_cert_data = ca_cert_data
        self.cert_file = cert_file
        self.key_file = key_file
        self.assert_hostname = assert_hostname
        self.tls_server_name = tls_server_name
        self.proxy = proxy
        self.no_proxy = no_proxy
        self.proxy_headers = proxy_headers
        self.socket_options = socket_options
        self.client_side_validation = client_side_validation
        self.on_request = on_request
        self.on_response = on_response
        self.on_retry = on_retry
        self.progress = progress
        self.debug = debug

    def __setattr__(self, name: str, value: object) -> None:
        check = _CHECKS.get(name)
        if check is not None:
            value = check(name, value)
        elif not name.startswith("_") and not hasattr(type(self), name):
            raise ApiAttributeError(f"Configuration has no setting {name!r}")
        super().__setattr__(name, value)

    @property
    def host(self) -> str:
        """Scheme and host of the service, without a slash at the end."""
        return self._host

    @host.setter
    def host(self, value: str) -> None:
        self._host = _checks.host(value, self.allow_http)

    @property
    def server_index(self) -> int | None:
        """Which of the service's own hosts is used, or None for another."""
        return next((i for i, known in enumerate(_HOSTS) if known["url"] == self._host), None)

    @server_index.setter
    def server_index(self, value: int) -> None:
        self._host = self.get_host_from_settings(value)

    @property
    def access_token(self) -> AccessToken | None:
        """The token without ``Bearer``, or the function that returns it."""
        return self._access_token

    @access_token.setter
    def access_token(self, value: AccessToken | None) -> None:
        if value is None or callable(value):
            self._access_token: AccessToken | None = value
        else:
            self._access_token = _checks.token(value)

    @property
    def timeout(self) -> Timeout:
        """The time limits of a call."""
        return self._timeout

    @timeout.setter
    def timeout(self, value: TimeoutSetting | Timeout | None) -> None:
        self._timeout = Timeout().changed(value)

    @property
    def retries(self) -> RetryPolicy:
        """When a request is sent again, and after what pause."""
        return self._retries

    @retries.setter
    def retries(self, value: RetryPolicy | RetrySettings | int | None) -> None:
        self._retries = retry_policy(value)

    @property
    def debug(self) -> bool:
        """Whether the logger ``quantcdn`` reports every request."""
        return self._debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self._debug = _checks.boolean("debug", value)
        if value:
            _LOGGER.setLevel(logging.DEBUG)
            if not _LOGGER.hasHandlers():
                # Without any handler, Python would drop what was just asked for.
                _LOGGER.addHandler(logging.StreamHandler())

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Make a configuration from environment variables.

        Args:
            environ: The variables; None for those of the process. The token is the first that is
                set of ``QUANTCDN_API_TOKEN``, ``QUANT_API_TOKEN`` and ``BEARER_TOKEN``, the host
                that of ``QUANTCDN_HOST`` and ``QUANT_BASE_URL``, else the service's default.

        Returns:
            The configuration; its other settings are the defaults and can be assigned.

        Raises:
            ApiValueError: No token is set, or one of the values cannot be used; the message
                names the variable.
        """
        variables = os.environ if environ is None else environ
        token_name = next((name for name in TOKEN_VARIABLES if variables.get(name)), None)
        if token_name is None:
            raise ApiValueError(f"no access token: set {TOKEN_VARIABLES[0]} to one")
        host_name = next((name for name in HOST_VARIABLES if variables.get(name)), None)
        configuration = cls()
        for setting, name in (("access_token", token_name), ("host", host_name)):
            if name is not None:
                try:
                    setattr(configuration, setting, variables[name])
                    continue
                except ApiValueError as error:
                    problem = f"{name}: {error}"
                raise ApiValueError(problem)
        return configuration

    @classmethod
    def set_default(cls, default: Configuration | None) -> None:
        """Set the configuration that a client made without one uses.

        Args:
            default: The configuration, or None to forget the present one.
        """
        Configuration._default = default

    @classmethod
    def get_default(cls) -> Configuration:
        """Get the configuration that a client made without one uses.

        Returns:
            The one that was set; a new one where none was.
        """
        if Configuration._default is None:
            Configuration._default = cls()
        return Configuration._default

    @classmethod
    def get_default_copy(cls) -> Configuration:
        """Get the configuration that a client made without one uses; the old name of ``get_default``.

        Returns:
            What ``get_default`` returns.
        """
        return cls.get_default()

    @staticmethod
    def get_host_settings() -> list[HostSetting]:
        """List the service's own hosts.

        Returns:
            Their addresses and descriptions, in the order of ``server_index``.
        """
        return [host.copy() for host in _HOSTS]

    def get_host_from_settings(self, index: int | None) -> str:
        """Find one of the service's own hosts.

        Args:
            index: 0 or 1, or None for the configured host.

        Returns:
            Scheme and host.

        Raises:
            ApiTypeError: The index is not a whole number.
            ApiValueError: There is no host of that index.
        """
        if index is None:
            return self.host
        return _HOSTS[_checks.integer("host index", index, 0, len(_HOSTS) - 1)]["url"]

    def token(self) -> str | None:
        """Get the token for one request.

        Returns:
            The token, from the function where one is set, or None.

        Raises:
            ApiTypeError: The function returned no text.
            ApiValueError: The token cannot be sent in a header; the message does not show it.
        """
        token = self._access_token
        return _checks.token(token()) if callable(token) else token

    def auth_settings(self) -> AuthSettings:
        """Get the header that carries the token, for one request.

        Returns:
            Under ``BearerAuth`` the header's name and value; nothing where no token is set.

        Raises:
            ApiTypeError: The token's function returned no text.
            ApiValueError: The token cannot be sent in a header; the message does not show it.
        """
        token = self.token()
        if token is None:
            return {}
        return {
            "BearerAuth": {
                "type": "bearer",
                "format": "JWT",
                "key": "Authorization",
                "value": f"Bearer {token}",
            }
        }

    def to_debug_report(self) -> str:
        """Describe the system for a bug report.

        Returns:
            Some lines of text, without a secret.
        """
        return (
            "Python SDK Debug Report:\n"
            f"OS: {platform.system()} {platform.release()}\n"
            f"Python Version: {platform.python_version()}\n"
            "Version of the API: 4.19.0\n"
            f"SDK Package Version: {__version__}"
        )

    def __repr__(self) -> str:
        token = "None" if self._access_token is None else "<set>"
        proxy = "<set>" if self.proxy else repr(self.proxy)
        return f"Configuration(host={self.host!r}, access_token={token}, timeout={self.timeout}, proxy={proxy})"


def _unchecked(_name: str, value: object) -> object:
    return value


_CHECKS: Mapping[str, Callable[[str, object], object]] = {
    "connection_pool_maxsize": _checks.size,
    "max_response_size": _checks.size,
    "max_image_size": _checks.size,
    "max_error_size": _checks.size,
    "verify_ssl": _checks.boolean,
    "ssl_ca_cert": _checks.optional_file,
    "ca_cert_data": _unchecked,
    "cert_file": _checks.optional_file,
    "key_file": _checks.optional_file,
    "assert_hostname": _unchecked,
    "tls_server_name": _checks.optional_text,
    "proxy": _checks.optional_proxy,
    "no_proxy": _checks.optional_text,
    "proxy_headers": _unchecked,
    "socket_options": _unchecked,
    "client_side_validation": _checks.boolean,
    "on_request": _checks.optional_function,
    "on_response": _checks.optional_function,
    "on_retry": _checks.optional_function,
    "progress": _checks.boolean,
    "allow_http": _checks.boolean,
}
