"""A test over a table runs every case, and names those that failed."""

from __future__ import annotations

import inspect

import pytest

from test.helpers.table import table


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
    with pytest.raises(BaseExceptionGroup, match="3 of 4 cases failed") as caught:
        is_less(service="a")
    assert seen == [("a", left, right, factor) for left, right in ((1, 2), (2, 1), (3, 4), (0, 0)) for factor in (1, 2)]
    of_rows = {error.__notes__[-1]: error for error in caught.value.exceptions}
    assert list(of_rows) == [f"in the case left={left}, right={right}" for left, right in ((1, 2), (2, 1), (0, 0))]
    inner = of_rows["in the case left=2, right=1"]
    assert isinstance(inner, BaseExceptionGroup)
    assert [error.__notes__ for error in inner.exceptions] == [["in the case factor=1"], ["in the case factor=2"]]


def test_a_table_without_a_row_is_no_test() -> None:
    with pytest.raises(AssertionError, match="without a row"):
        table("left", [])(lambda left: None)
