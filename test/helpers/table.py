"""A table of cases as one test, where a test for each would cost more than the case; it names every one that failed."""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

SHOWN_WHOLE = 20
"""Of how many failures the traceback is shown; all are named."""


def table(names: str, rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for each row, as ``pytest.mark.parametrize`` does, but as one test.

    Fixtures are made once for all rows. A row that fails does not keep the others from being run.
    """
    parameters = [name.strip() for name in names.split(",")]
    arguments = [dict(zip(parameters, row if len(parameters) > 1 else [row], strict=True)) for row in rows]
    assert arguments, "a table without a row would pass"

    def one_test(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(**fixtures: Any) -> None:
            failed = [(row, error) for row in arguments if (error := _failure(function, row, fixtures)) is not None]
            if failed:
                # As text, since plugins leave out what they take for repetitions in a group of exceptions.
                told = [_told(row, error, whole=place < SHOWN_WHOLE) for place, (row, error) in enumerate(failed)]
                pytest.fail("\n".join([f"{len(failed)} of {len(arguments)} cases failed", *told]), pytrace=False)

        signature = inspect.signature(function)
        others = [each for name, each in signature.parameters.items() if name not in parameters]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return run

    return one_test


def _failure(
    function: Callable[..., None], row: Mapping[str, object], fixtures: Mapping[str, object]
) -> BaseException | None:
    """Run one case; gives what it failed with."""
    try:
        function(**fixtures, **row)
    except (Exception, pytest.fail.Exception) as error:
        return error
    return None


def _shown(value: object) -> str:
    """Write a value, whatever its own class does, and an integer of too many digits."""
    try:
        return f"{value!r:.60}"
    except Exception:
        return f"<{type(value).__name__}>"


def _told(row: Mapping[str, object], error: BaseException, *, whole: bool) -> str:
    """Write which case failed and, if asked, how."""
    name = f"in the case {', '.join(f'{name}={_shown(value)}' for name, value in row.items())}"
    if isinstance(error, pytest.fail.Exception) and not error.pytrace:  # a table in this one
        return f"{name}: {error.msg}"
    return f"{name}:\n{''.join(traceback.format_exception(error))}" if whole else name


def _shown(value: object) -> str:
    """Write a value shortly, even one that refuses: an integer of more than 4,300 digits, or one of a test's class."""
    try:
        text = ascii(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) < 80 else f"{text[:80]}…"
