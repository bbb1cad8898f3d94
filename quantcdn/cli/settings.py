"""Where host, token and organisation come from: an option, else the environment, else the config file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from quantcdn import _validation
from quantcdn._configuration.environment import first_set
from quantcdn.cli.config_file import BYTE_ORDER_MARK, config_path, read_config, read_private
from quantcdn.configuration import HOST_VARIABLES, ORGANIZATION_VARIABLES, TOKEN_VARIABLES, Configuration
from quantcdn.exceptions import ApiTypeError, ApiValueError

if TYPE_CHECKING:
    from quantcdn.api.ai_tools_api import AIToolsApi
    from quantcdn.emulator import Emulator

EMULATOR = "--emulator"
"""The source of what the local service sets."""

_LOCAL_ORGANISATION = "demo"
_LONGEST_TOKEN = 65_536


@dataclass(frozen=True)
class Setting:
    """A setting and where it was found."""

    value: str | None
    """The value as it was given, not checked; None where it was found nowhere."""
    source: str
    """An option, ``environment NAME``, the path of a file, ``default``, or nothing."""


@dataclass(frozen=True)
class Settings:
    """What the command line works with."""

    host: Setting
    token: Setting = field(repr=False)
    organisation: Setting

    def configuration(self) -> Configuration:
        """Make a client's configuration, or say which source has a value that cannot be used."""
        if self.token.value is None:
            raise ApiValueError(
                f"no access token: set {TOKEN_VARIABLES[0]}, give --token-file FILE, "
                f"or run 'quantcdn login', which keeps one in {config_path() or 'a config file'}"
            )
        # What the environment says of proxies is not meant for the service in this very process.
        configuration = Configuration(proxy="" if self.host.source == EMULATOR else None)
        _use(self.host, partial(setattr, configuration, "host"))
        _use(self.token, partial(setattr, configuration, "access_token"))
        return configuration

    def require_organisation(self) -> str:
        """Get the organisation's name, or say how to give it."""
        name = self.organisation.value
        if name is None:
            raise ApiValueError(
                f"no organisation: give --organisation NAME, set {ORGANIZATION_VARIABLES[0]}, "
                "or run 'quantcdn config set organisation NAME', which keeps it in "
                f"{config_path() or 'the config file'}"
            )
        _use(self.organisation, partial(_validation.segment, "organisation"))
        return name


def _use(setting: Setting, use: Callable[[str], object]) -> None:
    """Use a value, and name its source where it cannot be used."""
    if setting.value is None:
        return
    try:
        use(setting.value)
    except (ApiTypeError, ApiValueError) as error:
        problem = f"{setting.source}: {error}"
    else:
        return
    raise ApiValueError(problem)


@contextmanager
def connected(arguments: argparse.Namespace) -> Generator[tuple[AIToolsApi, str]]:
    """Give the endpoints and the organisation, with the settings that are in force."""
    from quantcdn.api.ai_tools_api import AIToolsApi  # the settings alone do not need it
    from quantcdn.api_client import ApiClient

    found = settings(arguments)
    organisation = found.require_organisation()
    with ApiClient(found.configuration()) as client:
        yield AIToolsApi(client), organisation


def settings_flags(arguments: argparse.Namespace) -> list[str]:
    """Give the options, not quoted, by which another command has the same settings.

    A token that came from stdin cannot come from there again.
    """
    source = arguments.token_file
    given = (
        ("--host", arguments.host),
        ("--organisation", arguments.organisation),
        ("--token-file", None if source == "-" else source),
    )
    return [*flags(given), *(f"--{name}" for name in ("emulator", "verbose", "quiet") if getattr(arguments, name))]


def flags(given: Iterable[tuple[str, object]]) -> list[str]:
    """Write options with values as words of a command line, not quoted; None is left out."""
    pairs = [(name, str(value)) for name, value in given if value is not None]
    # As a word of its own, such a value would be taken for an option.
    return [word for pair in pairs for word in (["=".join(pair)] if pair[1].startswith("-") else pair)]


@contextmanager
def local_service(arguments: argparse.Namespace) -> Generator[None]:
    """Run the local service for as long as a command that asks for it; ``settings`` finds it in the arguments."""
    from quantcdn.emulator import Emulator  # only who asks for it pays for it

    with Emulator() as service:
        service.fill_examples()
        service.fill_documented()
        arguments.service = service
        yield


def settings(arguments: argparse.Namespace) -> Settings:
    """Find the settings, each with its source."""
    service: Emulator | None = getattr(arguments, "service", None)
    if service is not None:
        return _of_service(service, arguments)
    path = config_path()
    stored = read_config(path) if path else {}
    return Settings(
        host=_first(
            Setting(arguments.host, "--host"),
            _in_environment(HOST_VARIABLES),
            Setting(stored.get("host"), str(path)),
            Setting(Configuration.get_host_settings()[0]["url"], "default"),
        ),
        token=_first(
            _token_of(arguments.token_file), _in_environment(TOKEN_VARIABLES), Setting(stored.get("token"), str(path))
        ),
        organisation=_first(
            Setting(arguments.organisation, "--organisation"),
            _in_environment(ORGANIZATION_VARIABLES),
            Setting(stored.get("organisation"), str(path)),
        ),
    )


def _of_service(service: Emulator, arguments: argparse.Namespace) -> Settings:
    if arguments.token_file is not None:
        raise ApiValueError("--emulator makes its own token: leave --token-file out")
    return Settings(
        host=Setting(service.url, EMULATOR),
        token=Setting(service.token, EMULATOR),
        organisation=_first(Setting(arguments.organisation, "--organisation"), Setting(_LOCAL_ORGANISATION, EMULATOR)),
    )


def _first(*choices: Setting) -> Setting:
    return next((setting for setting in choices if setting.value is not None), Setting(None, ""))


def _in_environment(names: tuple[str, ...], environ: Mapping[str, str] = os.environ) -> Setting:
    name = first_set(names, environ)
    return Setting(None, "") if name is None else Setting(environ[name], f"environment {name}")


def _token_of(file: str | None) -> Setting:
    if file is None:
        return Setting(None, "")
    try:
        token = first_line_of_stdin() if file == "-" else read_private(Path(file)).decode("utf-8-sig")[:_LONGEST_TOKEN]
    except ApiValueError as error:
        problem = f"--token-file {error}"
    except (OSError, ValueError) as error:
        problem = f"--token-file {file}: {getattr(error, 'strerror', None) or 'it is no text'}"
    else:
        if token.strip():
            return Setting(token.strip(), f"--token-file {file}")
        problem = f"--token-file {file}: it is empty"
    raise ApiValueError(problem)  # outside of the handlers: no error that quotes a token is its context


def first_line_of_stdin() -> str:
    """Read a token; what follows it may be identifiers."""
    return sys.stdin.readline(_LONGEST_TOKEN).removeprefix(BYTE_ORDER_MARK) if sys.stdin else ""
