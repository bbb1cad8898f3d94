"""A log of all that the list of executions has shown: JSON lines, appended safely over restarts and crashes.

Each line is an object: ``at`` says when it was written, and beside it stands ``execution``, as the list
had it when its status was new; or ``gap``, where the list did not show everything since the line before;
or ``watching``, at least once an hour, so that a quiet log is not taken for one that nobody wrote.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from quantcdn import _portability
from quantcdn._display.formats import iso, now
from quantcdn._polling.history import History, keyed
from quantcdn._types import is_object
from quantcdn.exceptions import ApiValueError
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as ExecutionSummary

_TAIL = 16 * 1024 * 1024
"""How much of its end is read, in bytes: far more than the list can still show."""

_MOST_READ = 10_000
"""How many executions of the file are compared with the first list."""

_HEARTBEAT = 3_600.0
"""The longest silence of the log while the list is read, in seconds."""

_START = b'{"at":"'
"""How each line begins."""

_OWN_START = re.compile(rb'\{"at":"[0-9]{4}-').match
"""How much of a first line must be there to distinguish a log from another's file."""


class AuditLog:
    """A log, for one writer at a time; the file is made if it does not exist, and refused if it is no such log."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._history = History()
        self._written: datetime | None = None
        """When the last line was written."""
        self._polled: datetime | None = None
        """When the list was last known to be polled."""
        self._rows: dict[str, ExecutionSummary] = {}
        """The last rows that were written, by their keys."""
        flags = _portability.open_flags("O_RDWR", "O_APPEND", "O_CREAT", "O_CLOEXEC", "O_NONBLOCK", "O_BINARY")
        self._file = os.open(path, flags, 0o666)
        try:
            self._lock(path)
            self._read(path)
        except BaseException:
            os.close(self._file)
            raise

    def add(self, listed: Sequence[ExecutionSummary]) -> None:
        """Write what a list, newest first, shows that has not been written yet; no half line is ever left behind."""
        before = self._written
        rows = keyed(listed)
        self._write_gap(rows)
        for execution in self._history.changes(rows):
            self._write("execution", json.loads(execution.to_json()))
        self._polled = self._clock()
        if self._written is None or (self._polled - self._written).total_seconds() >= _HEARTBEAT:
            self._write("watching", True)
        if self._written != before:
            os.fsync(self._file)  # it is kept for whoever asks after a power cut, too

    def _write_gap(self, rows: dict[str, ExecutionSummary]) -> None:
        if self._polled is None:
            return  # nothing was promised before the first line
        gap = self._history.gap(rows, (self._clock() - self._polled).total_seconds())
        if gap is not None:
            ends = {"after": gap.after and iso(gap.after), "before": gap.before and iso(gap.before)}
            self._write("gap", {**ends, "unfinished": gap.unfinished})

    def _write(self, name: str, value: object) -> None:
        at = self._clock()
        text = json.dumps({"at": iso(at), name: value}, ensure_ascii=False, separators=(",", ":"))
        line = text.encode(errors="backslashreplace") + b"\n"  # half a surrogate pair as JSON writes it
        size = os.fstat(self._file).st_size
        # One write, since a reader may follow the file; and what a full disk leaves of it is taken back.
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
            _portability.lock(self._file)
        except BlockingIOError:
            problem = f"--log {path}: another watch is writing it"
        else:
            return
        raise ApiValueError(problem)

    def _read(self, path: Path) -> None:
        """Learn what was written before, and mend a last line that a crash has torn."""
        size = os.fstat(self._file).st_size
        start = max(0, size - _TAIL)
        os.lseek(self._file, start, os.SEEK_SET)
        tail = os.read(self._file, size - start)
        if start:
            tail = tail.partition(b"\n")[2]
        *lines, torn = tail.split(b"\n")
        self._history.previous = self._rows
        whole = [parsed for parsed in map(_object, lines) if parsed is not None]
        known = sum(map(self._take_in, whole))
        last = _object(torn)
        is_whole = last is not None and self._take_in(last)
        # Among lines of its own, an odd one is left as it is. A file without any is another's.
        if not (known or is_whole or not tail or (not any(lines) and _OWN_START(torn))):
            raise _no_log(path)
        if last is not None or (torn and not _can_start(torn)):
            os.write(self._file, b"\n")
        elif torn:
            os.ftruncate(self._file, size - len(torn))

    def _take_in(self, line: Mapping[str, Any]) -> bool:
        """Learn from a line, if it is one that a watch writes."""
        try:
            at = datetime.fromisoformat(line["at"])
            if at.tzinfo is None:
                return False
            if "execution" in line:
                ((key, row),) = keyed([ExecutionSummary.model_validate(line["execution"])]).items()
                self._history.learn(key, row)
                rows = self._rows
                rows.pop(key, None)
                rows[key] = row
                if len(rows) > _MOST_READ:
                    del rows[next(iter(rows))]
            elif "gap" in line:
                for key in map(str, line["gap"]["unfinished"]):
                    self._history.unfinished.pop(key, None)
            elif "watching" not in line:
                return False
        except (KeyError, TypeError, ValueError, RecursionError):
            return False
        self._polled = self._written = at
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)


def _no_log(path: Path) -> ApiValueError:
    return ApiValueError(f"--log {path}: it has lines that no watch has written; give another file")


def _can_start(torn: bytes) -> bool:
    """Say whether it may be what a crash has left of a line: its start, or zeros in its place."""
    return torn.startswith(_START) or _START.startswith(torn.rstrip(b"\0"))


def _object(line: bytes) -> dict[str, Any] | None:
    """Parse a line; what is no JSON object is odd."""
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return parsed if is_object(parsed) else None
