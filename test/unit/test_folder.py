"""The names of the files in a folder."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quantcdn._saving.folder import file_name


@given(st.text(), st.text())
def test_names_are_plain_and_differ_where_identifiers_differ(one: str, other: str) -> None:
    names = [file_name(identifier) for identifier in (one, other)]
    assert all(len(name) < 120 and not set(name) & set("/\\\0.\n ") for name in names)
    assert (names[0].casefold() == names[1].casefold()) == (one == other)
