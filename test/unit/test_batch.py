"""Batches without a service: what is sent when, and what becomes of each execution."""

from __future__ import annotations

import gc
import itertools
import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from quantcdn import (
    ApiException,
    ExecutionFailedException,
    ForbiddenException,
    NotFoundException,
    Outcome,
    Poll,
    ServiceException,
    UnauthorizedException,
    WaitTimeoutException,
)
from quantcdn._polling.batch import BatchWait
from quantcdn._polling.poller import Polled
from quantcdn.polling import EVERY_2_SECONDS
from test.helpers.clock import FakeClock, FakeService, Thing, problem


def many(
    service: FakeService,
    identifiers: Iterable[str] | None = None,
    *,
    poll: Poll = EVERY_2_SECONDS,
    timeout: float | None = 300.0,
    max_rate: float = 20.0,
    on_update: Callable[[Any], object] | None = None,
) -> Iterator[Outcome]:
    return BatchWait(
        service.things if identifiers is None else identifiers,
        lambda identifier, seconds: Polled(service.get_status(identifier, seconds)),
        lambda seconds: Polled(service.list_newest(seconds)),
        poll=poll,
        timeout=timeout,
        max_rate=max_rate,
        on_update=on_update,
        clock=service.time.clock,
    )


def things(number: int, over: float = 60.0, **values: Any) -> list[Thing]:
    """Make executions that end one after the other, the last after some seconds."""
    return [Thing(f"exec_{n}", created=n, ends=over * (n + 1) / number, **values) for n in range(number)]


@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_cost_no_more_whatever_the_jitter(seed: int) -> None:
    service = FakeService(FakeClock(random.Random(seed).uniform), *things(100))
    assert len(list(many(service))) == 100
    assert len(service.lists) <= 31
    assert len(service.polled) == 100


@pytest.mark.parametrize("rate", [0.5, 3, 20, 100])
def test_polls_of_what_the_list_does_not_show_keep_the_rate_and_are_spread_evenly(rate: float) -> None:
    service = FakeService(FakeClock(), *things(130, over=0.0))
    for thing in service.things.values():
        thing.ends = 60
    outcomes = many(service, max_rate=rate, timeout=50)
    unfinished = [outcome for outcome in outcomes if outcome.execution is None or not outcome.execution.is_final]
    assert len(unfinished) == 130
    moments = [moment for moment, _ in service.polled if moment < 50]
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    # Where a thread is late by more than 50 ms of real time, its poll has come 10 ms later by this clock.
    assert min(gaps) >= max(1 / rate, 2 / 30) - 0.011
    assert len(service.polled) <= 50 * min(rate, 30 / 2) + 1 + max(rate, 1)


def test_those_that_fail_vanish_or_are_forbidden_do_not_disturb_the_rest() -> None:
    service = FakeService(FakeClock(), *things(150))
    service.things["exec_7"].error = "out of paint"
    service.things["exec_140"].error = "out of paint too"
    ids = [*service.things, "vanished"]
    for forbidden in ("exec_9", "exec_149"):
        del service.things[forbidden]
    service.refuse = lambda identifier: problem(403) if identifier in ("exec_9", "exec_149") else None
    outcomes = {outcome.identifier: outcome for outcome in many(service, ids)}
    assert sorted(outcomes) == sorted(ids)
    kinds = {identifier: type(o.error) for identifier, o in outcomes.items() if o.error is not None}
    assert kinds == {
        "exec_7": ExecutionFailedException,
        "exec_140": ExecutionFailedException,
        "vanished": NotFoundException,
        "exec_9": ForbiddenException,
        "exec_149": ForbiddenException,
    }
    assert "out of paint" in str(outcomes["exec_7"].error)
    assert all(o.execution is not None and o.execution.is_complete for o in outcomes.values() if o.error is None)


def test_one_that_vanishes_in_the_middle_leaves_what_was_seen_of_it() -> None:
    service = FakeService(FakeClock(), *things(120))
    first = "exec_0"  # the list shows the newest 100 only
    service.things[first].ends = 1_000
    service.refuse = lambda identifier: problem(404) if identifier == first and service.time.now > 30 else None
    outcome = next(outcome for outcome in many(service) if outcome.identifier == first)
    assert isinstance(outcome.error, NotFoundException)
    assert outcome.execution is not None
    assert outcome.execution.status == outcome.error.last.status == "running"
    assert "in the middle of a wait, last seen running" in str(outcome.error)


# Fails if the results are kept: they would be 10,000 times 20 kB.
def test_ten_thousand_work_in_flat_memory() -> None:
    service = FakeService(FakeClock(), *things(10_000, over=400.0))
    made = service.get_status

    def send(identifier: str, seconds: float | None) -> Any:
        service.things[identifier].result = "x" * 20_000 + identifier
        try:
            return made(identifier, seconds)
        finally:
            service.things[identifier].result = None
            service.polled.clear()

    service.get_status = send
    service.list_newest()  # what pydantic makes once is not counted
    gc.collect()
    tracemalloc.start()
    try:
        ended = sum(
            outcome.error is None for outcome in many(service, (f"exec_{n}" for n in range(10_000)), timeout=None)
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ended == 10_000
    assert peak < 10 * 2**20


def test_identifiers_may_come_from_anything_and_twice() -> None:
    service = FakeService(FakeClock(), *things(3, over=5))
    outcomes = list(many(service, iter(["exec_1", "exec_0", "exec_1", "exec_1"])))
    assert [outcome.identifier for outcome in outcomes] == ["exec_0", "exec_1"]


def test_for_nothing_nothing_is_asked() -> None:
    service = FakeService(FakeClock(), *things(3))
    assert list(many(service, [])) == []
    assert service.lists == service.polled == []


@pytest.mark.parametrize("status", [403, 404])
def test_where_the_list_is_forbidden_they_are_polled_one_by_one(status: int) -> None:
    service = FakeService(FakeClock(), *things(40))
    service.refuse = lambda identifier: problem(status) if identifier is None else None
    assert sum(outcome.error is None for outcome in many(service)) == 40
    assert len(service.lists) == 1
    assert len(service.polled) <= 40 + 20 * service.time.now


def test_where_the_list_is_broken_they_are_polled_one_by_one_from_the_first_failure_on() -> None:
    service = FakeService(FakeClock(), *things(10, over=20.0))
    service.refuse = lambda identifier: problem(500) if identifier is None else None
    outcomes = list(many(service))
    assert [outcome.error for outcome in outcomes] == [None] * 10
    assert len(service.lists) == 5
    assert max(outcome.seconds - service.things[outcome.identifier].ends for outcome in outcomes) <= 2.5


def test_a_list_that_works_again_is_used_again() -> None:
    service = FakeService(FakeClock(), *things(50))
    service.refuse = lambda identifier: problem(500) if identifier is None and len(service.lists) < 4 else None
    assert sum(outcome.error is None for outcome in many(service)) == 50
    assert len(service.polled) < 50 + 20 * 8


@pytest.mark.parametrize("where", [None, "exec_0"])
def test_a_refused_token_ends_all_at_once_with_one_request(where: str | None) -> None:
    service = FakeService(FakeClock(), *things(60))
    service.refuse = lambda identifier: problem(401) if identifier == where or where else None
    outcomes = list(many(service))
    assert sorted(outcome.identifier for outcome in outcomes) == sorted(service.things)
    assert {type(outcome.error) for outcome in outcomes} == {UnauthorizedException}
    # Fails if only a poll may end them: a list that is refused already says all.
    assert (len(service.lists), len(service.polled)) == (1, 0)


def test_a_token_refused_in_the_middle_ends_the_rest() -> None:
    service = FakeService(FakeClock(), *things(10, over=20))
    service.refuse = lambda identifier: problem(401) if identifier == "exec_5" else None
    outcomes = list(many(service))
    assert [type(outcome.error) for outcome in outcomes] == [type(None)] * 5 + [UnauthorizedException] * 5


def test_a_poll_that_fails_is_made_again_and_ends_one_after_five_in_a_row() -> None:
    service = FakeService(FakeClock(), *things(4, over=4))
    service.refuse = lambda identifier: problem(500) if identifier == "exec_1" else None
    outcomes = {outcome.identifier: outcome for outcome in many(service)}
    assert isinstance(outcomes["exec_1"].error, ServiceException)
    assert [identifier for _, identifier in service.polled].count("exec_1") == 5
    assert [o.error for o in outcomes.values() if o.identifier != "exec_1"] == [None] * 3
    # Fails if it is tried again without a pause: five would then fail within the same moment.
    assert outcomes["exec_1"].seconds >= 8


# Fails if one endpoint's Retry-After leaves the other alone: the service has asked to be left in peace.
@pytest.mark.parametrize("where", [None, "exec_0"])
def test_after_retry_after_nothing_is_asked_until_then(where: str | None) -> None:
    service = FakeService(FakeClock(), *things(130))
    asked: list[float] = []

    def refuse(identifier: str | None) -> ApiException | None:
        if identifier != where or asked:
            return None
        asked.append(service.time.now)
        return problem(429, 40)

    service.refuse = refuse
    assert sum(outcome.error is None for outcome in many(service)) == 130
    moments = [*service.lists, *(moment for moment, _ in service.polled)]
    assert not [moment for moment in moments if asked[0] < moment < asked[0] + 40]


def test_a_service_that_asks_to_wait_beyond_the_deadline_is_not_asked_again() -> None:
    service = FakeService(FakeClock(), *things(3))
    service.refuse = lambda _: problem(503, 120)
    outcomes = list(many(service, timeout=60))
    assert [type(outcome.error) for outcome in outcomes] == [WaitTimeoutException] * 3
    assert "the service asked to wait 120 s, beyond the timeout of 60 s" in str(outcomes[0].error)
    assert (service.lists, service.polled) == ([0], [])


def test_a_timeout_of_0_is_one_list_and_a_poll_of_each_that_has_finished() -> None:
    service = FakeService(FakeClock(), *things(10, over=0))
    service.things["exec_3"].ends = 60
    outcomes = {outcome.identifier: outcome for outcome in many(service, timeout=0)}
    assert len(outcomes) == 10
    late = outcomes.pop("exec_3")
    assert [outcome.error for outcome in outcomes.values()] == [None] * 9
    assert isinstance(late.error, WaitTimeoutException)
    assert str(late.error) == "exec_3: still running after the timeout of 0 s (1 poll in 0.0 s)"
    assert (len(service.lists), len(service.polled), service.time.pauses) == (1, 9, [])


def test_an_end_before_the_deadline_wins_over_it() -> None:
    service = FakeService(FakeClock(), *things(2, over=9.9))
    assert [outcome.error for outcome in many(service, timeout=10, poll=Poll(7, 1, 7))] == [None, None]


# Fails if each of the last polls may take its half second, whatever has become of the service.
@pytest.mark.parametrize(("works", "lists", "polled"), [("nothing", 1, 0), ("the list", 1, 1)])
def test_at_the_deadline_a_service_that_fails_is_asked_once_more_only(works: str, lists: int, polled: int) -> None:
    service = FakeService(FakeClock(), *things(90, over=5))
    service.refuse = lambda identifier: (
        problem(503) if service.time.now >= 4 and (identifier or works == "nothing") else None
    )
    outcomes = list(many(service, timeout=4))
    assert len(outcomes) == 90
    assert sum(moment >= 4 for moment in service.lists) == lists
    assert sum(moment >= 4 for moment, _ in service.polled) == polled


# Fails if as many as the rate allows in a second may each take their time.
def test_at_the_deadline_slow_polls_take_half_a_second_in_all() -> None:
    service = FakeService(FakeClock(), *things(300, over=50))
    send = service.get_status

    def slow(identifier: str, left: float | None) -> Any:
        service.time.now += 0.2 if service.time.now >= 4 else 0
        return send(identifier, left)

    service.get_status = slow  # type: ignore[method-assign] # a service that becomes slow
    outcomes = list(many(service, timeout=4, max_rate=100))
    assert len(outcomes) == 300
    assert 4 < service.time.now <= 4 + 0.5 + 0.2


def test_polls_may_take_what_is_left_and_the_last_half_a_second() -> None:
    service = FakeService(FakeClock(), *things(1, over=50))
    list(many(service, timeout=5))
    assert service.limits == [5, 3, 1, 0.5]


def test_without_a_deadline_they_go_on() -> None:
    service = FakeService(FakeClock(), *things(2, over=10_000))
    assert [outcome.error for outcome in many(service, timeout=None)] == [None, None]


def test_a_caller_that_takes_its_time_loses_nothing() -> None:
    service = FakeService(FakeClock(), *things(30))
    seen = []
    for outcome in many(service, timeout=500):
        seen.append(outcome.identifier)
        service.time.now += 10
    assert sorted(seen) == sorted(service.things)


def test_on_update_is_called_for_the_first_sight_and_each_change_of_each() -> None:
    service = FakeService(FakeClock(), *things(3, over=9))
    notified: list[tuple[str, str]] = []
    list(many(service, on_update=lambda seen: notified.append((seen.execution_id, seen.status))))
    expected = [(thing, status) for thing in service.things for status in ("running", "complete")]
    assert sorted(notified) == sorted(expected)


# Fails if a final line of the list is an outcome by itself: it has no result.
def test_a_list_ahead_of_the_executions_own_responses_is_no_end() -> None:
    service = FakeService(FakeClock(), *things(1, over=10))
    answer = service.list_newest

    def early(seconds: float | None) -> Any:
        listed = answer(seconds)
        listed.executions[0].status = "complete"
        return listed

    service.list_newest = early
    (outcome,) = many(service)
    assert outcome.execution is not None
    assert (outcome.execution.is_complete, outcome.seconds) == (True, 10)
    assert len(service.polled) == 6
