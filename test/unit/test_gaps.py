"""A watch over simulated services: whatever it does not tell of is covered by a gap."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantcdn import Gap
from quantcdn._polling.history import keyed
from quantcdn._polling.poller import Polled
from quantcdn._polling.watcher import Watch
from quantcdn.models import ListAIToolExecutions200Response
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Row
from test.helpers.clock import FakeClock

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400.0


@dataclass
class Made:
    """An execution: when it was asked for, and when it ends."""

    identifier: str | None
    created: float
    dated: float
    """What the service says of when it was asked for."""
    ends: float
    tool: str = "t"


@dataclass
class Service:
    """A service whose lists have a page size of their own, newest first, and forget what is a day old."""

    page: int
    repeats: bool = False
    """Whether rows come twice, the second one out of date."""
    made: list[Made] = field(default_factory=list[Made])

    def rows(self, now: float) -> list[Row]:
        alive = [made for made in self.made if made.created <= now < made.created + DAY]
        alive.sort(key=lambda made: made.dated, reverse=True)
        rows = [
            Row(
                execution_id=made.identifier,
                tool_name=made.tool,
                status="complete" if now >= made.ends else "running",
                created_at=START + timedelta(seconds=made.dated),
            )
            for made in alive[: self.page]
        ]
        if self.repeats:
            stale = [row.model_copy(update={"status": "pending"}) for row in rows[::2] if row.execution_id]
            rows = (rows + stale)[: self.page + len(stale)]
        return rows


def watched(service: Service, polls: int, interval: float) -> tuple[list[Any], list[float]]:
    """Watch for some polls; returns what is reported, and when the lists were read."""
    time = FakeClock()
    reads: list[float] = []

    def list_newest(_seconds: float | None) -> Polled[ListAIToolExecutions200Response]:
        reads.append(time.now)
        rows = service.rows(time.now)
        return Polled(ListAIToolExecutions200Response(executions=rows, count=len(rows), org_id="acme"))

    watch = Watch(
        list_newest,
        shows_all=True,
        interval=interval,
        timeout=(polls - 1) * interval,
        clock=replace(time.clock, wall=time.monotonic),
    )
    return list(watch.changes()), reads


def check(service: Service, notified: list[Any], reads: list[float]) -> None:
    """Each execution is reported, or a gap at the list that should have shown it; an end is reported too."""
    rows = [item for item in notified if isinstance(item, Row)]
    assert len({(row.execution_id, row.tool_name, row.created_at, row.status) for row in rows}) == len(rows)
    ends = {row.execution_id for row in rows if row.is_final}
    seen = {row.execution_id for row in rows}
    unfinished = {identifier for item in notified if isinstance(item, Gap) for identifier in item.unfinished}
    spans = [
        (item.after or START, item.before or START + timedelta(days=9)) for item in notified if isinstance(item, Gap)
    ]
    for made in service.made:
        if made.identifier is None or not reads[0] < made.created <= reads[-1]:
            continue  # a watch promises nothing of what was before it
        moment = START + timedelta(seconds=made.dated)
        assert made.identifier in seen or any(after <= moment <= before for after, before in spans), made
        if made.identifier in seen and made.ends <= reads[-1]:
            assert made.identifier in ends or made.identifier in unfinished, made


@settings(max_examples=150)
@given(
    st.sampled_from([10, 20, 50, 100]),
    st.sampled_from([1.0, 60.0, 3_600.0, 40_000.0]),
    st.lists(st.sampled_from([0, 0, 0, 1, 3, 9, 10, 11, 40, 60, 150, 230]), min_size=2, max_size=25),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_every_execution_is_reported_or_covered_by_a_gap(
    page: int, interval: float, bursts: list[int], repeats: bool, seed: int
) -> None:
    chance = random.Random(seed)
    service = Service(page, repeats)
    for number, burst in enumerate(bursts):
        for _ in range(burst):
            created = (number + chance.random() * 0.999) * interval
            lasts = chance.choice([0.0, interval / 2, 3 * interval, 2 * DAY])
            service.made.append(Made(f"exec_{len(service.made)}", created, created, created + lasts))
    notified, reads = watched(service, len(bursts) + 1, interval)
    check(service, notified, reads)


@settings(max_examples=60)
@given(st.sampled_from([10, 50, 100]), st.floats(0.0, 5.0), st.integers(0, 2**32))
def test_times_out_of_order_hide_nothing(page: int, disorder: float, seed: int) -> None:
    chance = random.Random(seed)
    service = Service(page)
    for number in range(20):
        for _ in range(chance.choice([0, 1, page // 4])):
            created = number + chance.random() * 0.999
            dated = created - chance.uniform(0, disorder)
            service.made.append(Made(f"exec_{len(service.made)}", created, dated, created + chance.uniform(0, 3)))
    notified, reads = watched(service, 21, 1.0)
    seen = {item.execution_id for item in notified if isinstance(item, Row)}
    hidden = {made.identifier for made in service.made if reads[0] < made.created <= reads[-1]} - seen
    assert not hidden or any(isinstance(item, Gap) for item in notified)


def steady(rate: int, polls: int, page: int) -> Service:
    service = Service(page)
    service.made = [Made(f"exec_{n}", n / rate, n / rate, n / rate + 0.1) for n in range(rate * polls)]
    return service


@pytest.mark.parametrize(("page", "gaps"), [(10, 10), (39, 10), (50, 0), (100, 0)])
def test_a_gap_is_reported_exactly_where_more_came_than_a_page_holds(page: int, gaps: int) -> None:
    notified, _ = watched(steady(20, 20, page), 11, 2.0)
    assert sum(isinstance(item, Gap) for item in notified) == gaps


@pytest.mark.parametrize("page", [10, 50, 100])
def test_a_quiet_service_has_no_gap(page: int) -> None:
    service = Service(page)
    service.made = [Made(f"exec_{n}", n * 7_000.0, n * 7_000.0, n * 7_000.0 + 30) for n in range(60)]
    notified, _ = watched(service, 4_000, 100.0)
    assert [item for item in notified if isinstance(item, Gap)] == []
    assert len(notified) >= 2 * 57  # each running, and complete


# Fails if any row that is known shows that nothing is missing.
def test_one_dated_in_the_future_does_not_hide_a_gap() -> None:
    service = Service(50)
    service.made = [Made("pinned", 0.0, 1e6, 0.0), *(Made(f"a{n}", 0.1, 0.1, 0.1) for n in range(49))]
    service.made += [Made(f"b{n}", 1.5, 1.5 + n / 1e3, 1.5) for n in range(120)]
    notified, _ = watched(service, 3, 1.0)
    assert sum(isinstance(item, Gap) for item in notified) == 1


@pytest.mark.parametrize("repeats", [False, True])
def test_an_unchanging_list_has_no_changes(repeats: bool) -> None:
    service = Service(100, repeats)
    service.made = [Made(f"exec_{n}", 0.0, n / 1e3, 1e9) for n in range(30)]
    notified, _ = watched(service, 12, 2.0)
    assert sorted(item.execution_id for item in notified) == sorted(f"exec_{n}" for n in range(30))


def test_rows_without_an_identifier_are_told_apart_by_their_number() -> None:
    service = Service(100)
    service.made = [Made(None, 0.0, 0.0, 1e9), Made(None, 0.5, 0.0, 1e9), Made(None, 1.5, 1.0, 1e9)]
    notified, _ = watched(service, 4, 1.0)
    assert len(notified) == 3


def test_of_rows_with_one_identifier_the_first_counts() -> None:
    rows = [Row(execution_id="a", status="running"), Row(execution_id="b"), Row(execution_id="a", status="pending")]
    assert [(key, row.status) for key, row in keyed(rows).items()] == [("a", "running"), ("b", None)]
