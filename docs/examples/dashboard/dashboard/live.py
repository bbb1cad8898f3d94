"""Follows executions and orchestrations in threads, so that no page waits for the service."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import quantcdn
from dashboard.history import History


class Live:
    """What an organisation's tools are doing; ``with`` begins and ends it."""

    def __init__(self, client: quantcdn.ApiClient, history: History, interval: float = 1.0) -> None:
        self.problem = ""
        self.orchestrations: dict[str, quantcdn.GetAIOrchestrationStatus200Response | str | None] = {}
        self._api, self._history, self._interval = client.organisation(), history, interval
        self._unlisted: set[str] = set()
        self._cancel = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=16)

    def __enter__(self) -> Live:
        self._pool.submit(self._repeat, self.watch)
        self._pool.submit(self._repeat, self.catch_up)
        return self

    def __exit__(self, *_: object) -> None:
        self._cancel.set()
        self._pool.shutdown()

    def watch(self, seconds: float | None = None) -> None:
        """Take in what changes until the dashboard ends, or for so many seconds; 0 reads the list once."""
        for item in self._api.watch_ai_tool_executions(interval=self._interval, timeout=seconds, cancel=self._cancel):
            self.problem = ""
            if isinstance(item, quantcdn.Gap):
                self._unlisted.update(item.unfinished)
            else:
                self._history.record(item)
                if item.is_failed:  # the list does not say why
                    self._unlisted.add(item.execution_id)

    def catch_up(self) -> None:
        """Wait for what the list does not show: its newest 100 have no reasons, and older ones no end."""
        for outcome in self._api.wait_for_ai_tool_executions(tuple(self._unlisted), timeout=10, cancel=self._cancel):
            if outcome.execution is not None:
                self._history.record(outcome.execution, outcome.execution.error)
            if not isinstance(outcome.error, quantcdn.WaitTimeoutException):
                self._unlisted.discard(outcome.identifier)

    def follow(self, orchestration_id: str) -> None:
        """Follow an orchestration to its end; no list of the service has them."""
        if orchestration_id not in self.orchestrations:
            self.orchestrations[orchestration_id] = None
            self._pool.submit(self._follow, orchestration_id)

    def _repeat(self, function: Callable[[], None]) -> None:
        while not self._cancel.is_set():
            try:
                function()
                self._cancel.wait(self._interval)
            except quantcdn.OpenApiException as error:
                self.problem = str(error)
                self._cancel.wait(5)

    def _follow(self, identifier: str) -> None:
        notify = partial(self.orchestrations.__setitem__, identifier)
        try:
            wait = partial(self._api.wait_for_ai_orchestration, raise_on_failure=False, cancel=self._cancel)
            wait(identifier, on_update=notify)
        except quantcdn.OpenApiException as error:
            notify(str(error))
