"""``quantcdn help``: the help of any command."""

from __future__ import annotations

import argparse

from quantcdn import cli
from quantcdn.cli.arguments import Command, Parser, did_you_mean


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("words", nargs="*", metavar="COMMAND", help="the words of a command; none for all commands")


def _run(arguments: argparse.Namespace) -> int:
    parser = cli.parser()
    for word in arguments.words:
        if word not in parser.commands:
            advice = did_you_mean(word, parser.commands)
            parser.error(f"there is no command {word!r}{advice and f'; {advice}'}")
        parser = parser.commands[word]
    parser.print_help()
    return 0


COMMANDS = {
    "help": Command(
        _run,
        "Show the help of a command, as --help behind it does.",
        ("quantcdn help", "quantcdn help executions wait"),
        _add_arguments,
        takes_settings=False,
    )
}
"""The command by its word."""
