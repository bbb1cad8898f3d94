"""Shows what was measured: on the screen, and on the page ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from test.benchmark.measuring import BASELINE, Figures
from test.tools.parts import find

PAGE = Path(__file__).parent.parent.parent / "docs" / "performance.md"
FIGURES = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)

CONTENDERS = {
    "quantcdn": "this client",
    "official": "official client",
    "httpx": "httpx",
    "requests": "requests",
    "urllib3": "urllib3",
}
CASES = {
    "status": "status of one execution",
    "tools": "tool list",
    "executions": "100 executions, times as …04:56:07.123Z",
    "no_fraction": "… as …04:56:07Z",
    "microseconds": "… as …04:56:07.123456Z",
    "offset": "… as …04:56:07.123+00:00",
    "no_zone": "… as …04:56:07.123",
    "rfc_1123": "… as Tue, 24 Nov 2026 04:56:07 GMT",
    "to_json": "these 100 executions as JSON again",
    "picture": "execution with a 5 MB image",
}

Cell = Callable[[Figures, str], str]


def table(figures: Figures) -> str:
    """Write the table, in Markdown that reads well as it is."""
    names = [name for name in CONTENDERS if name in figures.versions]
    heads = [f"{CONTENDERS[name]} {figures.versions[name]}" for name in names]
    rows = [[title, *(cell(figures, name) for name in names)] for title, cell in _ROWS.items()]
    return aligned([["", *heads], *rows])


def aligned(rows: list[list[str]]) -> str:
    """Write a Markdown table whose columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _call(case: str) -> Cell:
    def cell(figures: Figures, name: str) -> str:
        series, baseline = figures.rows[case][name], figures.rows[case][BASELINE]
        if series.error is not None:
            return f"fails: {series.error}"
        return f"{series.ratio(baseline):.2f} ({_duration(series.median)})"

    return cell


def _duration(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"


def _import(figures: Figures, name: str) -> str:
    series, floor = figures.rows["import"][name], figures.rows["floor"][name]
    return f"{series.ratio(floor):.2f} ({_duration(series.median)})" if series.values else "-"


def _threads(figures: Figures, name: str) -> str:
    series, baseline = figures.rows["threads"][name], figures.rows["threads"][BASELINE]
    if series.error is not None:
        return f"fails: {series.error}"
    failed = sum(figures.rows["failed"][name].values)
    return f"{series.ratio(baseline):.2f} ({series.median:.0f} a second{f', {failed:.0f} failed' if failed else ''})"


def _bytes(row: str) -> Cell:
    def cell(figures: Figures, name: str) -> str:
        series = figures.rows[row][name]
        return series.error or f"{series.median / 1e6:.1f} MB"

    return cell


def _faults(figures: Figures, name: str) -> str:
    series = figures.rows["faults"][name]
    return series.error or f"{series.median:.0f}"


_ROWS: dict[str, Cell] = {
    **{title: _call(case) for case, title in CASES.items()},
    "import": _import,
    "32 threads, calls of status": _threads,
    "memory of the process": _bytes("before"),
    "memory added by the image at the peak": _bytes("added"),
    "page faults of a call with the image": _faults,
}


def machine() -> str:
    """Name what it was measured on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    nginx = subprocess.run([find("nginx") or "nginx", "-v"], capture_output=True, text=True, check=False).stderr
    libraries = [f"{name} {version(name)}" for name in ("urllib3", "pydantic", "pydantic-core")]
    return ", ".join(
        [
            f"{model[1] if model else platform.machine()} with {os.cpu_count()} cores",
            f"Linux {platform.release().partition('-')[0]}",
            f"{platform.python_implementation()} {platform.python_version()}",
            *libraries,
            nginx.strip().replace("nginx version: nginx/", "nginx "),
        ]
    )


def report(figures: Figures, rounds: int) -> str:
    """Write the table and what it was measured on."""
    when = datetime.now(UTC).date().isoformat()
    return f"{table(figures)}\n\nMeasured on {when}, {rounds} rounds, on {machine()}.\n"


def write(text: str, page: Path = PAGE) -> None:
    """Put the report in its place on the page."""
    before = page.read_text(encoding="utf-8")
    after, count = FIGURES.subn(lambda _: text, before)
    if count != 1:
        raise SystemExit(f"{page} has no place for figures")
    page.write_text(after, encoding="utf-8")
