"""What the parser takes, as plain values: for the completion scripts and the written pages."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from quantcdn.cli.arguments import Parser

if TYPE_CHECKING:
    # argparse shows what a parser takes by no public name.
    from argparse import _SubParsersAction as SubParsers  # pyright: ignore[reportPrivateUsage] # see above


@dataclass(frozen=True, slots=True)
class Argument:
    """An option, or an argument without a name."""

    flags: tuple[str, ...]
    """How the option is written, or nothing for an argument without a name."""
    value: str
    """What the value is called, or "" for an option that takes none."""
    choices: tuple[str, ...]
    """The values that there are, or nothing where any will do."""
    help: str
    group: str
    """The title under which the help lists it."""
    is_required: bool
    is_repeated: bool
    """Whether several may follow each other."""
    candidates: str
    """The kind of what the command line itself completes it with, or ""."""

    @property
    def is_file(self) -> bool:
        """Whether the value is the path of a file."""
        return self.value == "FILE"

    @property
    def is_folder(self) -> bool:
        """Whether the value is the path of a folder."""
        return self.value == "DIR"


@dataclass(frozen=True, slots=True)
class CommandNode:
    """A command with all that it takes."""

    name: str
    """How it is written, from the program's name on: ``quantcdn executions list``."""
    usage: str
    """How it is called."""
    summary: str
    description: str
    examples: tuple[str, ...]
    """Command lines that show how it is used."""
    epilog: str
    arguments: tuple[Argument, ...]
    commands: tuple[CommandNode, ...]

    @property
    def word(self) -> str:
        """The last word of its name."""
        return self.name.rpartition(" ")[2]

    @property
    def options(self) -> tuple[Argument, ...]:
        """What it takes by a name."""
        return tuple(argument for argument in self.arguments if argument.flags)

    @property
    def positionals(self) -> tuple[Argument, ...]:
        """What it takes without a name."""
        return tuple(argument for argument in self.arguments if not argument.flags)

    def walk(self) -> Iterator[CommandNode]:
        """Yield this command and all below it, in the order of the help."""
        yield self
        for command in self.commands:
            yield from command.walk()


def command_of(parser: Parser, summary: str = "") -> CommandNode:
    """Read a parser, with all modules below it loaded; ``summary`` stands beside it in a list of commands."""
    return CommandNode(
        name=parser.prog,
        usage=parser.usage_line(),
        summary=summary,
        description=parser.description or "",
        examples=parser.examples,
        epilog=parser.epilog or "",
        arguments=tuple(_arguments(parser)),
        commands=tuple(_commands(parser)),
    )


def _arguments(parser: argparse.ArgumentParser) -> Iterator[Argument]:
    for group in parser._action_groups:
        for action in group._group_actions:
            if action.help != argparse.SUPPRESS and not _has_commands(action):
                yield _argument(parser, action, group.title or "")


_CANDIDATES = {
    ("executions", "ID"): "executions",
    ("executions", "TOOL"): "tools",
    ("orchestrations", "ID"): "orchestrations",
    ("tools", "NAME"): "tools",
}
"""What ``quantcdn.cli.candidates`` is asked for, by the group of a command and what its argument is called."""


def _argument(parser: argparse.ArgumentParser, action: argparse.Action, group: str) -> Argument:
    choices = tuple(map(str, action.choices or ()))
    name = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    words = {**vars(action), "prog": parser.prog, "choices": ", ".join(choices)}
    value = "" if action.nargs == 0 else name if isinstance(name, str) else " ".join(name)
    return Argument(
        flags=tuple(action.option_strings),
        value=value,
        choices=choices,
        help=(action.help or "") % words,
        group=group,
        is_required=action.required,
        is_repeated=action.nargs in ("*", "+"),
        candidates=_CANDIDATES.get((parser.prog.split()[-2:][0], value), ""),
    )


def _commands(parser: Parser) -> Iterator[CommandNode]:
    for action in parser._actions:
        if _has_commands(action):
            for choice in action._choices_actions:
                yield command_of(action.choices[choice.dest], (choice.help or "") % {"prog": parser.prog})


def _has_commands(action: argparse.Action) -> TypeGuard[SubParsers[Parser]]:
    return action.nargs == argparse.PARSER
