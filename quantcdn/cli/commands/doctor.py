"""``quantcdn doctor``: which settings are in force, and which step of a connection to the service fails."""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import ssl
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from itertools import chain
from urllib.parse import urlsplit

from quantcdn._display import terminal
from quantcdn._display.text import escaped
from quantcdn._transport.proxies import chosen_proxy, proxy_variable
from quantcdn._version import __version__
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.cli import runner
from quantcdn.cli.arguments import Command, Parser
from quantcdn.cli.commands.login import DASHBOARD
from quantcdn.cli.diagnostics.jwt import validity
from quantcdn.cli.diagnostics.network_probe import ConnectionProbe, NotTriedError, within
from quantcdn.cli.settings import Setting, Settings, settings
from quantcdn.configuration import Configuration
from quantcdn.exceptions import (
    ApiConnectionException,
    ApiException,
    ApiResponseException,
    ApiTimeoutException,
    NotFoundException,
    OpenApiException,
    ServiceException,
    UnauthorizedException,
)
from quantcdn.timeout import Timeout, checked_seconds

_OK, _FAIL, _SKIP = "ok", "fail", "skip"
_COLOURS = {_OK: "\x1b[32m", _FAIL: "\x1b[31m", _SKIP: "\x1b[33m"}
_INDENT = " " * 6
_MASK = "********"
_GRACE = 0.5
"""How many seconds a step may take to end by itself, once its time is up."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    state: str
    name: str
    text: str
    code: int = runner.FINE


def _add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--timeout", type=float, default=10.0, metavar="SECONDS", help="the limit of each step (default: %(default)g)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON array in place of lines")


def _run(arguments: argparse.Namespace) -> int:
    limit = checked_seconds("--timeout", arguments.timeout)
    checks: list[Check] = []
    for check in chain(_installation(), _examine(arguments, limit), [_versions()]):
        checks.append(check)
        if not arguments.json:
            print(_line(check), flush=True)  # noqa: T201 # a command line prints
    if arguments.json:
        records = [{"check": check.name, "state": check.state, "text": check.text} for check in checks]
        print(json.dumps(records, indent=2))  # noqa: T201 # as above
    return max(check.code for check in checks)


def _line(check: Check) -> str:
    state = check.state.ljust(4)
    if terminal.has_colours(sys.stdout):
        state = f"{_COLOURS[check.state]}{state}\x1b[0m"
    text = f"{check.name}: {escaped(check.text)}"
    if sys.stdout.isatty():
        width = terminal.size(sys.stdout)[0] - len(_INDENT) - 1
        lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
        text = f"\n{_INDENT}".join(lines)
    return f"{state}  {text}"


def _examine(arguments: argparse.Namespace, limit: float) -> Iterator[Check]:
    try:
        found = settings(arguments)
    except OpenApiException as error:
        yield _failed("settings", str(error), runner.USAGE)
        yield Check(_SKIP, "network", "without settings there is nothing to try")
        return
    stated = [_host(found), *_token(found, time.time()), _organisation(found)]
    yield from stated
    if stated[0].code:
        yield Check(_SKIP, "network", "without a host there is nothing to try")
        return
    yield from _network(found, [check.name for check in stated if check.code == runner.USAGE], limit)


def _installation() -> Iterator[Check]:
    """Tell of another distribution that has put its files into the same package, such as the API's official client."""
    owners = sorted({found.metadata["Name"] for found in metadata.distributions() if _holds(found, "quantcdn")})
    if len(owners) > 1:
        advice = f"uninstall all of them, and then install one: pip uninstall {' '.join(owners)}"
        text = f"the package quantcdn is of {' and '.join(owners)}, mixed: {advice}"
        yield _failed("installation", text, runner.ERROR)


def _holds(distribution: metadata.Distribution, package: str) -> bool:
    """Find a package in what a distribution records, as text: to make paths of every file takes most of a second."""
    if declared := (distribution.read_text("top_level.txt") or "").split():
        return package in declared
    return f"\n{package}/" in f"\n{distribution.read_text('RECORD')}"


def _versions() -> Check:
    """Name what a report of a problem needs."""
    versions = {
        "quantcdn": __version__,
        "Python": platform.python_version(),
        "urllib3": metadata.version("urllib3"),
        "pydantic": metadata.version("pydantic"),
    }
    text = ", ".join(f"{name} {version}" for name, version in versions.items())
    return Check(_OK, "versions", f"{text}, {ssl.OPENSSL_VERSION}, {platform.system()} {platform.machine()}")


def _failed(name: str, text: str, code: int) -> Check:
    return Check(_FAIL, name, text, code)


def _host(found: Settings) -> Check:
    try:
        host = _of_host(found).host
    except OpenApiException as error:
        return _failed("host", str(error), runner.USAGE)
    return Check(_OK, "host", f"{host} ({found.host.source})")


def _of_host(found: Settings) -> Configuration:
    """Make a configuration whatever the token is."""
    return replace(found, token=Setting("none", "")).configuration()


def _organisation(found: Settings) -> Check:
    try:
        name = found.require_organisation()
    except OpenApiException as error:
        return _failed("organisation", str(error), runner.USAGE)
    return Check(_OK, "organisation", f"{name} ({found.organisation.source})")


def _token(found: Settings, now: float) -> Iterator[Check]:
    try:
        token = replace(found, host=Setting(None, "")).configuration().token() or ""
    except OpenApiException as error:
        advice = f". Make one in {DASHBOARD}" if found.token.value is None else ""
        yield _failed("token", f"{error}{advice}", runner.USAGE)
        return
    yield Check(_OK, "token", f"{_MASK}, {len(token)} characters ({found.token.source})")
    yield _expiry(token, now)


def _expiry(token: str, now: float) -> Check:
    times = validity(token)
    if times is None:
        return Check(_OK, "expiry", "the token is no JWT, so that only the service knows how long it is good")
    if times.begins is not None and now < times.begins:
        text = f"the JWT is not good before {_date(times.begins)}: check this machine's clock, else wait"
        return _failed("expiry", text, runner.NOT_ALLOWED)
    if times.ends is None:
        return Check(_OK, "expiry", "the JWT does not say how long it is good; it is read here, not verified")
    if times.ends <= now:
        text = (
            f"the JWT has expired on {_date(times.ends)}, {_span(now - times.ends)} ago: make a new one in {DASHBOARD}"
        )
        return _failed("expiry", text, runner.NOT_ALLOWED)
    text = f"the JWT is good until {_date(times.ends)}, for {_span(times.ends - now)}; it is read here, not verified"
    return Check(_OK, "expiry", text)


def _date(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: float) -> str:
    for name, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {name}"
    return f"{seconds:.0f} seconds"


def _network(found: Settings, lacking: Sequence[str], limit: float) -> Iterator[Check]:
    """Try to connect to the service; after a step that fails, the rest is not tried."""
    configuration = _of_host(found)
    host = configuration.host
    try:
        proxy = chosen_proxy(host, configuration.proxy, configuration.no_proxy, os.environ)
    except OpenApiException as error:
        yield _failed("proxy", str(error), runner.USAGE)
        yield Check(_SKIP, "network", "without a usable proxy there is nothing to try")
        return
    yield Check(_OK, "proxy", f"{_without_user(proxy)} ({proxy_variable(host, os.environ)})" if proxy else "none")
    for name in _UNREAD_VARIABLES:
        if os.environ.get(name):
            yield Check(_SKIP, "authorities", f"{name} is not read; SSL_CERT_FILE names a file of authorities")
    failed = ""
    with ConnectionProbe(host, proxy, limit) as probe:
        for name, step in probe.steps.items():
            check = _skipped(name, failed) if failed else _tried(name, step, limit, probe.peer, _first(found, proxy))
            failed = name if check.code else failed
            yield check
    if failed or lacking:
        yield _skipped("call", failed or " and ".join(lacking))
    else:
        yield _call(found, limit)


def _first(found: Settings, proxy: str) -> str:
    """Say what is to be checked first where the network fails."""
    host = found.host.value or ""
    if proxy:
        return f"check the proxy in {proxy_variable(host, os.environ)}"
    variable = f"{urlsplit(host).scheme}_proxy".upper()
    return f"check the host ({found.host.source}), or set {variable} where only a proxy leads out"


def _without_user(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _skipped(name: str, failed: str) -> Check:
    return Check(_SKIP, name, f"not tried, since {failed} failed")


def _tried(name: str, step: Callable[[], str], limit: float, peer: str, first: str) -> Check:
    try:
        return Check(_OK, name, within(limit + _GRACE, step))
    except NotTriedError as error:
        return Check(_SKIP, name, str(error))
    except (OSError, ValueError) as error:
        happened, to_do = _explained(name, error, limit, first)
        return _failed(name, f"{peer}: {happened}: {to_do}", runner.ERROR)


def _explained(name: str, error: OSError | ValueError, limit: float, first: str) -> tuple[str, str]:
    """Say what went wrong in a step, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        to_do = _AFTER_CERTIFICATE.get(error.verify_code, _UNKNOWN_AUTHORITY)
        return f"the certificate is not accepted ({error.verify_message.rstrip('.')})", to_do
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or str(error)).replace("_", " ").lower()
        return f"no TLS connection ({reason})", "check the host's scheme and port; a firewall may cut it too"
    happened = getattr(error, "strerror", None) or str(error)
    if isinstance(error, TimeoutError):
        happened = f"no response within {limit:g} s"
    if name == "name" and (isinstance(error, TimeoutError) or getattr(error, "errno", None) == socket.EAI_AGAIN):
        return happened, "check that this machine is online, and its resolver"
    return happened, f"{first}{_ALSO.get(name, '')}"


_ALSO = {
    "connection": "; a firewall may be in the way",
    "tunnel": ", with its user and password, and that it may reach the host",
    "tls": "; what listens there may not speak TLS, or a firewall may cut it",
}

_UNREAD_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

_NOT_NOW = "check this machine's clock; else only the certificate's owner can help"
_NOT_THIS_NAME = "check the host's name; else do not trust this network"
_UNKNOWN_AUTHORITY = "where this network opens TLS, SSL_CERT_FILE must name its authorities; else do not trust it"
_AFTER_CERTIFICATE: Mapping[int, str] = {9: _NOT_NOW, 10: _NOT_NOW, 62: _NOT_THIS_NAME, 64: _NOT_THIS_NAME}
"""By OpenSSL's numbers, ``X509_V_ERR_…``."""


def _call(found: Settings, limit: float) -> Check:
    """Make one call through the client itself."""
    configuration = found.configuration()
    configuration.retries, configuration.timeout = 0, Timeout(limit, limit, limit)
    started = time.monotonic()
    try:
        with ApiClient(configuration) as client:
            api, organisation = AIToolsApi(client), found.require_organisation()
            response = within(limit + _GRACE, lambda: api.list_ai_tool_names(organisation))
    except OpenApiException as error:
        step = next((text for kind, text in _AFTER_ERROR.items() if isinstance(error, kind)), "")
        return _failed("call", f"{error}. {step}" if step else str(error), runner.exit_code(error))
    except TimeoutError:
        return _failed("call", f"no response within {limit:g} s: try again with a larger --timeout", runner.ERROR)
    count, seconds = len(response.tools), time.monotonic() - started
    return Check(_OK, "call", f"the names of {count} tools came in {seconds:.2f} s")


_AFTER_ERROR: Mapping[type[ApiException], str] = {
    UnauthorizedException: f"Make a token in {DASHBOARD}, and run 'quantcdn login'",
    NotFoundException: "Check that the host is the service's",
    ApiResponseException: "Check that the host is the service's, and that no proxy asks for a login",
    ApiTimeoutException: "Try again with a larger --timeout",
    ApiConnectionException: "Try again; the service can be reached",
    ServiceException: "The service failed; try again later",
}


COMMANDS = {
    "doctor": Command(
        _run,
        "Say which settings are in force and where each came from, and connect to the service step by step: name, "
        "connection, TLS, and one call that changes nothing. Each line begins with ok, fail or skip; one that fails "
        "says what to do. The exit code is the highest of those of the lines that fail: 1 for the network and the "
        "service, 2 for settings, 3 for not found, 4 for a token that is refused or has expired.",
        ("quantcdn doctor --emulator", "quantcdn doctor --organisation acme --timeout 5"),
        _add_arguments,
    )
}
"""The command by its word."""
