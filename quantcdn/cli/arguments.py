"""Parsers of commands: the module of a command is loaded when it is asked for, and its help opens with examples."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

Commands = Mapping[str, tuple[str, str]]
"""The module and the one-line summary of each command by its name.

The module of a command has ``SUMMARY``, ``DESCRIPTION`` and ``EXAMPLES`` (two, under the line
``examples:``), ``add_arguments(parser)``, and ``run(arguments)``, which returns the exit code. That of
a group has the three texts, and its own ``COMMANDS``.
"""


class Parser(argparse.ArgumentParser):
    """A parser that knows nothing of its command until it parses.

    Args:
        module: The name of the command's module, or None for the top.
        **options: What ``argparse.ArgumentParser`` takes.
    """

    def __init__(self, *, module: str | None = None, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)
        self.about = ""
        """What the command does."""
        self.examples = ""
        """Two examples, under the line ``examples:``."""
        self.commands: dict[str, Parser] = {}
        """The parsers of the commands below it by name."""
        self._module = module

    def add_commands(self, commands: Commands) -> None:
        """Add commands; their modules are loaded when they are asked for.

        Args:
            commands: The commands.
        """
        added = self.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)
        for name, (module, summary) in commands.items():
            self.commands[name] = added.add_parser(name, help=summary, module=module)

    def load(self) -> None:
        """Load the command's module, and take from it what the command takes and says."""
        if self._module is None:
            return
        module: Any = import_module(self._module)
        self._module = None
        self.about, self.examples = module.DESCRIPTION, module.EXAMPLES
        if hasattr(module, "COMMANDS"):
            self.add_commands(module.COMMANDS)
        else:
            self.set_defaults(run=module.run)
            module.add_arguments(self)

    def load_all(self) -> None:
        """Load the modules of this command and of all below it."""
        self.load()
        for command in self.commands.values():
            command.load_all()

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] # one form for all of argparse's
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Parse, with the command's module loaded.

        Args:
            args: The words; None for those of the process.
            namespace: Where the result goes, or None.

        Returns:
            What argparse returns.
        """
        self.load()
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown and not self.commands:  # else the parser above would name its own help
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return parsed, unknown

    def format_help(self) -> str:
        """Write the help: what it does and examples, then usage and options.

        Returns:
            The text.
        """
        parts = [self.about, self.examples, super().format_help()]
        return "\n\n".join(part for part in parts if part)

    def error(self, message: str) -> NoReturn:
        """Say in two lines what is wrong, and end.

        Args:
            message: What is wrong.
        """
        # What is quoted in it came from outside.
        text = message if message.isprintable() else message.encode("unicode_escape").decode()
        self.exit(2, f"{self.prog}: {text}\nTry: {self.prog} --help\n")
