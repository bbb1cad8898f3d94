"""The command line: what is asked for is parsed here, and done by a module of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from quantcdn._version import __version__
from quantcdn.cli import demo
from quantcdn.exceptions import ApiTypeError, ApiValueError, OpenApiException

_EXIT_ERROR = 1
_EXIT_USAGE = 2
_EXIT_INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line.

    Returns:
        The parser; what it parses has the function to call under ``run``.
    """
    top = argparse.ArgumentParser(
        prog="quantcdn",
        description="A client for QuantCDN's AI tools API.",
        epilog="example: quantcdn demo",
    )
    top.add_argument("--version", action="version", version=f"quantcdn {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = commands.add_parser(
        "demo",
        help=demo.SUMMARY,
        description=demo.DESCRIPTION,
        epilog=demo.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    demo.add_arguments(command)
    command.set_defaults(run=demo.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after the command's name; None for those of the process.

    Returns:
        The exit code: 0 fine, 1 an error, 2 wrong usage, 130 Ctrl-C.
    """
    parsed = parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except KeyboardInterrupt:
        return _EXIT_INTERRUPTED
    except (OpenApiException, OSError) as error:
        print(f"quantcdn: {error}", file=sys.stderr)  # noqa: T201 - a command line prints
        return _EXIT_USAGE if isinstance(error, ApiTypeError | ApiValueError) else _EXIT_ERROR
    return 0
