"""``quantcdn emulator``: the local service, for tests in any language."""

from __future__ import annotations

import argparse
import signal

from quantcdn.cli.arguments import Command
from quantcdn.emulator.__main__ import add_arguments
from quantcdn.emulator.__main__ import run as serve


def _run(arguments: argparse.Namespace) -> int:
    # A shell starts background commands with SIGINT ignored; both signals end this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    return serve(arguments)


COMMANDS = {
    "emulator": Command(
        _run,
        "Serve the AI tools API on a port of this machine, with examples, until Ctrl-C. Nothing is run and nothing "
        "leaves the machine; it needs no account.",
        ("quantcdn emulator", "quantcdn emulator --port 8080 --token secret --speed 10"),
        add_arguments,
        takes_settings=False,
    )
}
"""The command by its word."""
