"""What the progress of waits writes, where, and how often."""

from __future__ import annotations

import io
import logging
import multiprocessing
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import quantcdn
from quantcdn import AIToolsApi
from quantcdn._display import terminal
from quantcdn._polling import progress
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.clock import LIST, STATUS, FakeClock, count, no_chance, waiting
from test.helpers.waiting_script import WaitingScript

# A line on its own


class RecordingSink:
    """A sink that remembers what was shown when."""

    def __init__(self, time: Callable[[], float]) -> None:
        self.time = time
        self.shown: list[tuple[float, str]] = []
        self.parts: list[tuple[int, int] | None] = []
        self.did: list[str] = []

    def show(self, text: str, part: tuple[int, int] | None) -> None:
        self.shown.append((self.time(), text))
        self.parts.append(part)
        self.did.append("show")

    def clear(self) -> None:
        self.did.append("clear")

    def leave(self) -> None:
        self.did.append("leave")

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.shown]


Parts = tuple[progress.WaitProgress, RecordingSink, FakeClock]


@pytest.fixture
def parts() -> Iterator[Parts]:
    fake = FakeClock()
    sink = RecordingSink(fake.monotonic)
    made = progress.WaitProgress(sink, fake.clock)
    yield made, sink, fake
    made.end()


def test_the_seconds_run_on_between_two_polls_without_a_longer_pause(parts: Parts) -> None:
    shown, sink, fake = parts
    shown.update("running")
    shown.clock.sleep(3)
    assert sink.texts == ["running · 0 s", "running · 1 s", "running · 2 s", "running · 3 s"]
    assert fake.now == pytest.approx(3)


def test_the_last_text_stands_whenever_it_came(parts: Parts) -> None:
    shown, sink, _ = parts
    shown.update("running")
    shown.update("complete")
    shown.end()
    assert sink.texts == ["running · 0 s", "complete · 0 s"]
    assert sink.did[-1] == "leave"


def test_it_changes_four_times_a_second_at_most(parts: Parts) -> None:
    shown, sink, _ = parts
    for number in range(200):
        shown.update(f"{number} of 200 finished")
        shown.clock.sleep(0.013)
    shown.end()
    moments = [moment for moment, _ in sink.shown]
    assert max(sum(begin <= moment < begin + 1 for moment in moments) for begin in moments) <= 4
    assert len(moments) >= 7


def test_nothing_is_shown_before_something_is_known(parts: Parts) -> None:
    shown, sink, _ = parts
    shown.clock.sleep(3)
    shown.end()
    assert sink.shown == []


def test_a_sink_that_breaks_ends_the_progress_and_not_the_wait(parts: Parts) -> None:
    shown, sink, fake = parts

    def broken(*_: object) -> None:
        sink.did.append("broken")
        raise BrokenPipeError

    sink.show = broken  # type: ignore[method-assign] # a terminal that was closed
    shown.update("running")
    shown.clock.sleep(3)
    shown.end()
    assert sink.did == ["broken"]
    assert fake.now == pytest.approx(3)


# Waits with a line


@pytest.fixture
def api(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock) -> Iterator[AIToolsApi]:
    with waiting(quantcdn_emulator, quantcdn_clock) as made:
        yield made


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch, quantcdn_clock: ManualClock) -> RecordingSink:
    made = RecordingSink(quantcdn_clock.now)
    monkeypatch.setattr(progress, "find_sink", lambda: made)
    return made


def test_a_wait_shows_tool_identifier_status_and_seconds(
    quantcdn_emulator: Emulator, api: AIToolsApi, sink: RecordingSink
) -> None:
    identifier = quantcdn_emulator.start_execution("generate_image", pending=1, running=10)
    api.wait_for_ai_tool_execution("acme", identifier)
    assert sink.texts[0] == f"generate_image {identifier}: pending · 0 s"
    assert f"generate_image {identifier}: running · 5 s" in sink.texts
    assert sink.texts[-1] == f"generate_image {identifier}: complete · 12 s"
    assert sink.did.count("leave") == 1


def test_a_wait_for_an_orchestration_shows_how_many_tools_are_done(
    quantcdn_emulator: Emulator, api: AIToolsApi, sink: RecordingSink
) -> None:
    identifier = quantcdn_emulator.start_orchestration(["calculate", "get_weather"], running=4)
    api.wait_for_ai_orchestration("acme", identifier)
    assert sink.texts[0] == f"{identifier}: pending, 0 of 2 tools · 0 s"
    assert sink.texts[-1].startswith(f"{identifier}: complete, 2 of 2 tools")
    assert (sink.parts[0], sink.parts[-1]) == ((0, 2), (2, 2))


def test_a_batch_shows_how_many_have_finished_and_makes_room_for_each_outcome(
    quantcdn_emulator: Emulator, api: AIToolsApi, sink: RecordingSink
) -> None:
    ids = [quantcdn_emulator.start_execution("calculate", running=seconds) for seconds in (2, 20)]
    ids.append(quantcdn_emulator.start_execution("calculate", running=10, error="no"))
    for _ in api.wait_for_ai_tool_executions("acme", [*ids, ids[0]]):
        assert sink.did[-1] == "clear"
    assert sink.texts[0] == "0 of 3 finished · 0 s"
    assert any(text.startswith("1 of 3 finished · ") for text in sink.texts)
    assert any(text.startswith("2 of 3 finished, 1 failed · ") for text in sink.texts)
    assert sink.texts[-1].startswith("3 of 3 finished, 1 failed · ")
    assert (sink.did[-1], sink.parts[-1]) == ("leave", (3, 3))


def test_a_batch_that_is_left_early_does_not_come_back_to_its_line(
    quantcdn_emulator: Emulator, api: AIToolsApi, sink: RecordingSink
) -> None:
    ids = [quantcdn_emulator.start_execution("calculate", running=seconds) for seconds in (2, 20)]
    outcomes = api.wait_for_ai_tool_executions("acme", ids)
    next(outcomes)
    before = list(sink.did)
    outcomes.close()  # type: ignore[attr-defined] # an iterator need not have it
    assert sink.did == before


def requests_of_waits(quantcdn_emulator: Emulator, api: AIToolsApi) -> tuple[int, ...]:
    quantcdn_emulator.reset()
    api.wait_for_ai_tool_execution("acme", quantcdn_emulator.start_execution("generate_image", running=9.5))
    api.wait_for_ai_tool_execution("acme", quantcdn_emulator.start_execution("calculate", running=30.3))
    api.wait_for_ai_orchestration("acme", quantcdn_emulator.start_orchestration(["calculate"], running=9.5))
    ids = [quantcdn_emulator.start_execution("calculate", running=seconds + 0.7) for seconds in range(8)]
    list(api.wait_for_ai_tool_executions("acme", ids))
    return tuple(count(quantcdn_emulator, name) for name in (STATUS, LIST, "get_ai_orchestration_status"))


def test_a_line_costs_no_request(
    quantcdn_emulator: Emulator, api: AIToolsApi, monkeypatch: pytest.MonkeyPatch, quantcdn_clock: ManualClock
) -> None:
    without = requests_of_waits(quantcdn_emulator, api)
    seen = RecordingSink(quantcdn_clock.now)
    monkeypatch.setattr(progress, "find_sink", lambda: seen)
    polls, lists, orchestrations = without
    # One list for each of the two executions that are waited for alone, for its bar.
    assert requests_of_waits(quantcdn_emulator, api) == (polls, lists + 2, orchestrations)
    assert len(seen.shown) > 20


# The bar of a wait for one execution


@pytest.fixture
def timed_api(api: AIToolsApi, quantcdn_clock: ManualClock) -> AIToolsApi:
    """The endpoints, with the service's time as the time of day."""
    api.api_client.clock = TimeSource(quantcdn_clock.now, quantcdn_clock.advance, no_chance, quantcdn_clock.now)
    return api


def with_history(service: Emulator, clock: ManualClock, *seconds: float, tool: str = "generate_image") -> None:
    for running in seconds:
        service.start_execution(tool, pending=0, running=running)
    clock.advance(max(seconds) + 1)


def test_a_bar_runs_against_what_the_tool_took_before(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, timed_api: AIToolsApi, sink: RecordingSink
) -> None:
    with_history(quantcdn_emulator, quantcdn_clock, 5, 20, 90)
    with_history(quantcdn_emulator, quantcdn_clock, 1, 1, 1, 1, tool="calculate")
    quantcdn_emulator.start_execution("generate_image", pending=0, running=1, error="no")  # fails, and does not count
    identifier = quantcdn_emulator.start_execution("generate_image", pending=0, running=30)
    quantcdn_clock.advance(4)  # the bar begins with what the execution has behind it
    timed_api.wait_for_ai_tool_execution("acme", identifier)
    assert count(quantcdn_emulator, LIST) == 1
    assert sink.parts[:2] == [None, (4, 20)]
    assert (10, 20) in sink.parts
    assert (20, 20) in sink.parts  # full, and no more than that, however long it takes
    assert f"generate_image {identifier}: running · 6 s, usually 20.0s" in sink.texts
    assert (sink.texts[-1], sink.parts[-1]) == (f"generate_image {identifier}: complete · 26 s", None)


def test_of_waits_that_share_a_line_no_list_is_asked_for(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, timed_api: AIToolsApi, sink: RecordingSink
) -> None:
    with_history(quantcdn_emulator, quantcdn_clock, 20)
    other = progress.WaitProgress(sink, timed_api.api_client.clock)
    other.update("in another thread")
    timed_api.wait_for_ai_tool_execution("acme", quantcdn_emulator.start_execution("generate_image", running=3))
    other.end()
    assert count(quantcdn_emulator, LIST) == 0


def test_without_a_history_there_is_no_bar(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, timed_api: AIToolsApi, sink: RecordingSink
) -> None:
    with_history(quantcdn_emulator, quantcdn_clock, 20, tool="calculate")
    identifier = quantcdn_emulator.start_execution("generate_image", running=10)
    timed_api.wait_for_ai_tool_execution("acme", identifier)
    assert count(quantcdn_emulator, LIST) == 1
    assert set(sink.parts) == {None}


@pytest.mark.parametrize("case", ["nobody watches", "a callback", "finished at once", "a single poll", "cancelled"])
def test_no_list_is_asked_for_where_no_bar_would_run(
    case: str,
    quantcdn_emulator: Emulator,
    quantcdn_clock: ManualClock,
    timed_api: AIToolsApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_history(quantcdn_emulator, quantcdn_clock, 20)
    shown = RecordingSink(quantcdn_clock.now)
    monkeypatch.setattr(progress, "find_sink", lambda: None if case == "nobody watches" else shown)
    cancel = threading.Event()
    shown.show = lambda *_: cancel.set() if case == "cancelled" else None  # type: ignore[method-assign] # by a person
    identifier = quantcdn_emulator.start_execution("generate_image", running=0 if case == "finished at once" else 10)
    quantcdn_clock.advance(2)
    try:
        timed_api.wait_for_ai_tool_execution(
            "acme",
            identifier,
            on_update=(lambda _: None) if case == "a callback" else None,
            timeout=0 if case == "a single poll" else 300,
            cancel=cancel,
        )
    except (quantcdn.WaitTimeoutException, quantcdn.WaitCancelledException):
        assert case in ("a single poll", "cancelled")
    assert count(quantcdn_emulator, LIST) == 0


@pytest.mark.parametrize(("status", "retry_after"), [(429, 7), (500, 7), (401, 7), (500, None)])
def test_a_list_that_fails_costs_the_bar_alone(
    status: int,
    retry_after: float | None,
    quantcdn_emulator: Emulator,
    quantcdn_clock: ManualClock,
    sink: RecordingSink,
) -> None:
    with_history(quantcdn_emulator, quantcdn_clock, 20)
    quantcdn_emulator.add_fault(Fault(status=status, retry_after=retry_after), operation=LIST, times=9)
    identifier = quantcdn_emulator.start_execution("generate_image", running=4)
    before = quantcdn_clock.now()
    with waiting(quantcdn_emulator, quantcdn_clock, retries=2) as patient:
        assert patient.wait_for_ai_tool_execution("acme", identifier).is_complete
    assert count(quantcdn_emulator, LIST) == 1  # not repeated either
    assert set(sink.parts) == {None}
    # What the service asks for when it refuses one request holds for the next poll too.
    assert quantcdn_clock.now() - before == pytest.approx(retry_after or 6, abs=0.5)


@pytest.mark.parametrize(
    "wait", ["wait_for_ai_tool_execution", "wait_for_ai_orchestration", "wait_for_ai_tool_executions"]
)
def test_a_callback_takes_the_place_of_the_line(
    quantcdn_emulator: Emulator, api: AIToolsApi, sink: RecordingSink, wait: str
) -> None:
    notified: list[Any] = []
    run_wait(quantcdn_emulator, api, wait, on_update=notified.append)
    assert notified
    assert sink.did == []


@pytest.mark.parametrize(
    "wait", ["wait_for_ai_tool_execution", "wait_for_ai_orchestration", "wait_for_ai_tool_executions"]
)
def test_progress_false_turns_the_line_off(
    quantcdn_emulator: Emulator, api: AIToolsApi, sink: RecordingSink, wait: str
) -> None:
    api.api_client.configuration.progress = False
    run_wait(quantcdn_emulator, api, wait)
    assert sink.did == []
    api.api_client.configuration.progress = True
    run_wait(quantcdn_emulator, api, wait)
    assert "leave" in sink.did


def run_wait(service: Emulator, api: AIToolsApi, wait: str, **settings: Any) -> None:
    if wait == "wait_for_ai_orchestration":
        api.wait_for_ai_orchestration("acme", service.start_orchestration(["calculate"]), **settings)
    elif wait == "wait_for_ai_tool_execution":
        api.wait_for_ai_tool_execution("acme", service.start_execution("calculate"), **settings)
    else:
        list(api.wait_for_ai_tool_executions("acme", [service.start_execution("calculate")], **settings))


# Where a person polls


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_stream_that_is_no_terminal_a_dumb_one_a_closed_one_and_none_at_all_have_no_sink(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = Screen()
    closed.close()
    for stream, term, found in [
        (Screen(), "xterm", True),
        (Screen(), "dumb", False),
        (io.StringIO(), "xterm", False),
        (closed, "xterm", False),
        (None, "xterm", False),
    ]:
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", term)
        if stream is closed:
            monkeypatch.setattr(Screen, "isatty", io.StringIO.isatty)  # which raises where it is closed
        assert (progress.find_sink() is not None) == found
        monkeypatch.setattr(Screen, "isatty", lambda _: True)


def test_a_log_of_requests_has_the_terminal_to_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "stderr", Screen())
    monkeypatch.setenv("TERM", "xterm")
    assert progress.find_sink() is not None
    with caplog.at_level(logging.DEBUG, "quantcdn"):
        assert progress.find_sink() is None


def test_waits_at_once_share_one_line_that_counts_them(parts: Parts) -> None:
    first, sink, fake = parts
    others = [progress.WaitProgress(RecordingSink(fake.monotonic), fake.clock) for _ in range(59)]
    first.update("running")
    for number, other in enumerate(others):
        fake.sleep(0.1)
        other.update(f"exec_{number}: running")
    for other in others:
        fake.sleep(0.1)
        other.end()
    assert sink.did.count("leave") == 0
    first.end()
    assert [other.sink.texts for other in others if isinstance(other.sink, RecordingSink)] == [[]] * 59
    assert sink.texts[0] == "running · 0 s"
    assert sink.texts[1] == "0 of 5 waits ended · 0 s"
    assert sink.texts[-1] == "60 of 60 waits ended · 11 s"
    assert (sink.parts[0], sink.parts[1], sink.parts[-1]) == (None, (0, 5), (60, 60))
    assert sink.did[-1] == "leave"
    first.update("another")  # a new line, of its own
    assert sink.texts[-1] == "another · 11 s"


def test_a_batch_between_two_outcomes_leaves_the_line_to_the_others(parts: Parts) -> None:
    batch, sink, fake = parts
    other = progress.WaitProgress(RecordingSink(fake.monotonic), fake.clock)
    batch.update("1 of 3 finished")
    other.update("exec_1: running")
    batch.clear()
    assert "clear" not in sink.did
    fake.sleep(1)
    other.draw()
    assert sink.texts[-1] == "exec_1: running · 1 s"
    other.clear()
    assert sink.did[-1] == "clear"
    batch.update("2 of 3 finished")
    other.end()  # it has left the line, and does not come back to be counted
    fake.sleep(1)
    batch.draw()
    assert sink.texts[-2:] == ["2 of 3 finished · 1 s", "2 of 3 finished · 2 s"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    screen = Screen()
    place = progress.TerminalSink(screen)
    place.show("a\x1b]0;title\x07\nb", None)
    place.leave()
    assert screen.getvalue() == "\r\x1b[Ka\\x1b]0;title\\x07\\nb\n"


@pytest.mark.parametrize("letter", ["x", "画"])
def test_a_line_is_never_wider_than_the_terminal(tmp_path: Path, letter: str) -> None:
    run = WaitingScript(tmp_path, 20, letter * 300, 10, columns=40)
    assert run.finish()[0] == 0
    texts = [re.sub(r"\x1b\[K", "", part) for part in re.split(r"[\r\n]+", run.shown)]
    assert max(map(terminal.cells, texts)) == 37  # and room for ^C


def test_a_narrow_terminal_shows_the_status_and_the_seconds_of_a_long_line() -> None:
    line = "generate_image exec_0123456789abcdef0123456789abcdef: running · 3.1 s"
    assert terminal.cut_middle(line, 59) == f"{line[:29]}…{line[-29:]}"
    assert terminal.cut_middle(line, 69) == line
    wide = terminal.cut_middle("画" * 50 + ": running", 59)
    assert wide.endswith("画: running")
    assert terminal.cells(wide) in (58, 59)  # half a wide letter does not fit


def test_waits_in_threads_share_one_line_and_all_end(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(progress, "find_sink", lambda: progress.TerminalSink(screen))
    clock = ManualClock()
    with Emulator(clock=clock) as service, waiting(service, clock) as api:
        ids = [service.start_execution("calculate", running=0.1) for _ in range(8)]
        barrier, have_polled = threading.Barrier(8), threading.local()

        def sleep(seconds: float) -> None:
            if not hasattr(have_polled, "once"):
                have_polled.once = barrier.wait(30)
            clock.advance(seconds)

        api.api_client.clock = TimeSource(clock.now, sleep, no_chance)
        threads = [threading.Thread(target=api.wait_for_ai_tool_execution, args=("acme", one)) for one in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
    *_, last = screen.getvalue().split("\r\x1b[K")
    assert re.fullmatch(r"\[#{10}\] 8 of 8 waits ended · \d+ s\n", last)
    assert screen.getvalue().count("\n") == 1


def has_a_sink(_number: int) -> bool:
    sys.stderr = Screen()
    os.environ["TERM"] = "xterm"
    return progress.find_sink() is not None


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_process_of_a_pool_shows_nothing(method: str) -> None:
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(has_a_sink, range(4)) == [False] * 4


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of threads beside a fork
def test_a_process_that_is_forked_off_in_the_middle_of_a_line_shows_nothing(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, sink, fake = parts
    held.update("running")
    before = list(sink.did)
    monkeypatch.setattr(sys, "stderr", Screen())
    monkeypatch.setenv("TERM", "xterm")
    assert progress.find_sink() is not None
    child = os.fork()
    if child == 0:
        fake.sleep(5)
        held.update("complete")
        held.clear()
        held.end()
        os._exit(0 if sink.did == before and progress.find_sink() is None else 1)
    assert os.waitpid(child, 0)[1] == 0
    fake.sleep(5)
    held.update("complete")
    assert sink.texts[-1] == "complete · 5 s"
