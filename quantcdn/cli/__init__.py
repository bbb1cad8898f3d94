"""The command line: what is asked for is parsed here, and done by a module of its own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from quantcdn._version import __version__
from quantcdn.cli.arguments import Commands, Parser

COMMANDS: Commands = {
    "tools": ("quantcdn.cli.commands.tools", "what an organisation's tools are, do and take"),
    "executions": ("quantcdn.cli.commands.executions", "list, wait for, watch and save executions"),
    "orchestrations": ("quantcdn.cli.commands.orchestrations", "look at and wait for orchestrations of several tools"),
    "mcp": ("quantcdn.cli.commands.mcp", "list the MCP servers of an organisation"),
    "demo": ("quantcdn.cli.commands.demo", "show the whole client in some seconds"),
    "emulator": ("quantcdn.cli.commands.emulator", "run the local service until Ctrl-C"),
    "doctor": ("quantcdn.cli.commands.doctor", "check settings, network and token, and say what to do"),
    "completion": ("quantcdn.cli.commands.completion", "write the completion script of a shell"),
}
"""The module and the one-line summary of each command."""

_ABOUT = "A client for QuantCDN's AI tools API."

_EXAMPLES = """\
examples:
  quantcdn demo
  quantcdn executions list --status running --ndjson | quantcdn executions wait - --exit-status --save out/"""

_EPILOG = """\
Data goes to stdout: a table on a terminal, tab-separated records without a header elsewhere.
All else goes to stderr. NO_COLOR, FORCE_COLOR and TERM=dumb are heeded; data for scripts has no colours.

exit codes:
  0 fine · 1 error · 2 usage · 3 not found or expired · 4 not allowed · 5 ended as failed, with --exit-status
  124 time limit · 130 Ctrl-C"""


def parser(*, complete: bool = False) -> argparse.ArgumentParser:
    """Make the parser of the command line.

    Args:
        complete: Whether the modules of all commands are loaded, so that all of it can be read;
            otherwise a command's module is loaded when its words are parsed.

    Returns:
        The parser; what it parses has the function to call under ``run``.
    """
    top = Parser(prog="quantcdn", epilog=_EPILOG)
    top.about, top.examples = _ABOUT, _EXAMPLES
    top.add_argument("--version", action="version", version=f"quantcdn {__version__}")
    top.add_commands(COMMANDS)
    if complete:
        top.load_all()
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after the command's name; None for those of the process.

    Returns:
        The exit code: 0 fine, 1 an error, 2 wrong usage, 3 not found or expired, 4 not allowed,
        5 ended as failed, 124 a time limit passed, 130 Ctrl-C.
    """
    try:
        parsed = parser().parse_args(arguments)
        from quantcdn.cli.runner import run  # neither --version nor --help pays for it

        return run(parsed)
    except BrokenPipeError:
        return 0  # whoever read has seen enough
    finally:
        _flush_quietly()


def _flush_quietly() -> None:
    """Let nothing be left in the buffer that would fail at the very end of the process."""
    try:
        sys.stdout.flush()
    except OSError:  # the command itself has told it, if it is worth telling
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
