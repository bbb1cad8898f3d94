"""What has been seen of executions, kept in SQLite: the service forgets them after 24 hours."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import AbstractContextManager
from typing import Any

from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Row

TABLE = """CREATE TABLE IF NOT EXISTS executions (
    id TEXT PRIMARY KEY, tool TEXT, status TEXT, state TEXT, created TEXT, duration REAL, reason TEXT, change INT)"""
FIGURES = """SELECT tool, COUNT(*) AS runs, AVG(duration) AS mean, MAX(duration) AS longest,
    AVG(CASE state WHEN 'complete' THEN 1.0 WHEN 'failed' THEN 0.0 END) AS success
    FROM executions GROUP BY tool ORDER BY runs DESC"""


class History(AbstractContextManager["History"]):
    """Executions by their identifiers; threads may share it."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._database.execute(TABLE)
        (self.last,) = self._database.execute("SELECT COALESCE(MAX(change), 0) FROM executions").fetchone()

    def record(self, row: Row, reason: str | None = None) -> None:
        """Take in an execution as a list shows it, and why it failed."""
        state = "failed" if row.is_failed else "complete" if row.is_complete else "running"
        duration = (row.completed - row.created).total_seconds() if row.created and row.completed else None
        when = f"{row.created:%Y-%m-%d %H:%M:%S}" if row.created else ""
        with self._lock, self._database:
            self.last += 1
            values = (row.execution_id, row.tool_name, row.status, state, when, duration, reason, self.last)
            self._database.execute("INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def since(self, change: int, limit: int = 1_000) -> tuple[list[dict[str, Any]], int]:
        """Return the newest executions that have changed since a change, and the number of the last change."""
        query = "SELECT * FROM executions WHERE change > ? ORDER BY created DESC, id LIMIT ?"
        with self._lock:
            return [dict(row) for row in self._database.execute(query, (change, limit))], self.last

    def figures(self) -> list[dict[str, Any]]:
        """Return how often each tool was run, and how it did."""
        with self._lock:
            return [dict(row) for row in self._database.execute(FIGURES)]

    def __exit__(self, *_: object) -> None:
        self._database.close()
