"""The command line: arguments are parsed here, and each command runs in its own module."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TextIO

from quantcdn._portability import is_closed_pipe
from quantcdn._version import __version__, mixed_files
from quantcdn.cli.arguments import SETTINGS, Parser, add_settings
from quantcdn.cli.commands import COMMANDS

_EXAMPLES = (
    "quantcdn demo",
    "quantcdn executions list --status running --ndjson | quantcdn executions wait - --exit-status --save out/",
)

_EPILOG = """\
Data goes to stdout: a table on a terminal, tab-separated records without a header elsewhere. All else goes to stderr. \
NO_COLOR, FORCE_COLOR and TERM=dumb are heeded; data for scripts has no colours.

Exit codes: 0 fine, 1 error, 2 usage, 3 not found or expired, 4 not allowed, 5 failed (with --exit-status), \
124 time limit, 130 Ctrl-C."""


def parser(*, complete: bool = False) -> Parser:
    """Make the parser of the command line; ``complete`` loads all commands, so that the whole of it can be read."""
    top = Parser(prog="quantcdn", description="A client for QuantCDN's AI tools API.", epilog=_EPILOG)
    top.examples = _EXAMPLES
    top.add_argument("--version", action="version", version=f"quantcdn {__version__}")
    top.set_defaults(**SETTINGS)
    top.add_commands(COMMANDS)
    add_settings(top)
    if complete:
        top.load_all()
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after the command's name; None for those of the process.

    Returns:
        The exit code: 0 fine, 1 an error, 2 wrong usage, 3 not found or expired, 4 not allowed,
        5 failed, 124 a time limit passed, 130 Ctrl-C.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    _make_stderr_optional()
    try:
        if words[:1] == ["__complete"]:  # a completion script asks; it is no command for people
            from quantcdn.cli.candidates import complete

            return complete(words[1:])
        parsed = parser().parse_args(words)
        if parsed.run is None:
            parsed.parser.print_help()
            return 0
        parsed.parser.check_settings(parsed)
        from quantcdn.cli.runner import run  # neither --version nor --help pays for it

        return run(parsed)
    except ImportError:
        if (mixed := mixed_files()) is None:
            raise
        sys.stderr.write(f"quantcdn: {mixed}\n")
        return 1
    except OSError as error:
        if is_closed_pipe(error):
            return 0  # whoever read has seen enough
        from quantcdn.cli.runner import exit_code, tell

        tell(error)
        return exit_code(error)
    finally:
        _flush_quietly()


class _OptionalStream(io.TextIOWrapper):
    """A stream that may be full; that nobody reads it any more is still an error."""

    def write(self, text: str, /) -> int:
        """Write a text, or lose it where there is no space."""
        with _unless_closed():
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered, or lose it where there is no space."""
        with _unless_closed():
            super().flush()


@contextmanager
def _unless_closed() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if is_closed_pipe(error):
            raise


def _make_stderr_optional() -> None:
    """Let what stderr has no room for change nothing: neither what goes to stdout nor the exit code."""
    stream: TextIO | None = sys.stderr  # None where the process was started without
    is_of_process = sys.stderr is sys.__stderr__
    if stream is not None and is_of_process:
        sys.stderr = _OptionalStream(
            stream.buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=True, write_through=True
        )


def _flush_quietly() -> None:
    """Let nothing be left in the buffer that would fail at the very end of the process."""
    if sys.stdout is None:  # the process was started without
        return
    try:
        sys.stdout.flush()
    except OSError:  # the command itself has reported it, if it is worth a report
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
