"""The plot of a list of executions: what its axes hold, whatever the service has sent.

Every process of the tests collects this file, and one runs it: so matplotlib is imported where it is used.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import quantcdn
from quantcdn import models

START = datetime(2026, 1, 31, 9, tzinfo=UTC)


def row(tool: object, status: object, minutes: float = 0, seconds: float | None = None) -> dict[str, Any]:
    created = START + timedelta(minutes=minutes)
    completed = None if seconds is None else (created + timedelta(seconds=seconds)).isoformat()
    return {"toolName": tool, "status": status, "createdAt": created.isoformat(), "completedAt": completed}


def plotted(*rows: dict[str, Any]) -> Any:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.use("Agg")
    body = {"executions": list(rows), "count": len(rows), "orgId": "acme"}
    listed = models.ListAIToolExecutions200Response.from_dict(body)
    assert listed is not None
    figure = listed.plot()
    assert isinstance(figure, Figure)
    figure.savefig(io.BytesIO())
    return figure


def bars(axes: Any) -> dict[str, list[tuple[str, int]]]:
    """Give the bars of a panel by status: where each begins, and how high it is."""
    from matplotlib.dates import num2date

    return {
        container.get_label(): [
            (f"{num2date(bar.get_x()):%H:%M}", int(bar.get_height())) for bar in container if bar.get_height()
        ]
        for container in axes.containers
    }


ROWS = [
    row("paint", "complete", 0, 10),
    row("paint", "complete", 1, 30),
    row("paint", "Failed ", 1.5, 20),
    row("search", "running", 2),
    row("search", "dreaming", 2),
]


def test_each_tool_has_its_use_over_time_by_status() -> None:
    paint, _, search, _ = plotted(*ROWS).axes
    assert paint.get_title(loc="left") == "paint: 3 executions"
    assert bars(paint) == {"complete": [("09:00", 1), ("09:01", 1)], "failed": [("09:01", 1)]}
    (failed,) = [bar for bar in paint.containers[1] if bar.get_height()]
    assert failed.get_y() == 1  # it stands on the complete one
    assert search.get_title(loc="left") == "search: 2 executions"
    assert bars(search) == {"running": [("09:02", 1)], "other": [("09:02", 1)]}
    assert search.get_xlabel() == "created, UTC; a bar is 1m00s"


def test_the_legend_names_the_statuses_that_there_are_and_no_foreign_ones() -> None:
    (legend,) = plotted(*ROWS).legends
    assert [text.get_text() for text in legend.get_texts()] == ["running", "complete", "failed", "other"]


def test_each_tool_has_its_durations() -> None:
    _, paint, _, search = plotted(*ROWS).axes
    (dots,) = paint.collections
    assert [x for x, _ in dots.get_offsets()] == [10, 20, 30]
    assert paint.get_title(loc="left") == "median 20.0s"
    assert (list(search.collections), search.get_title(loc="left")) == ([], "")
    assert search.get_xlabel() == "duration, from created to completed"
    assert all(text.get_text().endswith("s") for text in search.get_xticklabels() if text.get_text())


@pytest.mark.parametrize("number", [1, 2, 3, 7, 40])
def test_counts_are_whole_numbers(number: int) -> None:
    axes = plotted(*[row("paint", "complete", 0, 1)] * number).axes[0]
    low, high = axes.get_ylim()
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    assert len(ticks) >= 2
    assert all(tick == int(tick) for tick in ticks)
    assert high > number


@pytest.mark.parametrize("hours", [0, 0.5, 3, 23, 24 * 40, 24 * 4_000])
def test_every_execution_is_in_a_bar_however_long_the_time(hours: float) -> None:
    from matplotlib.dates import date2num

    rows = [row("paint", "complete", minutes=60 * hours * part / 9) for part in range(10)]
    axes = plotted(*rows).axes[0]
    assert sum(height for _, height in bars(axes)["complete"]) == 10
    assert len(axes.containers[0]) <= 25
    left, right = axes.get_xlim()
    assert left <= date2num(START)
    assert date2num(START + timedelta(hours=hours)) <= right


def test_durations_of_several_magnitudes_are_on_a_logarithmic_axis() -> None:
    near, far = ([row("paint", "complete", 0, seconds) for seconds in (1, most)] for most in (40, 600))
    assert plotted(*near).axes[1].get_xscale() == "linear"
    assert plotted(*far).axes[1].get_xscale() == "log"
    assert plotted(*far, row("paint", "complete", 0, 0)).axes[1].get_xscale() == "linear"


def test_beyond_the_eighth_tool_they_share_a_row() -> None:
    figure = plotted(*[row(f"tool{number}", "complete") for number in range(12) for _ in range(20 - number)])
    titles = [axes.get_title(loc="left").partition(":")[0] for axes in figure.axes[::2]]
    assert titles == [*(f"tool{number}" for number in range(8)), "4 other tools"]


def test_a_list_without_executions_says_so() -> None:
    figure = plotted()
    assert [text.get_text() for text in figure.texts] == ["No executions"]


HOSTILE = "$\\frac{$ \x1b]0;t\x07 https://u:5ec2e7@h.example/a?sig=5ec2e7 " + "x" * 300


@pytest.mark.parametrize("odd", [HOSTILE, "_hidden", "", None, {"a": 1}, ["x"], 3])
def test_whatever_the_service_has_sent_is_drawn_as_text(odd: object) -> None:
    figure = plotted(row(odd, odd, 0, 1), {"toolName": odd, "completedAt": START.isoformat()})
    texts = [axes.get_title(loc="left") for axes in figure.axes]
    assert "5ec2e7" not in "".join(texts)
    assert all(text.isprintable() and len(text) < 80 for text in texts)


def test_it_shows_itself_in_a_notebook() -> None:
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(plotted(*ROWS))
    assert data["image/png"].startswith(b"\x89PNG")


def contrast(colour: object, page: object) -> float:
    """Give the contrast of two colours, as WCAG 2.2 defines it."""
    from matplotlib.colors import to_rgb

    def luminance(of: Any) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(of)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, light = sorted(map(luminance, (colour, page)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_it_can_be_read_on_a_light_and_on_a_dark_page(page: str) -> None:
    figure = plotted(*ROWS, row("paint", "pending", 1, 5))
    assert [patch.get_facecolor()[3] for patch in (figure.patch, *(axes.patch for axes in figure.axes))] == [0] * 5
    texts = drawn_texts(figure)
    assert len(texts) > 20
    assert min(contrast(text.get_color(), page) for text in texts) > 4
    bars = [bar.get_facecolor() for axes in figure.axes for container in axes.containers for bar in container]
    lines = [line.get_color() for axes in figure.axes for line in axes.lines]
    spines = [spine.get_edgecolor() for axes in figure.axes for spine in axes.spines.values() if spine.get_visible()]
    dots = [colour for axes in figure.axes for dots in axes.collections for colour in dots.get_facecolor()]
    assert min(contrast(colour, page) for colour in [*bars, *lines, *spines, *dots]) > 3
    assert {len(bars) > 5, len(lines) > 0, len(dots) > 0} == {True}


def test_it_is_drawn_once_and_measures_no_text_to_lay_it_out() -> None:
    from matplotlib.artist import Artist

    class CountedArtist(Artist):
        drawn = 0

        def draw(self, renderer: object) -> None:
            self.drawn += 1

    figure = plotted(*ROWS)
    counted = CountedArtist()
    figure.add_artist(counted)
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert counted.drawn == 1
    assert figure.get_layout_engine() is None


@pytest.mark.parametrize("tools", [1, 3, 9])
def test_no_text_is_over_another_or_cut_off(tools: int) -> None:
    names = [f"{number}{'n' * 50}" for number in range(tools)]
    figure = plotted(*[row(name, status, 7 * at, 3 + at) for name in names for at, status in enumerate(STATUSES)])
    boxes = [(text.get_text(), text.get_window_extent()) for text in drawn_texts(figure)]
    assert len(boxes) > 10
    for at, (text, box) in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width, text
        assert 0 <= box.y0 < box.y1 <= figure.bbox.height, text
        assert not [other for other, there in boxes[:at] if box.overlaps(there)], text


def drawn_texts(figure: Any) -> list[Any]:
    """Draw a figure, and list the texts that are drawn: ticks beyond the ends of an axis are not."""
    from matplotlib.text import Text

    drawn: list[Any] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Text, "draw", lambda text, renderer: drawn.append(text))
        figure._repr_png_()
    return [text for text in drawn if text.get_text().strip() and text.get_visible()]


STATUSES = ["pending", "running", "complete", "failed", "dreaming"]


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    listed = models.ListAIToolExecutions200Response(executions=[], count=0, org_id="acme")
    with pytest.raises(quantcdn.ApiValueError) as caught:
        listed.plot()
    assert str(caught.value) == "plot needs matplotlib: pip install 'quantcdn[notebook]'"
    assert caught.value.__cause__ is caught.value.__context__ is None
