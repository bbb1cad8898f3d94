"""A plot of executions with matplotlib, which is imported with this module."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from matplotlib import dates, patches, ticker
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from quantcdn._display.formats import count, duration
from quantcdn._display.text import one_line
from quantcdn.models._statistics import seconds_of, status_of

if TYPE_CHECKING:
    from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
        ListAIToolExecutions200ResponseExecutionsInner as Execution,
    )

# The types of matplotlib know neither its keywords nor times on an axis.
_Axes = Any
_dates: Any = dates
_ticker: Any = ticker

# The background is that of the page. On white and on JupyterLab's black, text has a contrast of 4 or more, and all else
# of 3 or more (WCAG 2.2, section 1.4.11). Hatches tell the statuses apart without their colours.
_TEXT = "#797979"
_MEDIAN = "#c46f00"
_COLOURS = {"pending": "#a383c9", "running": "#6c8ebf", "complete": "#2e9e4f", "failed": "#d9363e", "other": "#8c8c8c"}
_HATCHES = {"pending": "\\\\\\\\", "failed": "////", "other": "...."}

# In inches; matplotlib's own layouts would measure all text again and again, which takes longer than all the rest.
_WIDTH, _ROW, _GAP = 10.0, 1.3, 0.4
_TOP, _BOTTOM, _LEFT, _RIGHT = 0.65, 0.65, 0.5, 0.25

_MAX_TOOLS = 8
_MAX_NAME = 40
_MAX_BINS = 24
_BINS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)]
_LOG_RATIO = 50
"""From which ratio of the longest to the shortest duration on the axis is logarithmic."""


class ExecutionPlot(Figure):
    """A figure that displays itself in a notebook, whether or not pyplot is set up there."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        canvas: Any = FigureCanvasAgg(self)
        canvas.print_png(file)  # savefig draws everything twice
        return file.getvalue()


def plot_of(executions: Iterable[Execution], known_statuses: Sequence[str]) -> ExecutionPlot:
    """Plot, in a row for each tool, how often it was used over time by status, and its durations."""
    groups = _by_tool(list(executions))
    height = _TOP + _BOTTOM + _ROW * max(1, len(groups)) - _GAP
    plot = ExecutionPlot(figsize=(_WIDTH, height), facecolor="none")
    figure: Any = plot
    if not groups:
        figure.text(0.5, 0.5, "No executions", ha="center", va="center", color=_TEXT)
        return plot
    statuses = [*known_statuses, "other"]
    panels = _panels(figure, len(groups), height)
    shown = [row for rows in groups.values() for row in rows]
    seconds = {
        name: sorted(found for row in rows if (found := seconds_of(row)) is not None) for name, rows in groups.items()
    }
    edges = _edges([row.created for row in shown if row.created is not None])
    highest = 0
    for (name, rows), (uses, durations) in zip(groups.items(), panels, strict=True):
        highest = max(highest, _draw_uses(uses, rows, statuses, edges))
        _draw_durations(durations, seconds[name])
        _set_title(uses, f"{name}: {count(len(rows), 'execution')}")
    for uses, _ in panels:
        uses.set_ylim(0, max(highest, 1) * 1.1)
    _label_uses(panels[:, 0], edges)
    _label_durations(panels[-1, 1], [second for of_tool in seconds.values() for second in of_tool])
    met = {status_of(row) for row in shown}
    listed = [status for status in statuses if status in met or (status == "other" and met - {*known_statuses})]
    handles = [patches.Patch(label=status, **_style(status)) for status in listed]
    figure.legend(handles=handles, loc="upper right", ncols=len(handles), frameon=False, labelcolor=_TEXT)
    return plot


def _panels(figure: Any, rows: int, height: float) -> Any:
    """Make two panels a row, on the background of the page."""
    grid = {
        "left": _LEFT / _WIDTH,
        "right": 1 - _RIGHT / _WIDTH,
        "bottom": _BOTTOM / height,
        "top": 1 - _TOP / height,
        "hspace": _GAP / (_ROW - _GAP),
        "wspace": 0.12,
    }
    panels = figure.subplots(rows, 2, sharex="col", squeeze=False, width_ratios=(3, 2), gridspec_kw=grid)
    for axes in panels.flat:
        axes.set_facecolor("none")
        axes.tick_params(which="both", colors=_TEXT)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(_TEXT)
        axes.xaxis.offsetText.set_color(_TEXT)
    return panels


def _style(status: str) -> dict[str, Any]:
    return {"facecolor": _COLOURS[status], "hatch": _HATCHES.get(status), "edgecolor": "white", "linewidth": 0}


def _set_title(axes: _Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=10, fontweight="bold", color=_TEXT, parse_math=False, y=1.0)


def _by_tool(executions: list[Execution]) -> dict[str, list[Execution]]:
    """Group executions by the tools used most; the rest is one group."""
    groups: dict[str, list[Execution]] = {}
    for row in executions:
        name = row.tool_name if row.tool_name and isinstance(row.tool_name, str) else "unknown"
        groups.setdefault(name, []).append(row)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    rest = [row for _, rows in ordered[_MAX_TOOLS:] for row in rows]
    named = {one_line(name, _MAX_NAME): rows for name, rows in ordered[:_MAX_TOOLS]}
    return {**named, f"{len(ordered) - _MAX_TOOLS} other tools": rest} if rest else named


def _edges(times: list[datetime]) -> list[datetime]:
    """Divide the time of the executions into whole minutes, hours or days."""
    if not times:
        return []
    first, last = min(times), max(times)
    width = next((width for width in _BINS if (last - first) / width < _MAX_BINS - 1), None)
    width = width or timedelta(days=1 + (last - first).days // (_MAX_BINS - 1))
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    start = midnight + (first - midnight) // width * width
    return [start + number * width for number in range((last - start) // width + 2)]


def _draw_uses(axes: _Axes, rows: list[Execution], statuses: list[str], edges: list[datetime]) -> int:
    """Draw bars of executions over time, stacked by status; return the height of the highest."""
    if len(edges) < 2:
        return 0
    width = edges[1] - edges[0]
    counts = Counter(
        (status if (status := status_of(row)) in statuses else "other", (row.created - edges[0]) // width)
        for row in rows
        if row.created is not None
    )
    below = [0] * (len(edges) - 1)
    for status in statuses:
        bars = [(number, height) for number in range(len(below)) if (height := counts[status, number])]
        if bars:
            axes.bar(
                [edges[number] for number, _ in bars], [height for _, height in bars], width=width * 0.9,
                bottom=[below[number] for number, _ in bars], align="edge", label=status, **_style(status),
            )  # fmt: skip
        for number, height in bars:
            below[number] += height
    return max(below)


def _draw_durations(axes: _Axes, seconds: list[float]) -> None:
    """Draw a dot for each duration, in three lanes so that fewer hide each other, and a line for the median."""
    if seconds:
        lanes = [number % 3 for number in range(len(seconds))]
        axes.scatter(seconds, lanes, s=18, alpha=0.8, color=_COLOURS["running"], linewidths=0)
        axes.axvline(median(seconds), color=_MEDIAN, linewidth=1.5)
        _set_title(axes, f"median {duration(median(seconds))}")
    axes.set_ylim(-1, 3)
    axes.set_yticks([])


def _label_uses(panels: Iterable[_Axes], edges: list[datetime]) -> None:
    """Count in whole numbers, and label the time, which all rows share."""
    last: _Axes = None
    for last in panels:
        last.yaxis.set_major_locator(_ticker.MaxNLocator(nbins=3, integer=True))
    if edges:
        locator = _dates.AutoDateLocator(tz=UTC)
        last.xaxis.set_major_locator(locator)
        last.xaxis.set_major_formatter(_dates.ConciseDateFormatter(locator, tz=UTC))
        last.set_xlim(edges[0], edges[-1])
        last.set_xlabel(f"created, UTC; a bar is {duration((edges[1] - edges[0]).total_seconds())}", color=_TEXT)


def _label_durations(last: _Axes, seconds: list[float]) -> None:
    """Label the durations, which all rows share, on a logarithmic axis where they are of several magnitudes."""
    if seconds and min(seconds) > 0 and max(seconds) > _LOG_RATIO * min(seconds):
        last.set_xscale("log")
        last.xaxis.set_major_locator(_ticker.LogLocator(numticks=5))
        last.xaxis.set_minor_formatter(_ticker.NullFormatter())
    else:
        last.set_xlim(min([0.0, *seconds]), max(seconds, default=0) * 1.05 or 1)
        last.xaxis.set_major_locator(_ticker.MaxNLocator(nbins=4))
    last.xaxis.set_major_formatter(_ticker.FuncFormatter(_duration_at))
    last.set_xlabel("duration, from created to completed", color=_TEXT)


def _duration_at(value: float, _place: int | None) -> str:
    return duration(value)
