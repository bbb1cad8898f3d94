"""A table of cases as one test, where a test for each would cost more than the case; it names every one that failed."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from quantcdn._validation import shown


def table(names: str, rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for each row, as ``pytest.mark.parametrize`` does, but as one test.

    Fixtures are made once for all rows. A row that fails does not keep the others from being run.
    """
    parameters = [name.strip() for name in names.split(",")]
    arguments = [dict(zip(parameters, row if len(parameters) > 1 else [row], strict=True)) for row in rows]

    def one_test(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(**fixtures: Any) -> None:
            failed = [error for row in arguments if (error := _failure(function, row, fixtures)) is not None]
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(arguments)} cases failed", failed)

        signature = inspect.signature(function)
        others = [each for name, each in signature.parameters.items() if name not in parameters]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        assert arguments, "a table without a row would pass"
        return run

    return one_test


def _failure(
    function: Callable[..., None], row: Mapping[str, object], fixtures: Mapping[str, object]
) -> BaseException | None:
    """Run one case; gives its failure, with the row in its words."""
    try:
        function(**fixtures, **row)
    except (Exception, BaseExceptionGroup, pytest.fail.Exception) as error:
        error.add_note(f"in the case {', '.join(f'{name}={shown(value)}' for name, value in row.items())}")
        return error
    return None
