"""A test over a table runs every case, and names those that failed."""

from __future__ import annotations

import inspect
import re

import pytest

from test.helpers.table import SHOWN_WHOLE, table


def test_every_case_is_run_and_each_failure_is_named() -> None:
    seen = []

    @table("left, right", [(1, 2), (2, 1), (3, 4), (0, 0)])
    @table("factor", [1, 2])
    def is_less(service: str, left: int, right: int, factor: int) -> None:
        seen.append((service, left, right, factor))
        assert left * factor < right * factor
        with pytest.raises(ZeroDivisionError):
            _ = factor / (left - 3)

    assert list(inspect.signature(is_less).parameters) == ["service"]
    with pytest.raises(pytest.fail.Exception) as caught:
        is_less(service="a")
    assert seen == [("a", left, right, factor) for left, right in ((1, 2), (2, 1), (3, 4), (0, 0)) for factor in (1, 2)]
    text = str(caught.value)
    assert text.startswith(
        "3 of 4 cases failed\nin the case left=1, right=2: 2 of 2 cases failed\nin the case factor=1"
    )
    assert re.findall("in the case (.*?):", text) == [
        *("left=1, right=2", "factor=1", "factor=2", "left=2, right=1", "factor=1", "factor=2"),
        *("left=0, right=0", "factor=1", "factor=2"),
    ]
    assert "DID NOT RAISE" in text
    assert "AssertionError: assert (2 * 1) < (1 * 1)" in text


def test_of_many_failures_all_are_named_and_some_are_shown() -> None:
    @table("number", range(50))
    def is_less(number: int) -> None:
        raise ValueError(number)

    with pytest.raises(pytest.fail.Exception, match="50 of 50 cases failed") as caught:
        is_less()
    assert str(caught.value).count("in the case number=") == 50
    assert str(caught.value).count("Traceback") == SHOWN_WHOLE


def test_a_table_without_a_row_is_no_test() -> None:
    with pytest.raises(AssertionError, match="without a row"):
        table("left", [])(lambda left: None)
