"""What ``tox -e bite`` takes out is found, though it is run seldom."""

from __future__ import annotations

import pytest

from test.tools import bite


@pytest.mark.parametrize("guard", bite.BITES, ids=lambda guard: guard.guard)
def test_a_guard_is_found_once_in_the_package(guard: bite.Bite) -> None:
    assert len(bite.found(guard)) == 1


@pytest.mark.parametrize("guard", bite.BITES, ids=lambda guard: guard.guard)
def test_a_guards_tests_are_where_it_says(guard: bite.Bite) -> None:
    assert (bite.ROOT / guard.arguments[0]).is_file()
