"""A log of all that the list of executions has shown: JSON lines, appended safely over restarts and crashes.

Each line is an object: ``at`` says when it was written, and beside it stands ``execution``, as the list
had it when its status was new; or ``gap``, where the list did not show everything since the line before;
or ``watching``, at least once an hour, so that a quiet log is not taken for one that nobody wrote.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from quantcdn._json import is_object
from quantcdn._watch import History, keyed
from quantcdn.cli._times import iso, now
from quantcdn.exceptions import ApiValueError
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Listed

_TAIL = 16 * 1024 * 1024
"""How much of its end is read, in bytes: far more than the list can still show."""

_MOST_READ = 10_000
"""How many executions of the file are compared with the first list."""

_HEARTBEAT = 3_600.0
"""The longest silence of the log while the list is read, in seconds."""

_START = b'{"at":"'
"""How each line begins."""


class Log:
    """A log, for one writer at a time.

    Args:
        path: The file; it is made if it does not exist.
        clock: Returns the time, in UTC.

    Raises:
        ApiValueError: It is no such log, or another process writes it.
        OSError: It cannot be opened.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._history = History()
        self._written: datetime | None = None
        """When the last line was written."""
        self._looked: datetime | None = None
        """When the list was last known to be read."""
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            self._lock(path)
            self._read(path)
        except BaseException:
            os.close(self._file)
            raise

    def look(self, listed: Sequence[Listed]) -> None:
        """Write what a list shows that has not been written yet.

        Args:
            listed: All of the newest executions, newest first.

        Raises:
            OSError: It cannot be written; no half line is left behind.
        """
        before = self._written
        rows = keyed(listed)
        self._write_gap(rows)
        for execution in self._history.news(rows):
            self._write("execution", json.loads(execution.to_json()))
        self._looked = self._clock()
        if self._written is None or (self._looked - self._written).total_seconds() >= _HEARTBEAT:
            self._write("watching", True)
        if self._written != before:
            os.fsync(self._file)

    def _write_gap(self, rows: dict[str, Listed]) -> None:
        if self._looked is None:
            return  # nothing was promised before the first line
        gap = self._history.gap(rows, (self._clock() - self._looked).total_seconds())
        if gap is not None:
            ends = {"after": gap.after and iso(gap.after), "before": gap.before and iso(gap.before)}
            self._write("gap", {**ends, "unfinished": gap.unfinished})

    def _write(self, name: str, value: object) -> None:
        at = self._clock()
        line = json.dumps({"at": iso(at), name: value}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        size = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, line)
        except OSError:
            os.ftruncate(self._file, size)
            raise
        if written < len(line):
            os.ftruncate(self._file, size)
            raise OSError("the disk of the log is full")
        self._written = at

    def _lock(self, path: Path) -> None:
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            raise ApiValueError(f"--log {path}: it is no regular file")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            problem = f"--log {path}: another watch is writing it"
        else:
            return
        raise ApiValueError(problem)

    def _read(self, path: Path) -> None:
        """Learn what was written before, and mend a last line that a crash has torn."""
        size = os.fstat(self._file).st_size
        start = max(0, size - _TAIL)
        tail = os.pread(self._file, size - start, start)
        if start:
            tail = tail.partition(b"\n")[2]
        *lines, torn = tail.split(b"\n")
        if torn.strip(b"\0") and not _can_start(torn):
            raise _no_log(path)
        rows: dict[str, Listed] = {}
        self._history.previous = rows
        for line in _objects(path, [*lines, *_whole(torn)]):
            self._take_in(path, line, rows)
        if torn and _whole(torn):
            os.write(self._file, b"\n")
        elif torn:
            os.ftruncate(self._file, size - len(torn))

    def _take_in(self, path: Path, line: Mapping[str, Any], rows: dict[str, Listed]) -> None:
        try:
            self._looked = self._written = datetime.fromisoformat(line["at"])
            if "execution" in line:
                ((key, row),) = keyed([Listed.model_validate(line["execution"])]).items()
                self._history.learn(key, row)
                rows.pop(key, None)
                rows[key] = row
                if len(rows) > _MOST_READ:
                    del rows[next(iter(rows))]
            elif "gap" in line:
                for key in map(str, line["gap"]["unfinished"]):
                    self._history.unfinished.pop(key, None)
            return
        except (KeyError, TypeError, ValueError):
            pass
        raise _no_log(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)


def _no_log(path: Path) -> ApiValueError:
    return ApiValueError(f"--log {path}: it has lines that no watch has written; give another file")


def _can_start(torn: bytes) -> bool:
    return torn.startswith(_START) or _START.startswith(torn)


def _whole(torn: bytes) -> list[bytes]:
    """Say whether only the line's end is missing."""
    try:
        return [torn] if is_object(json.loads(torn)) else []
    except ValueError:
        return []


def _objects(path: Path, lines: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    for line in filter(None, lines):
        try:
            parsed = json.loads(line)
        except (ValueError, RecursionError):
            parsed = None
        if not is_object(parsed):
            raise _no_log(path)
        yield parsed
