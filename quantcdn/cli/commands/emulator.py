"""``quantcdn emulator``: the local service, for tests in any language."""

from __future__ import annotations

import argparse
import signal

from quantcdn.emulator.__main__ import add_arguments as add_arguments
from quantcdn.emulator.__main__ import run as serve

SUMMARY = "run the local service until Ctrl-C"

DESCRIPTION = """\
Serve the AI tools API on a port of this machine, with examples, until Ctrl-C.
Nothing is run and nothing leaves the machine; it needs no account."""

EXAMPLES = """\
examples:
  quantcdn emulator
  quantcdn emulator --port 8080 --token secret --speed 10"""


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        arguments: What was asked for.

    Returns:
        The exit code.
    """
    # A shell starts background commands with SIGINT ignored; both signals end this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    return serve(arguments)
