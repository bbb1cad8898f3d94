"""The polls of a wait: what each may take, and when it is retried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from typing_extensions import Unpack

from quantcdn._clock import Cancel
from quantcdn._polling.poller import Polled
from quantcdn.api_client import ApiClient, RequestOptions
from quantcdn.api_response import ApiResponse
from quantcdn.exceptions import ApiException
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.rest import poll_attempts, poll_cancel
from quantcdn.retry import retry_after

_MAX_CREDIT = 5

R = TypeVar("R")


class Endpoints(Protocol):
    """The endpoints that waits are made of."""

    api_client: ApiClient

    def list_ai_tool_executions_with_http_info(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolExecutions200Response]:
        """List executions, the newest first."""
        ...

    def get_ai_tool_execution_status_with_http_info(
        self, organisation: str, execution_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIToolExecutionStatus200Response]:
        """Get the status of an execution."""
        ...

    def get_ai_orchestration_status_with_http_info(
        self, organisation: str, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIOrchestrationStatus200Response]:
        """Get the status of an orchestration."""
        ...


class Polls:
    """Sends the polls of one wait; ``once`` where there is a single one, which nothing repeats."""

    # Polls are repeated anyway. So each is retried once at most, and only on credit that earlier ones have earned: one
    # by each that succeeds, one lost by each that fails. A service that is down gets hardly more requests than there
    # are polls, however many executions are waited for, and a failure now and then delays nothing.
    def __init__(self, api: Endpoints, options: RequestOptions, *, once: bool, cancel: Cancel | None) -> None:
        self._api = api
        self._options = options
        self._cancel = cancel
        self._credit = 1 if once else 0
        self._cap_timeout(None)  # a timeout that cannot be used is refused now

    def send(self, timeout: float | None, call: Callable[[RequestOptions], ApiResponse[R]]) -> Polled[R]:
        """Send one, which may take so many seconds, or as long as any call where that is None."""
        before = poll_attempts.set(2 if self._credit else 1)
        cancel_before = poll_cancel.set(self._cancel)
        try:
            response = call(self._cap_timeout(timeout))
        except ApiException:
            self._credit = max(0, self._credit - 1)
            raise
        finally:
            poll_cancel.reset(cancel_before)
            poll_attempts.reset(before)
        self._credit = min(_MAX_CREDIT, self._credit + 1)
        return Polled(response.data, retry_after(response.headers))

    def send_once(self, timeout: float | None, call: Callable[[RequestOptions], ApiResponse[R]]) -> Polled[R]:
        """Send a request that the wait can do without: it is never retried, and earns and costs no credit."""
        before = poll_attempts.set(1)
        try:
            response = call(self._cap_timeout(timeout))
        finally:
            poll_attempts.reset(before)
        return Polled(response.data, retry_after(response.headers))

    def _cap_timeout(self, timeout: float | None) -> RequestOptions:
        limits = self._api.api_client.configuration.timeout.changed(self._options.get("_request_timeout"))
        if timeout is not None and timeout < limits.total:
            limits = replace(limits, total=timeout)
        return {**self._options, "_request_timeout": limits}
