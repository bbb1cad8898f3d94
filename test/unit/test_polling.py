"""When a wait polls again, and how it ends: with a clock, a sleep and a chance of the test's own."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantcdn import (
    ApiException,
    ApiTypeError,
    ApiValueError,
    ExecutionFailedException,
    NotFoundException,
    Poll,
    ServiceException,
    WaitTimeoutException,
    _clock,
)
from quantcdn._polling.poller import Polled
from quantcdn._polling.waiter import Wait
from quantcdn.api_client import TimeSource
from quantcdn.polling import EVERY_2_SECONDS
from test.helpers.clock import FakeClock, Seen, no_chance, problem

Response = Seen | ApiException
CHANCES = st.lists(st.floats(-1, 1), min_size=1, max_size=60)


def drawing(chances: list[float]) -> Callable[[float, float], float]:
    """Make a ``uniform`` that takes its draws, from -1 to 1, from a list, again and again."""
    draws = itertools.cycle(chances)
    return lambda least, most: least + (next(draws) + 1) / 2 * (most - least)


def script(*polled: Response) -> Callable[[float | None], Polled[Seen]]:
    """Make a poll that shows or raises one after the other, and the last again and again."""
    rest = iter(polled)
    now: list[Response] = []

    def send(_seconds: float | None) -> Polled[Seen]:
        now[:] = [next(rest, now[0] if now else polled[-1])]
        if isinstance(now[0], ApiException):
            raise now[0]
        return Polled(now[0])

    return send


def wait_for(
    send: Callable[[float | None], Polled[Seen]],
    time: FakeClock,
    *,
    timeout: float | None = 300.0,
    poll: Poll = EVERY_2_SECONDS,
    on_update: Callable[[Seen], object] | None = None,
    failed: Any = ExecutionFailedException,
) -> tuple[Seen, Wait[Seen]]:
    wait = Wait("exec_1", send, poll_for=lambda _: poll, timeout=timeout, on_update=on_update, clock=time.clock)
    return wait.until_final(failed), wait


def lasting(seconds: float, time: FakeClock, polled: list[float]) -> Callable[[float | None], Polled[Seen]]:
    """Make a poll at something that takes some seconds, and note when it is polled."""

    def send(_seconds: float | None) -> Polled[Seen]:
        polled.append(time.now)
        return Polled(Seen("complete" if time.now >= seconds - ROUNDING else "running"))

    return send


ROUNDING = 1e-9  # of pauses that add up to a poll at the very end
RUNNING, COMPLETE, FAILED = Seen("running"), Seen("complete"), Seen("failed", error="out of paint")


@given(CHANCES, st.sampled_from([Poll(), EVERY_2_SECONDS, Poll(0.1, 3, 60, 0.9), Poll(1, 1, 1, 0)]))
def test_each_pause_is_within_its_jitter_and_no_poll_comes_early(chances: list[float], poll: Poll) -> None:
    plain = Poll(poll.initial, poll.factor, poll.maximum, jitter=0).pauses(no_chance)
    drawn = poll.pauses(drawing(chances))
    at, without_chance = 0.0, 0.0
    for _ in range(80):
        pause, length = next(drawn), next(plain)
        assert abs(pause - length) <= poll.jitter * length + 1e-9
        at, without_chance = at + pause, without_chance + length
        # Fails if a pause is drawn around its length alone: polls could then come early, and one more be made.
        assert at >= without_chance - 1e-9


def test_the_documented_jitter_is_a_quarter() -> None:
    assert Poll() == Poll(initial=1.0, factor=1.5, maximum=5.0, jitter=0.25)
    assert Poll(2.0, 1.0, 2.0, 0.25) == EVERY_2_SECONDS


def test_waits_that_began_together_drift_apart() -> None:
    chance = random.Random(4)
    pauses = [Poll().pauses(chance.uniform) for _ in range(1_000)]
    twentieth = [sum(itertools.islice(each, 20)) for each in pauses]
    within_a_second = max(sum(t <= other < t + 1 for other in twentieth) for t in twentieth)
    assert within_a_second < 500  # without chance: 1,000


def test_pauses_without_jitter_grow_to_their_maximum() -> None:
    pauses = list(itertools.islice(Poll().pauses(no_chance), 7))
    assert pauses == pytest.approx([1, 1.5, 2.25, 3.375, 5, 5, 5])


@pytest.mark.parametrize(
    "values",
    [{"initial": 0}, {"initial": -1}, {"initial": 6}, {"factor": 0.9}, {"jitter": 1}, {"jitter": -0.1}]
    + [{name: float("nan")} for name in ("initial", "factor", "maximum", "jitter")]
    + [{"maximum": float("inf")}],
)
def test_a_poll_that_makes_no_sense_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ApiValueError, match="poll"):
        Poll(**values)


@pytest.mark.parametrize("value", ["2", True, None])
def test_a_poll_of_something_else_than_numbers_is_refused(value: Any) -> None:
    with pytest.raises(ApiTypeError, match="poll initial"):
        Poll(initial=value)


def image(uniform: Callable[[float, float], float]) -> tuple[int, float]:
    """Wait for a picture that takes 12 s; returns the requests and how late its end is noticed."""
    time, polled = FakeClock(uniform), list[float]()
    wait_for(lasting(12, time, polled), time, poll=EVERY_2_SECONDS)
    return len(polled), polled[-1] - 12


@given(CHANCES)
def test_a_12_second_image_costs_7_requests_at_most_and_is_noticed_in_2_and_a_half_seconds(
    chances: list[float],
) -> None:
    requests, late = image(drawing(chances))
    assert requests <= 7
    assert -ROUNDING <= late <= 2.5 + ROUNDING


def test_the_figures_of_a_12_second_image_hold_at_all_extremes_of_jitter() -> None:
    for chances in itertools.product([-1.0, 0.0, 1.0], repeat=7):
        requests, late = image(drawing(list(chances)))
        assert requests <= 7
        assert late <= 2.5 + ROUNDING


@given(CHANCES)
def test_a_3_minute_tool_costs_40_requests_at_most(chances: list[float]) -> None:
    time, polled = FakeClock(drawing(chances)), list[float]()
    wait_for(lasting(180, time, polled), time, poll=Poll())
    # Without chance, polls are at 0, 1, 2.5, 4.75, 8.125 and every 5 s from then on.
    assert len(polled) <= 40
    assert polled[-1] - 180 <= 6.25 + ROUNDING


@given(CHANCES)
def test_a_10_minute_orchestration_costs_301_requests_at_most(chances: list[float]) -> None:
    time, polled = FakeClock(drawing(chances)), list[float]()
    wait_for(lasting(600, time, polled), time, poll=EVERY_2_SECONDS, timeout=None)
    assert len(polled) <= 301
    assert polled[-1] - 600 <= 2.5 + ROUNDING


def test_on_update_is_called_at_the_first_poll_and_at_each_change() -> None:
    notified: list[Seen] = []
    polling = [Seen("polling", completed_tools=n) for n in (0, 0, 1, 1, 2)]
    polled = [Seen("pending"), Seen("pending"), *polling, Seen("synthesizing", 2), Seen("complete", 2)]
    wait_for(script(*polled), FakeClock(), on_update=notified.append)
    assert [(seen.status, seen.completed_tools) for seen in notified] == [
        ("pending", None),
        ("polling", 0),
        ("polling", 1),
        ("polling", 2),
        ("synthesizing", 2),
        ("complete", 2),
    ]


def test_on_update_may_end_the_wait_with_an_error_of_its_own() -> None:
    class EnoughError(Exception):
        pass

    def enough(_seen: Seen) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        wait_for(script(RUNNING), FakeClock(), on_update=enough)


def test_the_first_poll_chooses_how_often_to_poll() -> None:
    chosen: list[str] = []
    time = FakeClock()

    def choose(seen: Seen) -> Poll:
        chosen.append(seen.tool_name)
        return Poll(7, 1, 7)

    send = script(problem(), RUNNING, RUNNING, COMPLETE)
    Wait("exec_1", send, poll_for=choose, timeout=None, on_update=None, clock=time.clock).until_final(None)
    assert chosen == ["calculate"]
    assert time.pauses == [1, 7, 7]


@pytest.mark.parametrize("wrong", [-1, -0.001, float("nan"), float("inf"), -float("inf")])
def test_a_timeout_that_is_negative_or_no_number_is_refused(wrong: float) -> None:
    with pytest.raises(ApiValueError, match="timeout"):
        wait_for(script(COMPLETE), FakeClock(), timeout=wrong)


@pytest.mark.parametrize("wrong", ["5", True, [5]])
def test_a_timeout_of_another_type_is_refused(wrong: Any) -> None:
    with pytest.raises(ApiTypeError, match="timeout"):
        wait_for(script(COMPLETE), FakeClock(), timeout=wrong)


def test_a_timeout_of_0_is_one_poll() -> None:
    time = FakeClock()
    assert wait_for(script(COMPLETE), time, timeout=0)[0] is COMPLETE
    with pytest.raises(WaitTimeoutException) as caught:
        wait_for(script(RUNNING), time, timeout=0)
    assert (caught.value.polls, caught.value.last, time.pauses) == (1, RUNNING, [])


def test_a_timeout_of_0_leaves_the_poll_as_much_time_as_any_call_has() -> None:
    limits: list[float | None] = []

    def send(seconds: float | None) -> Polled[Seen]:
        limits.append(seconds)
        return Polled(COMPLETE)

    wait_for(send, FakeClock(), timeout=0)
    wait_for(send, FakeClock(), timeout=None)
    assert limits == [None, None]


def test_without_a_deadline_a_wait_goes_on() -> None:
    time, polled = FakeClock(), list[float]()
    wait_for(lasting(1_000_000, time, polled), time, timeout=None, poll=Poll(60, 1, 60))
    assert polled[-1] == pytest.approx(1_000_000, abs=60)


# Fails if the wait gives up without a poll when its limit has passed.
@pytest.mark.parametrize("ends", [9.5, 10.0])
def test_an_end_before_the_deadline_wins_over_it(ends: float) -> None:
    time, polled = FakeClock(), list[float]()
    assert wait_for(lasting(ends, time, polled), time, timeout=10, poll=Poll(3, 1, 3))[0].is_final
    assert polled == [0, 3, 6, 9, 10]


def test_at_the_deadline_the_error_says_what_was_seen() -> None:
    time = FakeClock()
    with pytest.raises(WaitTimeoutException) as caught:
        wait_for(script(RUNNING), time, timeout=5)
    error = caught.value
    assert (error.identifier, error.last, error.waited, error.polls) == ("exec_1", RUNNING, 5, 4)
    assert str(error) == "exec_1: still running after the timeout of 5 s (4 polls in 5.0 s)"
    assert isinstance(error, TimeoutError)


def test_where_nothing_was_seen_the_error_says_that_and_has_the_reason() -> None:
    with pytest.raises(WaitTimeoutException, match="no status was received") as caught:
        wait_for(script(problem()), FakeClock(), timeout=2)
    assert isinstance(caught.value.__cause__, ServiceException)


# Fails if the last poll may take as long as any call, and the wait overruns by a minute.
def test_polls_may_take_what_is_left_and_the_last_one_half_a_second() -> None:
    limits: list[float | None] = []

    def send(seconds: float | None) -> Polled[Seen]:
        limits.append(seconds)
        return Polled(RUNNING)

    with pytest.raises(WaitTimeoutException):
        wait_for(send, FakeClock(), timeout=5)
    assert limits == [5, 3, 1, 0.5]


def test_four_failures_in_a_row_do_not_end_a_wait_and_a_good_poll_forgives_them() -> None:
    four = [problem()] * 4
    seen, wait = wait_for(script(*four, RUNNING, *four, COMPLETE), FakeClock())
    assert (seen, wait.polls) == (COMPLETE, 10)


def test_five_failures_in_a_row_end_a_wait() -> None:
    time = FakeClock()
    last = problem()
    with pytest.raises(ServiceException) as caught:
        wait_for(script(RUNNING, *[problem()] * 4, last), time)
    assert caught.value is last
    assert caught.value.last is RUNNING
    assert len(time.pauses) == 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 301, 307])
def test_an_error_that_will_not_pass_ends_a_wait_at_once(status: int) -> None:
    time = FakeClock()
    with pytest.raises(ApiException) as caught:
        wait_for(script(problem(status)), time)
    assert (caught.value.status, caught.value.last, time.pauses) == (status, None, [])


@pytest.mark.parametrize("status", [409, 418, 408, 500, 501])
def test_any_other_error_may_pass(status: int) -> None:
    assert wait_for(script(problem(status), COMPLETE), FakeClock())[0] is COMPLETE


def test_what_vanishes_in_the_middle_leaves_what_was_seen_last() -> None:
    with pytest.raises(NotFoundException, match="in the middle of a wait, last seen running") as caught:
        wait_for(script(RUNNING, problem(404)), FakeClock())
    assert caught.value.last is RUNNING


@pytest.mark.parametrize(("asked", "pause"), [(0.1, 2), (30, 30), (3_600, 3_600), (10.0**12, 86_400)])
def test_the_next_poll_is_not_before_the_service_wants_it(asked: float, pause: float) -> None:
    time = FakeClock()
    wait_for(script(RUNNING, problem(429, asked), COMPLETE), time, timeout=None)
    # The last: no record lives longer than a day, and time.sleep would raise OverflowError.
    assert time.pauses == [2, pause]


# Fails if the last poll is made at the limit whatever the service asked for.
def test_a_service_that_asks_to_wait_beyond_the_deadline_is_not_asked_again() -> None:
    time = FakeClock()
    with pytest.raises(WaitTimeoutException, match="still running; the service asked to wait 120 s") as caught:
        wait_for(script(RUNNING, problem(429, 120), COMPLETE), time, timeout=60)
    assert (caught.value.polls, caught.value.last, time.now) == (2, RUNNING, 2)
    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.retry_after == 120


def test_a_failure_is_raised_with_the_service_s_reason() -> None:
    with pytest.raises(ExecutionFailedException) as caught:
        wait_for(script(RUNNING, FAILED), FakeClock())
    assert caught.value.last is FAILED
    assert str(caught.value) == "exec_1: failed: out of paint (2 polls in 2.0 s)"


def test_a_failure_without_a_reason_is_raised_too() -> None:
    with pytest.raises(ExecutionFailedException, match=r"^exec_1: failed \(1 poll in 0.0 s\)$"):
        wait_for(script(Seen("failed")), FakeClock())


@pytest.mark.parametrize("status", ["failed", "cancelled", "timed_out", "expired"])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, ""),
        ("out of paint", ": out of paint"),
        ({"message": "out of\npaint", "code": 7}, ": out of paint"),
        ({"code": 7}, ': {"code": 7}'),
        ([1, 2], ": [1, 2]"),
        ("x" * 1_000, f": {'x' * 300}…"),
    ],
)
def test_each_status_of_an_end_that_is_none_is_raised_with_its_reason(status: str, error: Any, words: str) -> None:
    with pytest.raises(ExecutionFailedException) as caught:
        wait_for(script(Seen(status, error=error)), FakeClock())
    assert str(caught.value) == f"exec_1: {status}{words} (1 poll in 0.0 s)"
    assert wait_for(script(Seen(status, error=error)), FakeClock(), failed=None)[0].status == status


# Fails if what is neither complete nor failed is taken for a failure.
def test_an_unknown_status_that_is_an_end_is_returned() -> None:
    assert wait_for(script(RUNNING, Seen("archived")), FakeClock())[0].status == "archived"


def test_a_failure_can_be_returned_instead() -> None:
    assert wait_for(script(RUNNING, FAILED), FakeClock(), failed=None)[0] is FAILED


def test_a_status_that_goes_backwards_or_is_new_goes_on() -> None:
    notified: list[str] = []
    polled = map(Seen, ["running", "pending", "dreaming", "running", "complete"])
    wait_for(script(*polled), FakeClock(), on_update=lambda seen: notified.append(seen.status))
    assert notified == ["running", "pending", "dreaming", "running", "complete"]


@pytest.mark.parametrize("day", [86_400.0, -86_400.0])
def test_the_wall_clock_may_jump_a_day(monkeypatch: pytest.MonkeyPatch, day: float) -> None:
    time = FakeClock()
    wall = iter([0.0])
    # Fails if anything of a wait reads the wall clock.
    monkeypatch.setattr("time.time", lambda: next(wall, day))
    assert wait_for(script(RUNNING, RUNNING, COMPLETE), time, timeout=5)[0] is COMPLETE
    assert time.pauses == [2, 2]


def test_the_default_clock_is_one_that_never_jumps() -> None:
    import time

    assert TimeSource().monotonic is time.monotonic


def test_a_sleep_s_parts_are_short_and_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    time = FakeClock()
    monkeypatch.setattr(_clock, "time", SimpleNamespace(monotonic=time.monotonic, sleep=time.sleep))
    for seconds in (0, -1, 0.05, 2.53):
        time.pauses.clear()
        _clock.sleep(seconds)
        assert sum(time.pauses) == pytest.approx(max(0, seconds))
        assert max(time.pauses, default=0) <= 0.1


# Fails if a sleep trusts the clock alone, which freezegun stops.
def test_a_sleep_ends_where_a_test_has_stopped_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(_clock, "time", SimpleNamespace(monotonic=lambda: 5.0, sleep=slept.append))
    _clock.sleep(0.25)
    assert slept == pytest.approx([0.1, 0.1, 0.05])


@given(
    st.lists(st.sampled_from([RUNNING, problem(503), problem(429, 3), Seen("pending")]), max_size=30),
    st.one_of(st.none(), st.floats(0, 100)),
    CHANCES,
)
def test_a_wait_ends_with_a_final_model_or_an_error_of_the_family_and_in_time(
    polled: list[Response], timeout: float | None, chances: list[float]
) -> None:
    time = FakeClock(drawing(chances))
    try:
        seen, _ = wait_for(script(*polled, COMPLETE), time, timeout=timeout)
        assert seen.is_final
    except (ApiException, WaitTimeoutException):
        pass
    assert timeout is None or time.now <= timeout + 0.001


@pytest.mark.parametrize("seconds", [0.03, 2.0, 7.77])
def test_a_pause_with_an_event_is_as_long_as_without(seconds: float) -> None:
    time = FakeClock()
    seen = iter([Seen("running"), Seen("complete")])
    wait = Wait(
        "exec_1",
        lambda _: Polled(next(seen)),
        poll_for=lambda _: Poll(seconds, 1, seconds),
        timeout=None,
        on_update=None,
        clock=time.clock,
        cancel=threading.Event(),
    )
    wait.until_final(None)
    assert time.now == pytest.approx(seconds)
    assert max(time.pauses) <= 0.05
