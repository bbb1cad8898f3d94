"""``quantcdn config``: the settings in the config file."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from quantcdn import _validation
from quantcdn._display.text import escaped
from quantcdn.cli.arguments import Command, Parser
from quantcdn.cli.config_file import config_path, read_config, write_config
from quantcdn.cli.output.console import say
from quantcdn.cli.runner import FINE, NOT_FOUND
from quantcdn.cli.settings import first_line_of_stdin
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiValueError

_NAMES = ("host", "organisation", "token")
_MASK = "********"


def require_path() -> Path:
    """Give the path of the config file, or say why there can be none."""
    path = config_path()
    if path is None:
        raise ApiValueError("there is no place for a config file: set XDG_CONFIG_HOME to a folder")
    return path


def _path(_: argparse.Namespace) -> int:
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(require_path()) + b"\n")
    return FINE


def _add_get_arguments(parser: Parser) -> None:
    parser.add_argument(
        "name", nargs="?", choices=_NAMES, metavar="NAME", help="%(choices)s; none for all that are set"
    )


def _get(arguments: argparse.Namespace) -> int:
    stored = read_config(require_path())
    shown = {name: _MASK if name == "token" else escaped(stored[name]) for name in _NAMES if name in stored}
    if arguments.name is None:
        sys.stdout.write("".join(f"{name}\t{value}\n" for name, value in shown.items()))
        return FINE
    if arguments.name not in shown:
        say(f"{require_path()} has no {arguments.name}", label="quantcdn:")
        return NOT_FOUND
    sys.stdout.write(f"{shown[arguments.name]}\n")
    return FINE


def _add_set_arguments(parser: Parser) -> None:
    parser.add_argument("name", choices=_NAMES, metavar="NAME", help="%(choices)s")
    parser.add_argument("value", metavar="VALUE", help='the value, or "" for none; - reads a line of stdin')


def _set(arguments: argparse.Namespace) -> int:
    if arguments.name == "token" and arguments.value not in ("-", ""):
        raise ApiValueError(
            "every user of this machine can read a token on a command line: give - to read it from stdin, "
            "or run 'quantcdn login'"
        )
    value: str = first_line_of_stdin().strip() if arguments.value == "-" else arguments.value
    if arguments.value == "-" and not value:
        raise ApiValueError("stdin has no value")
    if value:
        _check(arguments.name, value)
    write_config(require_path(), {arguments.name: value})
    return FINE


def _check(name: str, value: str) -> None:
    if name == "organisation":
        _validation.segment("organisation", value)
    elif name == "host":
        Configuration(host=value)
    else:
        Configuration(access_token=value)


COMMANDS = {
    "path": Command(
        _path,
        "Write the path of the config file, whether or not it exists.",
        ("quantcdn config path", 'cat "$(quantcdn config path)"'),
        takes_settings=False,
    ),
    "get": Command(
        _get,
        "Write what the config file says, one setting a line, its name and its value between a tab; with a name, the "
        "value alone. A token is never shown. 'quantcdn doctor' says which settings are in force.",
        ("quantcdn config get", "quantcdn config get organisation"),
        _add_get_arguments,
        takes_settings=False,
    ),
    "set": Command(
        _set,
        "Change a setting in the config file, which nobody else can read.",
        (
            "quantcdn config set organisation acme",
            "quantcdn config set host https://dashboard.quantcdn.io",
            "quantcdn config set token - < token.txt",
        ),
        _add_set_arguments,
        takes_settings=False,
    ),
}
"""The commands of this group by their last words."""
