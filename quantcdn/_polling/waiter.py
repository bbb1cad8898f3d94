"""Waits for one execution or orchestration, and the errors that such waits and batches end with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from quantcdn._clock import Cancel, TimeSource
from quantcdn._display.text import error_text
from quantcdn._polling.poller import Poller, S, Send
from quantcdn.exceptions import (
    ApiException,
    WaitCancelledException,
    WaitException,
    WaitTimeoutException,
)
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.polling import Poll

Pollable = GetAIToolExecutionStatus200Response | GetAIOrchestrationStatus200Response
"""What can be waited for."""

M = TypeVar("M", GetAIToolExecutionStatus200Response, GetAIOrchestrationStatus200Response)


class Wait(Generic[M]):
    """Polls one thing until it reaches a terminal status; ``poll_for`` chooses how often, by the first response."""

    def __init__(
        self,
        identifier: str,
        send: Send[M],
        *,
        poll_for: Callable[[M], Poll],
        poll: Poll | None = None,
        timeout: float | None,
        on_update: Callable[[M], object] | None,
        clock: TimeSource,
        cancel: Cancel | None = None,
    ) -> None:
        self._identifier = identifier
        self._poll_for: Callable[[M], Poll] | None = None if poll else poll_for
        self._on_update: Callable[[M], object] | None = on_update
        # Until the first response has shown what it is, pauses are those of any execution.
        self._poller: Poller[M] = Poller(send, poll=poll or Poll(), timeout=timeout, clock=clock, cancel=cancel)
        self.last: M | None = None
        """The last model that was received."""
        self._stage: tuple[object, object] | None = None

    @property
    def polls(self) -> int:
        """How many polls were sent."""
        return self._poller.polls

    def send_between(self, send: Send[S], limit: float) -> S | None:
        """Send a request beside the polls, as ``Poller.send_between`` does."""
        return self._poller.send_between(send, limit)

    def until_final(self, failed: type[WaitException] | None) -> M:
        """Poll until the status is terminal; ``failed`` is raised where it is a failure, unless that is None."""
        problem: ApiException | None = None
        try:
            for response in self._poller.responses():
                problem = response if isinstance(response, ApiException) else None
                if not isinstance(response, ApiException):
                    is_final = response.is_final  # before the callback, which may change the model
                    self._receive(response)
                    if is_final:
                        return self._result(response, failed)
        except ApiException as error:
            error.last = self.last
            raise
        status = None if self.last is None else self.last.status
        if self._poller.is_cancelled:
            raise self._error(WaitCancelledException, cancelled_message(status))
        timeout, refused_pause = self._poller.deadline.timeout, self._poller.refused_pause
        message = timeout_message(status, timeout, refused_pause, problem)
        raise self._error(WaitTimeoutException, message) from problem

    def _receive(self, response: M) -> None:
        if self.last is None and self._poll_for is not None:
            self._poller.change_poll(self._poll_for(response))
        self.last = response
        before, self._stage = self._stage, _stage(response)  # which the callback may change
        if self._on_update is not None and self._stage != before:
            self._on_update(response)

    def _result(self, last: M, failed: type[WaitException] | None) -> M:
        error = None
        if failed is not None:
            elapsed, polls = self._poller.deadline.elapsed, self.polls
            error = failed_exception(failed, last, identifier=self._identifier, waited=elapsed, polls=polls)
        if error is not None:
            raise error
        return last

    def _error(self, kind: type[WaitException], message: str) -> WaitException:
        elapsed = self._poller.deadline.elapsed
        return kind(message, identifier=self._identifier, last=self.last, waited=elapsed, polls=self.polls)


def timeout_message(
    status: str | None, timeout: float | None, retry_after: float = 0.0, problem: ApiException | None = None
) -> str:
    """Say that a deadline has passed, or will before the service may be asked again after ``retry_after`` seconds."""
    end = f"the timeout of {timeout or 0.0:g} s"
    # Without a response, only the rate limit says when to poll again.
    asked = "the service asked" if problem is None or problem.status else "the client's own rate limit asks"
    when = f"; {asked} to wait {retry_after:g} s, beyond {end}" if retry_after else f" after {end}"
    return f"{_last_status(status)}{when}" + (f"; last problem: {problem.problem}" if problem else "")


def cancelled_message(status: str | None) -> str:
    """Say that a wait was cancelled."""
    return f"cancelled; {_last_status(status)}"


def _last_status(status: str | None) -> str:
    return "no status was received" if status is None else f"still {error_text(status)}"


def _stage(response: Pollable) -> tuple[object, object]:
    return response.status, getattr(response, "completed_tools", None)


def failed_exception(
    kind: type[WaitException], response: Pollable, *, identifier: str, waited: float, polls: int
) -> WaitException | None:
    """Make the error that a failed execution stands for; None where it has not failed, or nobody can say."""
    if not response.is_failed:
        return None
    status, reason = error_text(response.status) or "failed", error_text(response.error)
    message = f"{status}: {reason}" if reason else status
    return kind(message, identifier=identifier, last=response, waited=waited, polls=polls)
