"""The parser of the command line: a command's module is loaded when the command is parsed, or its help is shown."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

from quantcdn._configuration.environment import HOST_VARIABLES, ORGANIZATION_VARIABLES, TOKEN_VARIABLES

SETTINGS: Mapping[str, object] = {
    "host": None,
    "emulator": False,
    "organisation": None,
    "token_file": None,
    "verbose": False,
    "quiet": False,
}
"""The names of the settings in what was parsed, each with its default."""


_WORD = re.compile(r"""(?:--[\w-]+ (?=[^-\s]))?(?:'[^']*'|"[^"]*"|\S)+""")
"""A word of a command line, with the option that it is the value of."""


class Group(NamedTuple):
    """A command that only has commands below it."""

    summary: str
    description: str
    examples: tuple[str, ...]
    commands: Mapping[str, str]
    """The summary of each command below it by its last word."""


class Command(NamedTuple):
    """A command that does something: what it says, takes and does."""

    run: Callable[[argparse.Namespace], int]
    """Runs it and returns the exit code."""
    description: str
    examples: tuple[str, ...]
    """Command lines that show how it is used, two or more."""
    add_arguments: Callable[[Parser], object] = lambda _: None
    takes_settings: bool = True


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Suggest the choice that a word is the start of, or that is most like it; nothing where none is."""
    from difflib import get_close_matches  # only who mistypes pays for it

    plain = {choice.lstrip("-"): choice for choice in choices}
    start = word.lstrip("-").casefold()
    near = [text for text in plain if start and text.startswith(start)] or get_close_matches(start, plain, n=1)
    return f"did you mean {plain[near[0]]}?" if near else ""


def add_settings(parser: argparse.ArgumentParser, *, is_shown: bool = True) -> None:
    """Add the options that most commands share; without a default, so that none given before the command is lost."""

    def shown(text: str) -> str:
        """Hide the help of what a command shares with the program."""
        return text if is_shown else argparse.SUPPRESS

    def add(container: Any, *flags: str, **options: Any) -> None:
        """Add an option without a default."""
        container.add_argument(*flags, default=argparse.SUPPRESS, **{**options, "help": shown(options["help"])})

    group = parser.add_argument_group("settings")
    where = group.add_mutually_exclusive_group()
    add(where, "--host", metavar="URL", help=f"the service (else {HOST_VARIABLES[0]}, else the public cloud)")
    add(where, "--emulator", action="store_true", help="a local service with examples; needs no account")
    add(
        group,
        *("--organisation", "--organization"),
        metavar="NAME",
        help=f"the organisation (else {ORGANIZATION_VARIABLES[0]})",
    )
    add(
        group,
        "--token-file",
        metavar="FILE",
        help=f"holds the access token; - reads a line of stdin (else {TOKEN_VARIABLES[0]})",
    )
    add(group, "-v", "--verbose", action="store_true", help="log every request to stderr")
    add(group, "-q", "--quiet", action="store_true", help="say nothing on stderr but errors")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Wraps at blanks alone: an option, a path or a list of fields is copied whole."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return _wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.split("\n\n")
        return "\n\n".join("\n".join(_wrapped(paragraph, width, indent)) for paragraph in paragraphs)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"

    def example(self, line: str) -> str:
        """Write a command line; where it is too long, a shell that it is pasted into still takes it for one."""
        rows: list[str] = []
        parts = [line] if len(line) + 2 <= self._width else line.split(" | ")
        for part in parts:
            row = "    " if rows else "  "
            for word in _WORD.findall(part):
                if not row.isspace() and len(row) + len(word) + 3 > self._width:
                    rows.append(f"{row} \\\n")
                    row = "    "
                row += word if row.isspace() else f" {word}"
            rows.append(f"{row}\n" if part is parts[-1] else f"{row} |\n")
        return "".join(rows)


def _is_own_option(action: argparse.Action) -> bool:
    return bool(action.option_strings) and "--help" not in action.option_strings and action.help != argparse.SUPPRESS


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    # A list of names may be longer than a line; it has no blanks, so that it can be copied.
    words = [word if len(word) <= width else word.replace(",", ", ") for word in text.split()]
    return textwrap.wrap(
        " ".join(words),
        max(width, 1),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        problem = f"a whole number is expected, not {text!r}"
    raise argparse.ArgumentTypeError(problem)


class Parser(argparse.ArgumentParser):
    """The parser of a command; of one that does something, it knows no more than the name until it is needed.

    Args:
        source: The module that has the command in its ``COMMANDS``, or "" for the program and for groups.
        word: The command's last word.
        **options: What ``argparse.ArgumentParser`` takes.
    """

    def __init__(self, *, source: str = "", word: str = "", **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Formatter, **options)
        self._positionals.title = "arguments"
        self.register("type", int, _whole_number)
        self.examples: tuple[str, ...] = ()
        """Command lines that show how it is used."""
        self.commands: dict[str, Parser] = {}
        """The parsers of the commands below it by their last words."""
        self._source, self._word = source, word
        self.set_defaults(parser=self, run=None, takes_settings=True)

    def add_commands(self, commands: Mapping[str, Group | str], source: str = "") -> None:
        """Add groups, and other commands by their summaries; without a source, each has the module of its name."""
        added = self.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser, prog=self.prog)
        for word, command in commands.items():
            module = source or f"quantcdn.cli.commands.{word}"
            if isinstance(command, str):
                self.commands[word] = added.add_parser(word, help=command, source=module, word=word)
                continue
            group = self.commands[word] = added.add_parser(word, help=command.summary)
            group.description, group.examples = command.description, command.examples
            add_settings(group, is_shown=False)
            group.add_commands(command.commands, module)

    def load(self) -> None:
        """Load what the command takes and says."""
        if not self._source:
            return
        command: Command = import_module(self._source).COMMANDS[self._word]
        self._source = ""
        self.description, self.examples = command.description, command.examples
        self.set_defaults(run=command.run, takes_settings=command.takes_settings)
        command.add_arguments(self)
        if command.takes_settings:
            add_settings(self)

    def load_all(self) -> None:
        """Load this command and all below it."""
        self.load()
        for command in self.commands.values():
            command.load_all()

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] # one form for all of argparse's
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Parse, with the command loaded."""
        self.load()
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            known = [flag for action in self._actions for flag in action.option_strings]
            advice = did_you_mean(unknown[0].partition("=")[0], known) if unknown[0].startswith("-") else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{advice and f'; {advice}'}")
        return parsed, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = list(map(str, action.choices))
            advice = did_you_mean(str(value), choices) or f"choose from {', '.join(choices)}"
            raise argparse.ArgumentError(action, f"invalid choice: {value!r}; {advice}")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write what the parser says; one that cannot be written is an error, as of any command."""
        stream = file or sys.stderr
        if message and stream is not None:
            stream.write(message)
            stream.flush()

    def check_settings(self, parsed: argparse.Namespace) -> None:
        """Refuse settings that no parser alone could: those given before the command are not known to its own."""
        given = {name for name, default in SETTINGS.items() if getattr(parsed, name) != default}
        needless = given - {action.dest for action in self._actions}
        if needless and not parsed.takes_settings:
            self.error(f"it takes no --{min(needless).replace('_', '-')}")
        if given >= {"host", "emulator"}:
            self.error("argument --emulator: not allowed with argument --host")

    def usage_line(self) -> str:
        """Write how the command is called."""
        words = [self.prog, *(["[OPTION]..."] if any(map(_is_own_option, self._actions)) else [])]
        for action in self._get_positional_actions():
            word = f"{action.metavar or action.dest}{'...' if action.nargs in ('*', '+') else ''}"
            words.append(f"[{word}]" if action.nargs in ("*", "?") else word)
        return " ".join(words)

    def format_help(self) -> str:
        """Write the help: usage, what the command does and takes, then examples."""
        self.load()
        self.usage, epilog, self.epilog = self.usage_line(), self.epilog, None
        formatter = self._get_formatter()
        parts = [super().format_help()]
        if self.examples and isinstance(formatter, _Formatter):
            parts.append("examples:\n" + "".join(map(formatter.example, self.examples)))
        if epilog:
            formatter.add_text(epilog)
            parts.append(formatter.format_help())
        self.epilog = epilog
        return "\n".join(parts)

    def error(self, message: str) -> NoReturn:
        """Say in two lines what is wrong, and end."""
        # What is quoted in it came from outside.
        text = message if message.isprintable() else message.encode("unicode_escape").decode()
        self.exit(2, f"{self.prog}: {text}\nTry: {self.prog} --help\n")
