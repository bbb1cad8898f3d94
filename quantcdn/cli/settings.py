"""Where host, token and organisation come from: a flag, else the environment, else the file of settings."""

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
from quantcdn.cli.config_file import read_file, read_private, settings_path
from quantcdn.configuration import HOST_VARIABLES, ORGANIZATION_VARIABLES, TOKEN_VARIABLES, Configuration
from quantcdn.exceptions import ApiTypeError, ApiValueError

if TYPE_CHECKING:
    from quantcdn.emulator import Emulator

EMULATOR = "--emulator"
"""The source of what the local service sets."""

_LOCAL_ORGANISATION = "demo"
_LONGEST_TOKEN = 65_536


@dataclass(frozen=True)
class Found:
    """A setting and where it was found."""

    value: str | None
    """The value as it was given, not checked; None where it was found nowhere."""
    source: str
    """A flag, ``environment NAME``, the path of a file, ``default``, or nothing."""


@dataclass(frozen=True)
class Settings:
    """What the command line works with."""

    host: Found
    token: Found = field(repr=False)
    organisation: Found

    def configuration(self) -> Configuration:
        """Make a client's configuration.

        Returns:
            The configuration.

        Raises:
            ApiValueError: There is no token, or a value cannot be used; the message names its source.
        """
        if self.token.value is None:
            raise ApiValueError(
                f"no access token: set {TOKEN_VARIABLES[0]}, give --token-file FILE, "
                f"or write token into {settings_path() or 'a file of settings'}"
            )
        # What the environment says of proxies is not meant for the service in this very process.
        configuration = Configuration(proxy="" if self.host.source == EMULATOR else None)
        _apply(self.host, partial(setattr, configuration, "host"))
        _apply(self.token, partial(setattr, configuration, "access_token"))
        return configuration

    def require_organisation(self) -> str:
        """Get the organisation.

        Returns:
            Its name.

        Raises:
            ApiValueError: There is none, or it cannot be used.
        """
        name = self.organisation.value
        if name is None:
            raise ApiValueError(
                f"no organisation: give --organisation NAME, set {ORGANIZATION_VARIABLES[0]}, "
                f"or write organisation into {settings_path() or 'a file of settings'}"
            )
        _apply(self.organisation, partial(_validation.segment, "organisation"))
        return name


def _apply(found: Found, use: Callable[[str], object]) -> None:
    """Use a value, and name its source where it cannot be used."""
    if found.value is None:
        return
    try:
        use(found.value)
    except (ApiTypeError, ApiValueError) as error:
        problem = f"{found.source}: {error}"
    else:
        return
    raise ApiValueError(problem)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the flags that every command takes.

    Args:
        parser: The command's parser.
    """
    group = parser.add_argument_group("settings")
    where = group.add_mutually_exclusive_group()
    where.add_argument("--host", metavar="URL", help=f"the service (else {HOST_VARIABLES[0]}, else the public cloud)")
    where.add_argument("--emulator", action="store_true", help="a local service with examples; needs no account")
    group.add_argument(
        "--organisation",
        "--organization",
        metavar="NAME",
        help=f"the organisation (else {ORGANIZATION_VARIABLES[0]})",
    )
    group.add_argument(
        "--token-file",
        metavar="FILE",
        help=f"holds the access token; - reads a line of stdin (else {TOKEN_VARIABLES[0]})",
    )
    group.add_argument("-v", "--verbose", action="store_true", help="log every request to stderr")


def settings_flags(arguments: argparse.Namespace) -> list[str]:
    """Give the flags by which another command reaches the same.

    Args:
        arguments: What was parsed.

    Returns:
        Words of a command line, not quoted; a token that came from stdin cannot come from there again.
    """
    source = arguments.token_file
    given = (
        ("--host", arguments.host),
        ("--organisation", arguments.organisation),
        ("--token-file", None if source == "-" else source),
    )
    return [*flags(given), *(f"--{name}" for name in ("emulator", "verbose") if getattr(arguments, name))]


def flags(given: Iterable[tuple[str, object]]) -> list[str]:
    """Write flags with values.

    Args:
        given: Names and values; None is left out.

    Returns:
        Words of a command line, not quoted.
    """
    pairs = [(name, str(value)) for name, value in given if value is not None]
    # As a word of its own, such a value would be taken for a flag.
    return [word for pair in pairs for word in (["=".join(pair)] if pair[1].startswith("-") else pair)]


@contextmanager
def local_service(arguments: argparse.Namespace) -> Generator[None]:
    """Run the local service for as long as a command that asks for it.

    Args:
        arguments: What was parsed; the service is put there for ``settings``.
    """
    if not getattr(arguments, "emulator", False):
        yield
        return
    from quantcdn.emulator import Emulator  # only who asks for it pays for it

    with Emulator() as service:
        service.fill_examples()
        arguments.service = service
        yield


def settings(arguments: argparse.Namespace) -> Settings:
    """Find the settings.

    Args:
        arguments: What was parsed by a parser that ``add_settings`` was given.

    Returns:
        The settings, each with its source.

    Raises:
        ApiValueError: The file of settings, or that of the token, cannot be used.
    """
    service: Emulator | None = getattr(arguments, "service", None)
    if service is not None:
        return _of_service(service, arguments)
    path = settings_path()
    stored = read_file(path) if path else {}
    token = Found(None, "") if arguments.token_file is None else _token_of(arguments.token_file)
    return Settings(
        host=_first(
            Found(arguments.host, "--host"),
            _in_environment(HOST_VARIABLES),
            Found(stored.get("host"), str(path)),
            Found(Configuration.get_host_settings()[0]["url"], "default"),
        ),
        token=_first(token, _in_environment(TOKEN_VARIABLES), Found(stored.get("token"), str(path))),
        organisation=_first(
            Found(arguments.organisation, "--organisation"),
            _in_environment(ORGANIZATION_VARIABLES),
            Found(stored.get("organisation"), str(path)),
        ),
    )


def _of_service(service: Emulator, arguments: argparse.Namespace) -> Settings:
    if arguments.token_file is not None:
        raise ApiValueError("--emulator makes its own token: leave --token-file out")
    given = Found(arguments.organisation, "--organisation")
    return Settings(
        host=Found(service.url, EMULATOR),
        token=Found(service.token, EMULATOR),
        organisation=_first(given, Found(_LOCAL_ORGANISATION, EMULATOR)),
    )


def _first(*choices: Found) -> Found:
    return next((found for found in choices if found.value is not None), Found(None, ""))


def _in_environment(names: tuple[str, ...], environ: Mapping[str, str] = os.environ) -> Found:
    name = first_set(names, environ)
    return Found(None, "") if name is None else Found(environ[name], f"environment {name}")


def _token_of(file: str) -> Found:
    try:
        token = _first_line_of_stdin() if file == "-" else _text_of(Path(file))
    except ApiValueError as error:
        problem = f"--token-file {error}"
    except (OSError, ValueError) as error:
        problem = f"--token-file {file}: {getattr(error, 'strerror', None) or 'it is no text'}"
    else:
        if token.strip():
            return Found(token.strip(), f"--token-file {file}")
        problem = f"--token-file {file}: it is empty"
    raise ApiValueError(problem)


def _first_line_of_stdin() -> str:
    # What follows may be identifiers.
    return sys.stdin.readline(_LONGEST_TOKEN) if sys.stdin else ""


def _text_of(path: Path) -> str:
    return read_private(path).decode()[:_LONGEST_TOKEN]
