"""How wide texts, tables and durations are on a terminal."""

from __future__ import annotations

import pytest

from quantcdn._display import terminal
from quantcdn._display.formats import duration
from quantcdn._display.tables import table_lines as plain_table
from quantcdn.cli.output.rich_tables import table as rich_table


def test_both_tables_count_wide_and_combining_characters() -> None:
    rows = [["名前", "x"], ["e\u0301", "y"]]
    assert plain_table(["A", "B"], rows, None) == ["A     B", "名前  x", "e\u0301     y"]
    by_rich = [line.rstrip() for line in rich_table(["A", "B"], rows, 80, False)]
    assert by_rich == plain_table(["A", "B"], rows, None)


def test_a_plain_table_that_is_too_wide_cuts_its_widest_columns_but_never_the_first() -> None:
    lines = plain_table(["", "", ""], [["x" * 20, "y" * 30, "z" * 40]], 50)
    assert lines == ["x" * 20 + "  " + "y" * 12 + "…" + "  " + "z" * 12 + "…"]
    assert plain_table(["", ""], [["x" * 20, "y" * 30]], 10) == ["x" * 20 + "  yyy…"]


@pytest.mark.parametrize(
    ("text", "width", "cut"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("名前です", 5, "名前…"), ("名前です", 4, "名…")]
)
def test_a_text_is_cut_where_it_no_longer_fits(text: str, width: int, cut: str) -> None:
    assert terminal.cut(text, width) == cut


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0s"),
        (12.5, "12.5s"),
        (59.96, "1m00s"),
        (90, "1m30s"),
        (3_600, "1h00m"),
        (86_399, "23h59m"),
        (100 * 3_600, "4d04h"),
        (-90, "-1m30s"),
        (float("nan"), ""),
        (float("inf"), ""),
        (10**400, ""),
        ("x", ""),
    ],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text
