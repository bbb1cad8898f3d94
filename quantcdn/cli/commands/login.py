"""``quantcdn login``: prompt for a token, try it and keep it."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from dataclasses import replace

from quantcdn._configuration.environment import first_set
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.cli.arguments import Command
from quantcdn.cli.commands.config import require_path
from quantcdn.cli.config_file import write_config
from quantcdn.cli.output.console import say
from quantcdn.cli.runner import FINE
from quantcdn.cli.settings import Setting, Settings, first_line_of_stdin, settings
from quantcdn.configuration import TOKEN_VARIABLES
from quantcdn.exceptions import ApiValueError

DASHBOARD = "the QuantCDN dashboard, under Profile, API Tokens"
"""Where tokens are made."""


def _run(arguments: argparse.Namespace) -> int:
    if arguments.emulator:
        raise ApiValueError("--emulator makes its own token and needs no login")
    path = require_path()
    try:
        chosen = _asked_for(settings(arguments), arguments)
    except KeyboardInterrupt:
        say("")  # the shell's prompt is not to stand behind this one
        raise
    organisation = chosen.require_organisation()
    with ApiClient(chosen.configuration()) as client:
        AIToolsApi(client).list_ai_tool_names(organisation)
    changes = {"token": chosen.token.value or "", "organisation": organisation}
    if chosen.host.source != "default":  # a token goes to the host alone that it was made for
        changes["host"] = chosen.host.value or ""
    write_config(path, changes)
    if not arguments.quiet:
        say(f"The token may use {organisation} at {chosen.host.value}; it is kept in {path}")
    variable = first_set(TOKEN_VARIABLES, os.environ)
    if variable is not None:
        say(f"{variable} is set in the environment, and is used in place of the token in the file", label="quantcdn:")
    return FINE


def _asked_for(found: Settings, arguments: argparse.Namespace) -> Settings:
    """Ask a person for what is missing; elsewhere, stdin has the token."""
    is_person = sys.stdin is not None and sys.stdin.isatty()
    if found.organisation.value is None and is_person:
        found = replace(found, organisation=Setting(_prompt("Organisation: "), "the organisation"))
    if arguments.token_file is not None:
        return found
    token = _token(found) if is_person else first_line_of_stdin()
    if not token.strip():
        raise ApiValueError(f"no token was given; make one in {DASHBOARD}")
    return replace(found, token=Setting(token.strip(), "the token"))


def _prompt(text: str) -> str:
    sys.stderr.write(text)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _token(found: Settings) -> str:
    say(f"A token for {found.host.value} is made in {DASHBOARD}")
    try:
        return getpass.getpass("Token (it is not shown): ", sys.stderr)
    except EOFError:
        return ""


COMMANDS = {
    "login": Command(
        _run,
        "Ask for an access token, try it by one call that changes nothing, and keep it with host and organisation in "
        "the config file, which nobody else can read. On a terminal the token is not shown as it is typed; elsewhere "
        "it is the first line of stdin. A token that is refused is not kept.",
        ("quantcdn login --organisation acme", "quantcdn login --organisation acme < token.txt"),
    )
}
"""The command by its word."""
