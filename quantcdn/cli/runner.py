"""A command as a process: streams, log, signals, and the message and the exit code of an error.

The imports of what only some commands need are in functions: ``completion`` runs at every start of a shell.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from contextlib import AbstractContextManager, nullcontext

from quantcdn._portability import is_closed_pipe
from quantcdn.exceptions import (
    ApiConnectionException,
    ApiTimeoutException,
    ApiTypeError,
    ApiValueError,
    ForbiddenException,
    NotFoundException,
    OpenApiException,
    ServiceException,
    UnauthorizedException,
    WaitTimeoutException,
)

FINE = 0
ERROR = 1
USAGE = 2
NOT_FOUND = 3
NOT_ALLOWED = 4
FAILED = 5
TIMED_OUT = 124
INTERRUPTED = 130

_CODES: tuple[tuple[tuple[type[BaseException], ...], int], ...] = (
    ((ApiTypeError, ApiValueError), USAGE),
    ((NotFoundException,), NOT_FOUND),
    ((UnauthorizedException, ForbiddenException), NOT_ALLOWED),
    ((WaitTimeoutException,), TIMED_OUT),
)

_DOCTOR = "'quantcdn doctor' says which settings are in force, and what to do"

_NEXT: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ApiConnectionException, ApiTimeoutException, UnauthorizedException, ForbiddenException), _DOCTOR),
    ((ServiceException,), "The service failed, not the command; try again later"),
)


_IN_OPTIONS: tuple[tuple[str, str], ...] = (
    (r"^(execution_ids?|orchestration_id)(?= )", "ID"),
    (r"^(limit|speed)(?= must )", r"--\1"),
    (r"^auto_execute needs allowed:", "--auto-execute needs --allow with"),
    (r", or allow_http=True if the network is trusted", ""),
    (r"set Configuration\(verify_identifiers=False\)", "ask for the identifier of that example"),
    (r"max_files allows (\d+)", r"at most \1 can be saved"),
    (r"that max_total_size allows", "that can be saved"),
    (r"Of max_total_size, ", "Of all that can be saved, "),
)
"""What errors call Python arguments, and what the command line calls the same."""


def _in_options(text: str) -> str:
    """Write the message of an error for someone who types options, not Python arguments."""
    for pattern, words in _IN_OPTIONS:
        text = re.sub(pattern, words, text)
    return text


def exit_code(error: BaseException) -> int:
    """Say what the process ends with after an error."""
    return next((code for kinds, code in _CODES if isinstance(error, kinds)), ERROR)


def _text_of(error: BaseException) -> str:
    if isinstance(error, OpenApiException) or not isinstance(error, OSError) or not error.strerror:
        return _in_options(str(error))
    # mkdir alone says that something exists: a file, where a folder was to be.
    reason = "it is no folder" if isinstance(error, FileExistsError) else error.strerror
    return reason if error.filename is None else f"{os.fsdecode(error.filename)}: {reason}"


def tell(error: BaseException) -> None:
    """Tell an error on stderr, in one or two lines."""
    from quantcdn.cli.output.console import say

    say(_text_of(error), label="quantcdn:")
    step = next((text for kinds, text in _NEXT if isinstance(error, kinds)), None)
    if step is not None:
        say(step)


def run(arguments: argparse.Namespace) -> int:
    """Do what was parsed, and give the exit code."""
    _prepare_streams()
    if arguments.verbose:
        _log_to_stderr()
    try:
        with _local_service(arguments):
            code: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (OpenApiException, OSError) as error:
        if isinstance(error, OSError) and is_closed_pipe(error):
            raise  # not an error here
        tell(error)
        return exit_code(error)
    return code


def _local_service(arguments: argparse.Namespace) -> AbstractContextManager[None]:
    if not arguments.emulator:
        return nullcontext()
    from quantcdn.cli.settings import local_service

    return local_service(arguments)


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started with it closed
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 # for as long as the process
        stream = getattr(sys, name)
        if stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        else:  # JSON and records are the same everywhere
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _log_to_stderr() -> None:
    from quantcdn.cli.output.console import brief_line

    class OneLine(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            """Write a record on one line."""
            return brief_line(super().format(record))

    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("quantcdn")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
