"""``quantcdn completion``: scripts with which a shell completes the command line."""

from __future__ import annotations

import argparse
import sys
from importlib import resources

from quantcdn.cli.arguments import Command, Parser

SHELLS = ("bash", "zsh", "fish", "powershell")


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="the shell: %(choices)s")


def _run(arguments: argparse.Namespace) -> int:
    # docs/tools/completions.py has written it from the parser.
    script = resources.files("quantcdn.cli") / "completions" / f"quantcdn.{arguments.shell}"
    sys.stdout.write(script.read_text(encoding="utf-8"))
    return 0


COMMANDS = {
    "completion": Command(
        _run,
        "Write a script with which a shell completes commands, options, their choices, files, folders, the names of "
        "tools and recent identifiers. "
        "In bash and zsh, the lines below do it for one shell, and for each new one from ~/.bashrc, or from ~/.zshrc "
        "below the line with compinit. In fish, the third does it for each new shell, and has to be repeated after "
        "an update. In PowerShell, 'quantcdn completion powershell | Out-String | Invoke-Expression' does it for one "
        "shell, and for each new one from the file that $PROFILE names.",
        (
            "source <(quantcdn completion bash)",
            "source <(quantcdn completion zsh)",
            "quantcdn completion fish > ~/.config/fish/completions/quantcdn.fish",
        ),
        _add_arguments,
        takes_settings=False,
    )
}
"""The command by its word."""
