"""Measures the contenders in rounds that take turns, so that a change of the machine's speed meets all alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from test.benchmark import contenders

BASELINE = "urllib3"
OFFICIAL = "quantcdn-client==4.8.0"
CALLS = {"status": 200, "tools": 200, **dict.fromkeys(contenders.FORMS, 100), contenders.WRITING: 100, "picture": 5}
"""How many calls of each case a round has."""
THREADED_CALLS = 1_600
SESSION = 10
"""How many rounds the same processes have; where memory lies in a process, and what it costs, is up to chance."""

FLOOR = "import urllib3, pydantic\nclass Row(pydantic.BaseModel):\n    name: str"
"""What a client made of these two cannot go below."""


@dataclass
class Series:
    """What the rounds gave for one contender, or why there is nothing."""

    values: list[float] = field(default_factory=list)
    error: str | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def ratio(self, other: Series) -> float:
        """Give the median of the ratios to another series of the same rounds."""
        return statistics.median(a / b for a, b in zip(self.values, other.values, strict=True))


class Figures:
    """What was measured."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, defaultdict[str, Series]] = defaultdict(lambda: defaultdict(Series))
        """The series by what is measured and contender.

        For each case the CPU seconds of a call; ``faults``, the page faults of a call with a picture; ``threads``, the
        answers a second, and ``failed``, the calls that gave none; ``import`` and ``floor`` in CPU seconds; ``before``,
        the bytes that the process holds, and ``added``, how many more it holds at most while it gets the picture."""
        self.versions: dict[str, str] = {}
        """The version of each contender."""

    def note(self, row: str, contender: str, answer: Mapping[str, Any], key: str) -> None:
        """Note what a contender answered."""
        series = self.rows[row][contender]
        if "error" in answer:
            series.error = answer["error"]
        else:
            series.values.append(answer[key])


class Worker:
    """A contender in its process."""

    def __init__(self, python: str, name: str, url: str) -> None:
        command = [python, "-P", contenders.__file__, name, url]
        self._process = subprocess.Popen(
            command, cwd="/", env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.name = name
        self.version = str(self._answer()["version"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def ask(self, *command: object) -> dict[str, Any]:
        """Let it do something; returns what came of it."""
        assert self._process.stdin is not None
        print(*command, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a contender ended before its time: {self._process.args}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def environment() -> dict[str, str]:
    """Give what a measured process gets: no proxy comes between, no coverage is measured, nothing is compiled twice."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith("COV") and name != "PYTHONDONTWRITEBYTECODE"
    }


def python_of(contender: str) -> str:
    """Find the Python of a contender; the official client's is made beside this one's packages, once."""
    if contender != "official":
        return sys.executable
    place = Path(sys.prefix) / "official-client"
    python = str(place / "bin" / "python")
    installed = OFFICIAL.replace("-", "_").replace("==", "-")
    if not any(place.glob(f"lib/*/site-packages/{installed}.dist-info")):
        print(f"installing {OFFICIAL} in {place}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", OFFICIAL], check=True)
    return python


def measured(names: Iterable[str], url: str, rounds: int) -> Figures:
    """Measure.

    Args:
        names: The contenders.
        url: Where the answers are.
        rounds: How many rounds count.

    Returns:
        What came of it.
    """
    pythons = {name: python_of(name) for name in names}
    figures = Figures()
    for done in range(0, rounds, SESSION):
        with ExitStack() as stack:
            workers = [stack.enter_context(Worker(python, name, url)) for name, python in pythons.items()]
            figures.versions = {worker.name: worker.version for worker in workers}
            _measure_calls(figures, workers, min(SESSION, rounds - done))
            _measure_threads(figures, workers)
    _measure_memory(figures, pythons, url)
    _measure_imports(figures, pythons, rounds)
    return figures


def _measure_calls(figures: Figures, workers: list[Worker], rounds: int) -> None:
    for turn in range(-1, rounds):  # the first does not count
        for case, count in CALLS.items():
            for worker in rotated(workers, turn):
                answer = worker.ask("measure", case, count)
                if turn >= 0:
                    figures.note(case, worker.name, answer, "seconds")
                    if case == "picture":
                        figures.note("faults", worker.name, answer, "faults")


def _measure_threads(figures: Figures, workers: list[Worker]) -> None:
    for turn in range(-1, 3):
        for worker in rotated(workers, turn):
            answer = worker.ask("threads", "status", THREADED_CALLS)
            if turn >= 0:
                figures.note("threads", worker.name, answer, "rate")
                figures.note("failed", worker.name, answer, "failed")


def _measure_memory(figures: Figures, pythons: Mapping[str, str], url: str) -> None:
    for _ in range(3):
        for name, python in pythons.items():
            with Worker(python, name, url) as worker:
                answer = worker.ask("memory", "picture")
            figures.note("before", name, answer, "before")
            figures.note("added", name, answer, "added")


def _measure_imports(figures: Figures, pythons: Mapping[str, str], rounds: int) -> None:
    """Measure the clients that are made of urllib3 and pydantic, and these two in the same environment."""
    clients = {name: python for name, python in pythons.items() if name in ("quantcdn", "official")}
    for turn in range(-1, rounds):
        for name, python in clients.items():
            for row, code in {"floor": FLOOR, "import": "import quantcdn"}.items():
                answer = {"seconds": import_seconds(python, code)}
                if turn >= 0:
                    figures.note(row, name, answer, "seconds")


def import_seconds(python: str, code: str) -> float:
    """Give the CPU seconds of some imports in a new process, its own start left out."""
    timed = f"import time\nbegun = time.process_time()\n{code}\nprint(time.process_time() - begun)"
    command = [python, "-P", "-c", timed]
    done = subprocess.run(command, cwd="/", env=environment(), stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def rotated(workers: list[Worker], turn: int) -> list[Worker]:
    """Let another one begin each turn."""
    first = turn % len(workers)
    return workers[first:] + workers[:first]
