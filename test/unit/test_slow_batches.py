"""Batches of a slow or failing service, on a clock that only its own pauses move."""

from __future__ import annotations

import contextvars
import gc
import itertools
import random
import signal
import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import quantcdn
from quantcdn import Outcome, ServiceException, WaitCancelledException, WaitTimeoutException
from quantcdn._polling.batch import BatchWait
from quantcdn._polling.poller import Polled
from quantcdn.models import ListAIToolExecutions200Response
from quantcdn.polling import EVERY_2_SECONDS
from test.helpers.clock import FakeClock, FakeService, Thing, problem


class SlowService(FakeService):
    """A fake service whose responses take some of the fake time, and whose list may show nothing."""

    list_seconds = poll_seconds = 0.0
    shows = True
    retry_after: float | None = None

    def get_status(self, identifier: str, seconds: float | None = None) -> Any:
        try:
            return super().get_status(identifier, seconds)
        finally:
            self.time.now += self.poll_seconds

    def list_newest(self, seconds: float | None = None) -> Any:
        try:
            listed = super().list_newest(seconds)
        finally:
            self.time.now += self.list_seconds
        return listed if self.shows else ListAIToolExecutions200Response(executions=[], count=0, org_id="acme")

    def wait(self, **arguments: Any) -> BatchWait:
        chosen = {
            "poll": EVERY_2_SECONDS,
            "timeout": 30.0,
            "max_rate": 20.0,
            "on_update": None,
            "clock": self.time.clock,
        }
        return BatchWait(
            self.things,
            lambda identifier, seconds: Polled(self.get_status(identifier, seconds), self.retry_after),
            lambda seconds: Polled(self.list_newest(seconds), self.retry_after),
            **{**chosen, **arguments},
        )


def finished(number: int, ends: float = 0.0) -> list[Thing]:
    return [Thing(f"exec_{n}", created=n, ends=ends) for n in range(number)]


@pytest.mark.parametrize("list_seconds", [0.0, 1.9, 3.0, 5.0])
@pytest.mark.parametrize("number", [1, 60, 150])
def test_a_list_slower_than_its_interval_leaves_room_for_single_polls(number: int, list_seconds: float) -> None:
    service = SlowService(FakeClock(), *finished(number))
    service.shows, service.list_seconds = False, list_seconds
    assert [outcome.error for outcome in service.wait(timeout=60.0)] == [None] * number
    assert len(service.polled) == number
    assert len(service.lists) <= 2 + service.time.now / (2 + list_seconds)


@pytest.mark.parametrize("poll_seconds", [0.5, 3.0])
def test_single_polls_slower_than_the_interval_leave_room_for_the_list(poll_seconds: float) -> None:
    service = SlowService(FakeClock(), *finished(130, ends=1e9))
    service.poll_seconds = poll_seconds
    outcomes = list(service.wait(timeout=60.0))
    assert len(outcomes) == 130
    pauses = [later - earlier for earlier, later in itertools.pairwise(service.lists)]
    assert max(pauses) <= 2 + 2 * poll_seconds
    assert len(service.polled) >= 0.5 * 60 / (poll_seconds + 0.07)


@settings(max_examples=25)
@given(
    st.sampled_from([1, 2, 60, 150]),
    st.sampled_from([0.0, 0.3, 2.5]),
    st.sampled_from([0.0, 0.3, 2.5]),
    st.booleans(),
    st.sampled_from([None, 0.0, 5.0, 10.0**9]),
    st.integers(0, 2**32),
)
def test_every_execution_has_one_outcome_by_the_deadline_and_requests_are_bounded(
    number: int, list_seconds: float, poll_seconds: float, shows: bool, retry_after: float | None, seed: int
) -> None:
    chance = random.Random(seed)
    service = SlowService(FakeClock(chance.uniform), *finished(number))
    for thing in service.things.values():
        thing.ends = chance.uniform(0, 40)
    service.list_seconds, service.poll_seconds = list_seconds, poll_seconds
    service.shows, service.retry_after = shows, retry_after
    service.refuse = lambda _: problem(chance.choice([500, 503])) if chance.random() < 0.2 else None
    outcomes = list(service.wait(timeout=30.0))
    assert sorted(outcome.identifier for outcome in outcomes) == sorted(service.things)
    # A fake response cannot be cut short, as a real one is.
    assert service.time.now <= 30.5 + list_seconds + poll_seconds
    assert all(o.error is not None or (o.execution is not None and o.execution.is_complete) for o in outcomes)
    assert len(service.lists) <= 30 / 1.5 + 2
    assert len(service.polled) <= number + 20 * 31


def test_each_request_of_a_batch_may_take_10_seconds_at_most() -> None:
    service = SlowService(FakeClock(), *finished(2, ends=7))
    list(service.wait(timeout=None))
    list(service.wait(timeout=0))
    assert set(service.limits) == {10.0}
    service.limits.clear()
    list(service.wait(timeout=300.0, max_rate=5))
    assert set(service.limits) == {10.0}


def test_a_poll_is_retried_after_the_retry_after_of_a_200() -> None:
    service = SlowService(FakeClock(), *finished(1, ends=15))
    service.retry_after = 10.0
    list(service.wait(timeout=60.0))
    assert service.lists == [0, 10, 20, 30]


# What is found is not lost


def test_an_error_of_on_update_is_raised_and_the_next_step_goes_on() -> None:
    service = SlowService(FakeClock(), *finished(30, ends=5))
    calls: list[str] = []

    def on_update(seen: Any) -> None:
        calls.append(f"{seen.execution_id} {seen.status}")
        if len(calls) % 7 == 0:
            raise ZeroDivisionError

    outcomes: list[Outcome] = []
    failures = 0
    wait = service.wait(on_update=on_update)
    while len(outcomes) < 30:
        try:
            outcomes.append(next(wait))
        except ZeroDivisionError as error:
            failures += 1
            assert error.__notes__[0].startswith("To go on waiting, for these: exec_")
    assert sorted(outcome.identifier for outcome in outcomes) == sorted(service.things)
    assert len(set(calls)) == len(calls) == 60  # each is called once, whatever it raises
    assert failures == 60 // 7


@pytest.mark.parametrize("seed", range(10))
def test_ctrl_c_anywhere_in_a_pause_loses_nothing(seed: int) -> None:
    service = SlowService(FakeClock(), *finished(40))
    for number, thing in enumerate(service.things.values()):
        thing.ends = number / 2
    chance = random.Random(seed)

    def sleep(seconds: float) -> None:
        if chance.random() < 0.3:
            signal.raise_signal(signal.SIGINT)
        service.time.sleep(seconds)

    wait = service.wait(timeout=60.0, clock=replace(service.time.clock, sleep=sleep))
    found: list[str] = []
    interrupts = 0
    while len(found) < 40:
        try:
            found.extend(outcome.identifier for outcome in itertools.islice(wait, 40))
        except KeyboardInterrupt:
            interrupts += 1
        else:
            break
    # What the loop above had in hand when it was interrupted is its own: here, extend keeps it.
    assert sorted(found) == sorted(service.things)
    assert interrupts


def test_an_error_that_is_none_of_the_service_s_is_raised_and_its_execution_is_not_lost() -> None:
    service = SlowService(FakeClock(), *finished(3))
    service.shows = False
    broken = ["exec_1"]
    send = service.get_status

    def failing(identifier: str, seconds: float | None = None) -> Any:
        if identifier in broken:
            broken.remove(identifier)
            raise ZeroDivisionError
        return send(identifier, seconds)

    service.get_status = failing  # type: ignore[method-assign] # a token function that fails once
    wait = service.wait()
    found = [next(wait).identifier]
    with pytest.raises(ZeroDivisionError):
        next(wait)
    found += [outcome.identifier for outcome in wait]
    assert sorted(found) == ["exec_0", "exec_1", "exec_2"]


@pytest.mark.parametrize("where", ["on_update", "token"])
def test_a_stop_iteration_of_the_caller_s_own_is_no_end_of_the_batch(where: str) -> None:
    service = SlowService(FakeClock(), *finished(3))
    raised: list[object] = []

    def stop_once(_seen: object = None) -> None:
        if not raised:
            raised.append(1)
            raise StopIteration

    if where == "token":
        service.refuse = lambda _: stop_once()  # type: ignore[func-returns-value] # it refuses nothing
    wait = service.wait(on_update=stop_once if where == "on_update" else None)
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        next(wait)
    assert len(list(wait)) == 3


def test_a_row_without_a_status_leaves_its_execution_to_be_polled() -> None:
    service = SlowService(FakeClock(), *finished(4))
    shown = service.list_newest()
    for row, status in zip(shown.executions, (None, " ", 5, "complete"), strict=True):
        row.status = status
    service.list_newest = lambda seconds=None: shown  # type: ignore[method-assign] # FakeService's form
    assert [outcome.error for outcome in service.wait()] == [None] * 4


@pytest.mark.parametrize("asked", [5.0, 14.0])
def test_a_list_that_is_throttled_again_and_again_leaves_room_for_single_polls(asked: float) -> None:
    service = SlowService(FakeClock(), *finished(3))
    service.refuse = lambda identifier: None if identifier else problem(429, retry_after=asked)
    assert [outcome.error for outcome in service.wait(timeout=30.0)] == [None] * 3
    assert len(service.lists) <= 3


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "quantcdn-wait"]


def ended(before: list[threading.Thread]) -> bool:
    for thread in threads():
        if thread not in before:
            thread.join(5)
    return [thread for thread in threads() if thread not in before] == []


@pytest.mark.parametrize("way", ["all", "close", "forget", "raise"])
def test_its_threads_end_with_the_wait(way: str) -> None:
    before = threads()
    service = SlowService(FakeClock(), *finished(5, ends=1 if way == "raise" else 0))
    service.things["exec_0"].ends = 0
    updates: list[Any] = []
    wait: Any = service.wait(on_update=lambda seen: updates.append(seen) or 1 / (6 - len(updates)))
    next(wait)
    assert set(threads()) - set(before)
    if way == "all":
        list(wait)
    elif way == "close":
        wait.close()
    elif way == "raise":
        with pytest.raises(ZeroDivisionError) as caught:
            list(wait)
        assert ended(before), caught  # which keeps the wait
    del wait
    gc.collect()
    assert ended(before)


def test_a_wait_that_was_closed_can_go_on() -> None:
    service = SlowService(FakeClock(), *finished(5))
    wait = service.wait()
    first = next(wait).identifier
    wait.close()
    assert sorted([first, *(outcome.identifier for outcome in wait)]) == sorted(service.things)


def test_an_interrupt_in_the_start_of_a_thread_leaves_none_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = threads()
    service = SlowService(FakeClock(), *finished(3))
    wait = service.wait()
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        monkeypatch.undo()
        start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(wait)
    assert len(list(wait)) == 3
    assert ended(before)


def test_where_no_thread_can_be_started_requests_are_sent_from_the_caller_s(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert len(list(SlowService(FakeClock(), *finished(5)).wait())) == 5


def test_requests_are_sent_in_the_context_of_the_caller() -> None:
    # What traces requests finds the span of the caller there.
    span = contextvars.ContextVar("span", default="none")
    service = SlowService(FakeClock(), *finished(2))
    seen: set[str] = set()
    service.refuse = lambda _: seen.add(span.get())  # type: ignore[func-returns-value] # it refuses nothing
    span.set("mine")
    list(service.wait())
    assert seen == {"mine"}


# Messages


def test_an_outcome_says_the_last_problem_and_counts_the_polls() -> None:
    service = SlowService(FakeClock(), *finished(2, ends=100))
    service.refuse = lambda identifier: (
        quantcdn.ServiceException(500, "Internal Server Error", data={"error": "boom"})
        if service.time.now > 3
        else None
    )
    outcomes = list(service.wait(timeout=5.0))
    assert {type(outcome.error) for outcome in outcomes} == {WaitTimeoutException}
    error = outcomes[0].error
    assert str(error) == (
        "exec_0: still running after the timeout of 5 s; "
        "last problem: 500 Internal Server Error: boom (5 polls in 5.0 s)"
    )
    assert isinstance(error.__cause__ if error else None, ServiceException)


def test_one_that_ends_by_an_error_says_how_many_polls_it_had() -> None:
    service = SlowService(FakeClock(), *finished(1))
    service.refuse = lambda identifier: problem(500) if identifier else None
    (outcome,) = service.wait()
    assert isinstance(outcome.error, ServiceException)
    assert (outcome.error.polls, outcome.error.waited) == (10, 8.0)
    assert "10 polls in 8.0 s" in str(outcome.error)


# The first row counts


@pytest.mark.parametrize("first", ["running", "complete"])
def test_of_two_rows_of_one_execution_the_first_counts(first: str) -> None:
    service = SlowService(FakeClock(), *finished(1, ends=3))
    other = {"running": "complete", "complete": "running"}[first]
    newest = service.list_newest

    def list_newest(seconds: float | None = None) -> Any:
        listed = newest(seconds)
        listed.executions = [
            row.model_copy(update={"status": status}) for row in listed.executions for status in (first, other)
        ]
        return listed

    service.list_newest = list_newest  # type: ignore[method-assign] # a service that contradicts itself
    updates: list[str] = []
    list(service.wait(timeout=1.0, on_update=lambda seen: updates.append(seen.status)))
    assert updates[0] == first
    assert bool(service.polled) == (first == "complete")


# Cancelled


def test_a_set_event_ends_a_batch_with_an_outcome_for_each() -> None:
    service = SlowService(FakeClock(), *finished(5, ends=100))
    service.things["exec_0"].ends = 0
    cancel = threading.Event()
    wait = service.wait(cancel=cancel)
    assert next(wait).identifier == "exec_0"
    cancel.set()
    requests = len(service.lists) + len(service.polled)
    rest = list(wait)
    assert {type(outcome.error) for outcome in rest} == {WaitCancelledException}
    assert len(rest) == 4
    assert len(service.lists) + len(service.polled) == requests
    assert str(rest[0].error) == "exec_1: cancelled; still running (1 poll in 0.0 s)"


# Fails if the time that the caller takes is none of the half second that the last polls have.
def test_what_the_caller_does_while_the_deadline_passes_costs_no_outcome() -> None:
    service = SlowService(FakeClock(), *finished(3))
    service.things["exec_1"].ends = service.things["exec_2"].ends = 5
    found: list[Outcome] = []
    for outcome in service.wait(timeout=4.0):
        found.append(outcome)
        service.time.now += 60
    assert [outcome.error for outcome in found] == [None] * 3
