"""The settings of a client, checked when they are made and whenever one is changed."""

from __future__ import annotations

import os
import platform
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Never, Self

from quantcdn import _validation
from quantcdn._configuration.checks import SETTINGS, ConvertedSetting
from quantcdn._configuration.copying import CopiedSettings
from quantcdn._configuration.environment import HOST_VARIABLES as HOST_VARIABLES
from quantcdn._configuration.environment import ORGANIZATION_VARIABLES as ORGANIZATION_VARIABLES
from quantcdn._configuration.environment import TOKEN_VARIABLES as TOKEN_VARIABLES
from quantcdn._configuration.environment import variables_of_settings
from quantcdn._configuration.generated import SERVICE_HOSTS
from quantcdn._configuration.generated import AuthSettings as AuthSettings
from quantcdn._configuration.generated import BearerAuthSetting as BearerAuthSetting
from quantcdn._configuration.generated import HostSetting as HostSetting
from quantcdn._configuration.logger import DEFAULT_FORMAT, LoggingSettings
from quantcdn._configuration.names import has_setter, no_setting
from quantcdn._display.mixin import DisplayMixin
from quantcdn._portability import ProcessLock
from quantcdn._secrets import Secret, SecretFunction, hidden
from quantcdn._version import __version__
from quantcdn.exceptions import ApiAttributeError, ApiTypeError, ApiValueError
from quantcdn.hooks import Hook
from quantcdn.rate_limit import RateLimit
from quantcdn.retry import RetryPolicy, RetrySettings
from quantcdn.timeout import Timeout, TimeoutSetting

AccessToken = str | Callable[[], str]
"""A token, or a function that returns one and is asked at every request."""


class Configuration(DisplayMixin, CopiedSettings, LoggingSettings):
    """The settings of a client.

    Every setting is an attribute of the same name. Assigning one checks it as the constructor does.

    Assign before you make a client. For a call, a thread or a tenant with settings of its own, use
    ``ApiClient.with_options``: between two assignments, a call of another thread could send the
    token of one tenant to the host of another.

    A client reads ``host``, ``access_token``, ``timeout``, ``client_side_validation`` and
    ``verify_identifiers`` at every call, ``progress`` at every wait, ``organisation`` when
    ``ApiClient.organisation()`` is called, and all others when it is made. ``debug``,
    ``logger_file`` and ``logger_format`` apply at once, to all clients of the process.

    Args:
        host: Scheme and host, with a port and a path where needed. ``http`` is for loopback.
        access_token: The token, with or without a leading ``Bearer``; or a function without
            arguments that returns one, asked at every request and once more after a 401, but not
            where the caller's own headers or ``_request_auth`` authorise the call.
        server_index: 0 or 1, for one of the service's own hosts, in place of ``host``.
        organisation: The organisation that ``ApiClient.organisation()`` is about, or None.
        timeout: Seconds for the whole call, above 0 and at most 86,400, silences of the service
            included; or a pair for connecting and for each silence; or a ``Timeout``.
        retries: A number of retries from 0 to 100, a ``RetryPolicy``, or a ``urllib3.Retry``.
        rate_limit: How many requests the client and its copies may send in a second, or None for any
            number. Waiting for it counts against the time limit of a call.
        connection_pool_maxsize: The size of the connection pool: idle connections for a host, 1 to 10,000.
        max_response_size: The largest response in bytes, decoded, 1 or more.
        max_image_size: The largest image in bytes, 1 or more.
        max_error_size: How many bytes of an error's body are kept, 1 or more.
        verify_ssl: False switches off the check of the server's certificate.
        ssl_ca_cert: A file of certificate authorities in PEM, in place of the system's.
        ca_cert_data: The same as PEM text or DER bytes.
        cert_file: A client certificate in PEM.
        key_file: Its private key, if that is not in the same file.
        ssl_context: The TLS context for the service and for hosts of files, in place of the five settings
            above; it cannot be pickled.
        assert_hostname: The name that the server's certificate must have, or False for any; None
            and True for the host's own.
        tls_server_name: The server name in the TLS handshake (SNI).
        proxy: A proxy's address, with user and password where needed; None takes it from
            ``HTTPS_PROXY``, ``HTTP_PROXY`` or ``ALL_PROXY``, though not for this machine itself, and
            ``""`` takes none.
        no_proxy: Hosts that are reached without a proxy, comma-separated; None takes ``NO_PROXY``.
        proxy_headers: Headers for the proxy alone.
        proxy_ssl_context: The TLS context for the proxy itself, in place of the settings above; it
            cannot be pickled.
        socket_options: Options for ``socket.setsockopt``, in place of ``TCP_NODELAY`` alone.
        client_side_validation: False leaves the documented bounds of arguments to the service.
        verify_identifiers: False accepts a response about another identifier than the requested one, as
            mock servers send that return a fixed example.
        allow_http: True allows ``http`` to hosts other than loopback, in the clear.
        on_request: Is called with each attempt before it begins, and may return a mapping of headers to send
            with it; a hook that fails is logged, not raised.
        on_response: Is called with each attempt when it has ended, with a response or an error.
        on_retry: Is called with each attempt that the client will retry.
        progress: True lets a wait without ``on_update`` display its progress: in a notebook, or on
            stderr where that is a terminal. False displays nothing.
        debug: True lets the logger ``quantcdn`` report every request, on stderr where no other
            handler writes it; assigning False leaves the logger as it was before.
        logger_file: A file that the logger ``quantcdn`` writes to as well, or None.
        logger_format: The format of a line in that file.

    Raises:
        ApiTypeError: A setting is of a wrong type, or there is none of that name.
        ApiValueError: A setting has a value that cannot be used.
    """

    _default: ClassVar[Configuration | None] = None

    if TYPE_CHECKING:  # the table of checks says what becomes of what is assigned
        timeout: ConvertedSetting[TimeoutSetting | Timeout | None, Timeout] = ConvertedSetting()
        retries: ConvertedSetting[RetryPolicy | RetrySettings | int | None, RetryPolicy] = ConvertedSetting()

    def __init__(
        self,
        host: str | None = None,
        *,
        access_token: AccessToken | None = None,
        server_index: int | None = None,
        organisation: str | None = None,
        timeout: TimeoutSetting | Timeout | None = None,
        retries: RetryPolicy | RetrySettings | int | None = None,
        rate_limit: RateLimit | None = None,
        connection_pool_maxsize: int | None = None,
        max_response_size: int = 16 * 1024 * 1024,
        max_image_size: int = 64 * 1024 * 1024,
        max_error_size: int = 64 * 1024,
        verify_ssl: bool = True,
        ssl_ca_cert: str | None = None,
        ca_cert_data: str | bytes | None = None,
        cert_file: str | None = None,
        key_file: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        assert_hostname: str | bool | None = None,
        tls_server_name: str | None = None,
        proxy: str | None = None,
        no_proxy: str | None = None,
        proxy_headers: Mapping[str, str] | None = None,
        proxy_ssl_context: ssl.SSLContext | None = None,
        socket_options: Sequence[tuple[int, int, int | bytes]] | None = None,
        client_side_validation: bool = True,
        verify_identifiers: bool = True,
        allow_http: bool = False,
        on_request: Hook | None = None,
        on_response: Hook | None = None,
        on_retry: Hook | None = None,
        progress: bool = True,
        debug: bool = False,
        logger_file: str | PurePath | None = None,
        logger_format: str = DEFAULT_FORMAT,
        **unknown: Never,
    ) -> None:
        # Each is checked below; until then too, a frame of a failure must not show it.
        host, access_token = hidden(host), hidden(access_token)
        proxy, proxy_headers = hidden(proxy), hidden(proxy_headers)
        names = list(unknown)
        unknown.clear()
        for name in names:
            raise ApiTypeError(no_setting(Configuration, name))
        if host is not None and server_index is not None:
            raise ApiValueError("give host or server_index, not both")
        self.allow_http = allow_http
        index = 0 if server_index is None else server_index
        self.host = self.get_host_from_settings(index) if host is None else host
        self.organisation = organisation
        self.access_token = access_token
        self.timeout = timeout
        self.retries = retries
        self.rate_limit = rate_limit
        self.connection_pool_maxsize = 32 if connection_pool_maxsize is None else connection_pool_maxsize
        self.max_response_size = max_response_size
        self.max_image_size = max_image_size
        self.max_error_size = max_error_size
        self.verify_ssl = verify_ssl
        self.ssl_ca_cert, self.ca_cert_data = ssl_ca_cert, ca_cert_data
        self.cert_file, self.key_file = cert_file, key_file
        self.ssl_context = ssl_context
        self.assert_hostname = assert_hostname
        self.tls_server_name = tls_server_name
        self.proxy, self.no_proxy = proxy, no_proxy
        self.proxy_headers = proxy_headers
        self.proxy_ssl_context = proxy_ssl_context
        self.socket_options = socket_options
        self.client_side_validation, self.verify_identifiers = client_side_validation, verify_identifiers
        self.on_request, self.on_response, self.on_retry = on_request, on_response, on_retry
        self.progress = progress
        self.logger_format, self.logger_file = logger_format, logger_file
        if _validation.boolean("debug", debug):  # False is no wish to stop what another configuration has begun
            self.debug = True

    def __setattr__(self, name: str, value: object) -> None:
        check = SETTINGS.get(name)
        if name in _AUTHORISING:
            value = hidden(value)
        if check is not None:
            value = check(name, value)
        elif not name.startswith("_") and not has_setter(type(self), name):
            del value  # it may be a token under a wrong name
            raise ApiAttributeError(no_setting(Configuration, name))
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise ApiAttributeError(f"a setting cannot be deleted: assign None or a default to {_validation.shown(name)}")

    @property
    def host(self) -> str:
        """Scheme and host of the service, without a slash at the end."""
        return self._host

    @host.setter
    def host(self, value: str) -> None:
        self._host = _validation.host(value, self.allow_http)

    @property
    def server_index(self) -> int | None:
        """Which of the service's own hosts is used, or None for another."""
        return next((i for i, known in enumerate(SERVICE_HOSTS) if known["url"] == self._host), None)

    @server_index.setter
    def server_index(self, value: int) -> None:
        self._host = self.get_host_from_settings(value)

    @property
    def access_token(self) -> AccessToken | None:
        """The token without ``Bearer``, or the function that returns it."""
        token = self._access_token
        return token.function if isinstance(token, SecretFunction) else token

    @access_token.setter
    def access_token(self, value: AccessToken | None) -> None:
        if value is None or callable(value):
            self._access_token: AccessToken | None = value
        else:
            self._access_token = _validation.token(value)

    @property
    def allow_http(self) -> bool:
        """Whether ``http`` is allowed to hosts other than loopback."""
        return self._allow_http

    @allow_http.setter
    def allow_http(self, value: bool) -> None:
        allowed = _validation.boolean("allow_http", value)
        if "_host" in self.__dict__:
            _validation.host(self._host, allowed)
        self._allow_http = allowed

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Make a configuration from environment variables.

        Args:
            environ: The variables; None for those of the process. The token is the first that is
                set of ``QUANTCDN_API_TOKEN``, ``QUANT_API_TOKEN``, ``QUANT_API_KEY`` and
                ``BEARER_TOKEN``, the host that of ``QUANTCDN_HOST`` and ``QUANT_BASE_URL``, else the
                service's default, and the organisation that of ``QUANTCDN_ORGANIZATION``,
                ``QUANT_ORGANISATION`` and ``QUANT_ORGANIZATION``, else None.

        Returns:
            The configuration; its other settings are the defaults and can be assigned.

        Raises:
            ApiTypeError: ``environ`` is not a mapping, or one of its values is not text.
            ApiValueError: No token is set, or one of the values cannot be used; the message
                names the variable.
        """
        if environ is not None:
            _validation.required_mapping("environ", environ)
        found = variables_of_settings(os.environ if environ is None else environ)
        del environ  # no frame of an error shows what else is in it
        if "access_token" not in found:
            raise ApiValueError(
                f"no access token: set {TOKEN_VARIABLES[0]} to one; "
                "make it in the QuantCDN dashboard, under Profile, API Tokens"
            )
        configuration = cls()
        for setting, (name, value) in found.items():
            try:
                setattr(configuration, setting, value)
            except (ApiTypeError, ApiValueError) as error:
                problem = ApiValueError(f"{name}: {error}")
            else:
                continue
            raise problem
        return configuration

    @classmethod
    def set_default(cls, default: Configuration | None) -> None:
        """Set the configuration that a client made without one uses.

        Args:
            default: The configuration, or None to forget the present one.

        Raises:
            ApiTypeError: It is neither.
        """
        if default is not None and not isinstance(default, Configuration):
            raise ApiTypeError(f"set_default takes a Configuration or None, not {type(default).__name__}")
        Configuration._default = default

    @classmethod
    def get_default(cls) -> Configuration:
        """Get the configuration that a client made without one uses.

        Returns:
            The one that was set; a new one where none was.
        """
        with _DEFAULT_LOCK.of_process():
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
        return [host.copy() for host in SERVICE_HOSTS]

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
        return SERVICE_HOSTS[_validation.integer("host index", index, 0, len(SERVICE_HOSTS) - 1)]["url"]

    def token(self) -> str | None:
        """Get the token for one request.

        Returns:
            The token, from the function where one is set, or None.

        Raises:
            ApiTypeError: The function returned no text.
            ApiValueError: The token cannot be sent in a header; the message does not show it.
        """
        token = self._access_token
        return _validation.token(token()) if callable(token) else token

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
        value = Secret(f"Bearer {token}")
        return {"BearerAuth": {"type": "bearer", "format": "JWT", "key": "Authorization", "value": value}}

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
        if "proxy" not in self.__dict__:
            return "Configuration(in the making)"  # as a traceback of a refused setting shows it
        token = "None" if self._access_token is None else "<set>"
        proxy = "<set>" if self.proxy else repr(self.proxy)
        return f"Configuration(host={self.host!r}, access_token={token}, timeout={self.timeout}, proxy={proxy})"


_DEFAULT_LOCK = ProcessLock()
_AUTHORISING = frozenset({"access_token", "host", "proxy", "proxy_headers"})  # a host may come with a password
