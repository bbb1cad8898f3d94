"""A watch without a service: what is reported of each list."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from quantcdn import ApiException, Gap, ServiceException
from quantcdn._polling.poller import Polled
from quantcdn._polling.watcher import Watch
from quantcdn.models import ListAIToolExecutions200Response
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Line
from test.helpers.clock import FakeClock, problem

MORNING = datetime(2026, 1, 1, 8, tzinfo=UTC)


def line(number: int, status: str | None = "complete") -> Line:
    return Line(execution_id=f"exec_{number}", status=status, created_at=MORNING + timedelta(seconds=number))


def lines(newest: int, count: int = 100, status: str = "complete") -> list[Line]:
    """Make a list, newest first."""
    return [line(number, status) for number in range(newest, newest - count, -1)]


def watch(
    *polled: list[Line] | ApiException,
    time: FakeClock | None = None,
    interval: float = 2.0,
    timeout: float | None = None,
    shows_all: bool = True,
    wall: Callable[[], float] = lambda: 0.0,
) -> list[Any]:
    """Watch lists, or errors in their place, and collect what is reported by their end."""
    time = time or FakeClock()
    rest = iter(polled)

    class EndError(Exception):
        pass

    def list_newest(_seconds: float | None) -> Polled[ListAIToolExecutions200Response]:
        send = next(rest, None)
        if send is None:
            raise EndError
        if isinstance(send, ApiException):
            raise send
        return Polled(ListAIToolExecutions200Response(executions=send, count=len(send), org_id="acme"))

    notified: list[Any] = []
    clock = replace(time.clock, wall=wall)
    changes = Watch(list_newest, shows_all=shows_all, interval=interval, timeout=timeout, clock=clock).changes()
    with contextlib.suppress(EndError):
        for item in changes:
            notified.append(item)
    return notified


def names(notified: list[Any]) -> list[str]:
    return [item.execution_id if isinstance(item, Line) else "gap" for item in notified]


def test_each_is_reported_once_when_new_and_once_a_change_oldest_first() -> None:
    notified = watch(
        [line(1, "pending")],
        [line(2, "pending"), line(1, "running")],
        [line(2, "pending"), line(1, "running")],
        [line(3, "pending"), line(2, "running"), line(1, "complete")],
        [line(3, "pending"), line(2, "running"), line(1, "complete")],
    )
    assert [(item.execution_id, item.status) for item in notified] == [
        ("exec_1", "pending"),
        ("exec_1", "running"),
        ("exec_2", "pending"),
        ("exec_1", "complete"),
        ("exec_2", "running"),
        ("exec_3", "pending"),
    ]


# Fails if what is known is the last poll alone.
def test_one_that_leaves_the_list_for_a_poll_is_not_told_again() -> None:
    both = lines(2, 2)
    assert names(watch(both, lines(2, 1), both, [], both)) == ["exec_1", "exec_2"]


# Fails if each list without an unfinished one tells of it again.
def test_an_unfinished_one_that_leaves_the_list_is_a_gap_once() -> None:
    both = [line(2, "running"), line(1, "running")]
    notified = watch(both, [line(2, "running")], [line(2, "running")], both, both, [line(2, "running")])
    assert names(notified) == ["exec_1", "exec_2", "gap"]
    assert notified[2].unfinished == ("exec_1",)


def test_one_that_comes_back_changed_is_reported_again() -> None:
    notified = watch([line(1, "pending")], [], [line(1, "running")], [], [line(1, "complete")], [])
    assert names(notified) == ["exec_1", "gap", "exec_1", "gap", "exec_1"]


# Fails if a missing status is taken for an execution that is not known.
def test_one_without_a_status_is_reported_once_too() -> None:
    assert names(watch([line(1, None)], [line(1, None)], [line(1, "running")])) == ["exec_1", "exec_1"]


def test_one_without_an_identifier_is_known_by_tool_and_time() -> None:
    nameless = Line(tool_name="calculate", status="running", created_at=MORNING)
    later = Line(tool_name="calculate", status="running", created_at=MORNING + timedelta(seconds=1))
    assert watch([nameless], [later, nameless]) == [nameless, later]


def test_polls_that_do_not_overlap_are_a_gap() -> None:
    notified = watch(lines(100), lines(201))
    gap = notified[100]
    assert gap == Gap(after=line(100).created, before=line(102).created, unfinished=())
    assert names(notified[101:]) == [f"exec_{n}" for n in range(102, 202)]


def test_polls_that_overlap_in_one_execution_are_no_gap() -> None:
    assert "gap" not in names(watch(lines(100), lines(199)))


def test_an_unfinished_one_that_fell_off_the_list_is_a_gap_that_names_it() -> None:
    before = [*lines(100, 99), line(1, "running")]
    notified = watch(before, lines(101))
    gap = notified[100]
    assert isinstance(gap, Gap)
    assert gap.unfinished == ("exec_1",)


def test_a_finished_one_that_fell_off_the_list_is_none() -> None:
    assert names(watch(lines(100), lines(101)))[100:] == ["exec_101"]


def test_a_short_list_that_shows_all_there_is_has_no_gap() -> None:
    assert names(watch([], [line(1)], lines(9, 9), lines(30, 30), [*lines(52, 22), *lines(30, 30)])) == [
        f"exec_{n}" for n in range(1, 53)
    ]


def test_a_short_list_without_anything_known_is_a_gap() -> None:
    assert names(watch([line(1)], [line(50)])) == ["exec_1", "gap", "exec_50"]


# Fails if what has expired is missed: by the service's own times, all that was known is older than a day.
def test_a_short_list_after_all_that_was_known_has_expired_has_no_gap() -> None:
    assert names(watch([line(1)], [line(1 + 86_400)])) == ["exec_1", "exec_86401"]


def test_one_that_expires_unfinished_is_reported() -> None:
    notified = watch([line(1, "running")], [line(1 + 86_400)])
    assert [item.unfinished for item in notified if isinstance(item, Gap)] == [("exec_1",)]


def test_a_list_of_one_status_has_no_gap_where_one_leaves_it() -> None:
    running = lines(100, status="running")
    next_look = [line(101, "running"), *running[:40], *running[41:]]
    assert len(next_look) == 100
    assert names(watch(running, next_look, shows_all=False))[100:] == ["exec_101"]
    assert "gap" in names(watch(running, lines(300, status="running"), shows_all=False))


# Fails if only the number of executions counts: none of more than a day ago is on the list.
def test_polls_a_day_apart_are_a_gap_however_short_the_list() -> None:
    day = 86_400.0
    assert names(watch([line(1)], lines(2, 2), interval=day)) == ["exec_1", "gap", "exec_2"]
    assert "gap" not in names(watch([line(1)], lines(2, 2), interval=day - 1))


# Fails if only the clock of the waits counts: it stands still while the machine sleeps.
def test_a_day_in_which_the_machine_slept_is_a_gap() -> None:
    wall = iter([0.0, 0.0, 90_000.0, 90_002.0])
    notified = watch([line(1)], lines(2, 2), lines(3, 3), wall=lambda: next(wall))
    assert names(notified) == ["exec_1", "gap", "exec_2", "exec_3"]


def test_a_gap_without_times_is_a_gap() -> None:
    first = [Line(execution_id=f"a{n}", status="complete") for n in range(100)]
    second = [Line(execution_id=f"b{n}", status="complete") for n in range(100)]
    assert watch(first, second)[100] == Gap(None, None, ())


def test_a_poll_that_fails_loses_nothing() -> None:
    notified = watch([line(1, "running")], *[problem()] * 4, [line(1)], *[problem()] * 4, lines(2, 2))
    assert names(notified) == ["exec_1", "exec_1", "exec_2"]


def test_five_failures_in_a_row_end_a_watch() -> None:
    time = FakeClock()
    with pytest.raises(ServiceException):
        watch([line(1)], *[problem()] * 5, [line(2)], time=time)
    assert time.pauses == [2] * 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 302])
def test_an_error_that_will_not_pass_ends_a_watch_at_once(status: int) -> None:
    time = FakeClock()
    with pytest.raises(ApiException) as caught:
        watch(problem(status), [line(1)], time=time)
    assert (caught.value.status, time.pauses) == (status, [])


def test_the_deadline_ends_a_watch_quietly_after_a_last_poll() -> None:
    time = FakeClock()
    notified = watch(*[lines(n, n) for n in range(1, 5)], time=time, timeout=5)
    assert names(notified) == ["exec_1", "exec_2", "exec_3", "exec_4"]
    assert time.pauses == [2, 2, 1]


@pytest.mark.parametrize(("timeout", "allowed"), [(3.0, [3.0, 1.0, 0.5]), (0, [None]), (None, [None, None])])
def test_a_poll_may_take_what_is_left_and_the_last_one_half_a_second(
    timeout: float | None, allowed: list[float | None]
) -> None:
    # Without the bound, a service that hangs at the limit would hold the watch for a whole call.
    given: list[float | None] = []

    def list_newest(seconds: float | None) -> Polled[ListAIToolExecutions200Response]:
        given.append(seconds)
        return Polled(ListAIToolExecutions200Response(executions=lines(len(given), len(given)), count=1, org_id="acme"))

    still = replace(FakeClock().clock, uniform=lambda _low, _high: 0.0)
    changes = Watch(list_newest, shows_all=True, interval=2.0, timeout=timeout, clock=still).changes()
    assert len(list(itertools.islice(changes, len(allowed)))) == len(allowed)
    assert given == allowed


def test_a_timeout_of_0_is_one_poll() -> None:
    assert names(watch([line(1)], [line(2)], timeout=0)) == ["exec_1"]


# Fails if the pause that the service asked for is cut by the limit or the interval.
def test_the_next_poll_is_not_before_the_service_wants_it() -> None:
    time = FakeClock()
    watch([line(1)], problem(429, 30), [line(1)], [line(1)], time=time)
    assert time.pauses == [2, 30, 2, 2]
    time = FakeClock()
    watch([line(1)], problem(429, 30), [line(2)], time=time, timeout=20)
    assert time.pauses == [2]


def test_memory_of_what_was_reported_is_bounded() -> None:
    polled = [lines(n) for n in range(100, 12_100, 100)]
    rest = iter(polled)
    watched = Watch(
        lambda _: Polled(ListAIToolExecutions200Response(executions=next(rest), count=100, org_id="acme")),
        shows_all=True,
        interval=2.0,
        timeout=None,
        clock=FakeClock().clock,
    )
    list(islice(watched.changes(), 12_000))
    assert len(watched._history.known) <= 10_000
