"""A plot of executions with matplotlib, which is imported with this module."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from matplotlib import dates, patches, ticker
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

# Each can be told from the next without its colour, and from a white and a black page.
_COLOURS = {"pending": "#b7c4d8", "running": "#6c8ebf", "complete": "#2e9e4f", "failed": "#d9363e", "other": "#999999"}
_HATCHES = {"failed": "////", "other": "...."}

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
        figure: Any = self
        figure.savefig(file, format="png")
        return file.getvalue()


def plot_of(executions: Iterable[Execution], known_statuses: Sequence[str]) -> ExecutionPlot:
    """Plot, in a row for each tool, how often it was used over time by status, and its durations."""
    groups = _by_tool(list(executions))
    plot = ExecutionPlot(figsize=(10, 1.3 + 1.3 * max(1, len(groups))), layout="constrained")
    figure: Any = plot
    if not groups:
        figure.text(0.5, 0.5, "No executions", ha="center", va="center")
        return plot
    statuses = [*known_statuses, "other"]
    panels = figure.subplots(len(groups), 2, sharex="col", squeeze=False, width_ratios=(3, 2))
    shown = [row for rows in groups.values() for row in rows]
    edges = _edges([row.created for row in shown if row.created is not None])
    highest = 0
    for (name, rows), (uses, durations) in zip(groups.items(), panels, strict=True):
        highest = max(highest, _draw_uses(uses, rows, statuses, edges))
        _draw_durations(durations, rows)
        uses.set_title(f"{name}: {count(len(rows), 'execution')}", loc="left", fontsize=10, parse_math=False)
    for uses, _ in panels:
        uses.set_ylim(0, max(highest, 1) * 1.1)
    _label_uses(panels[:, 0], edges)
    _label_durations(panels[-1, 1], [seconds for row in shown if (seconds := seconds_of(row)) is not None])
    for axes in panels.flat:
        axes.spines[["top", "right"]].set_visible(False)
    met = {status_of(row) for row in shown}
    listed = [status for status in statuses if status in met or (status == "other" and met - {*known_statuses})]
    handles = [patches.Patch(facecolor=_COLOURS[status], hatch=_HATCHES.get(status), label=status) for status in listed]
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles), frameon=False)
    return plot


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
        heights = [counts[status, number] for number in range(len(below))]
        if any(heights):
            axes.bar(
                edges[:-1], heights, width=width * 0.9, bottom=below, align="edge", color=_COLOURS[status],
                hatch=_HATCHES.get(status), edgecolor="white", linewidth=0, label=status,
            )  # fmt: skip
        below = [sum(pair) for pair in zip(below, heights, strict=True)]
    return max(below)


def _draw_durations(axes: _Axes, rows: list[Execution]) -> None:
    """Draw a dot for each duration, in three lanes so that fewer hide each other, and a line for the median."""
    seconds = sorted(found for row in rows if (found := seconds_of(row)) is not None)
    if seconds:
        lanes = [number % 3 for number in range(len(seconds))]
        axes.scatter(seconds, lanes, s=18, alpha=0.8, color=_COLOURS["running"], linewidths=0)
        axes.axvline(median(seconds), color="#444444", linewidth=1)
        axes.set_title(f"median {duration(median(seconds))}", loc="left", fontsize=10)
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
        last.set_xlabel(f"created, UTC; a bar is {duration((edges[1] - edges[0]).total_seconds())}")


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
    last.set_xlabel("duration, from created to completed")


def _duration_at(value: float, _place: int | None) -> str:
    return duration(value)
