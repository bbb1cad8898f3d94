"""The waits of the AI tools API: calls that poll again and again, made of the calls that send one request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from typing_extensions import Unpack

from quantcdn import _validation
from quantcdn._clock import Clock
from quantcdn._secrets import hide_options
from quantcdn.api_client import ApiClient, RequestOptions
from quantcdn.api_response import ApiResponse
from quantcdn.exceptions import ApiException, ApiTypeError, ExecutionFailedException, OrchestrationFailedException
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import EVERY_2_SECONDS, LONGEST_LIST, Poll, Polled, Wait
from quantcdn.rest import poll_attempts
from quantcdn.retry import retry_after

if TYPE_CHECKING:
    from quantcdn._polling.batch import Outcome, Update
    from quantcdn._polling.progress import Line
    from quantcdn._polling.watcher import Gap

_MOST_CREDIT = 5

M = TypeVar("M", GetAIToolExecutionStatus200Response, GetAIOrchestrationStatus200Response)
R = TypeVar("R")


class _Endpoints(Protocol):
    """What the waits are made of."""

    api_client: ApiClient

    def list_ai_tool_executions_with_http_info(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolExecutions200Response]: ...

    def get_ai_tool_execution_status_with_http_info(
        self, organisation: str, execution_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIToolExecutionStatus200Response]: ...

    def get_ai_orchestration_status_with_http_info(
        self, organisation: str, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIOrchestrationStatus200Response]: ...


@hide_options
class WaitsMixin:
    """Three waits and a watch."""

    def wait_for_ai_tool_execution(
        self: _Endpoints,
        organisation: str,
        execution_id: str,
        *,
        timeout: float | None = 300.0,
        poll: Poll | None = None,
        on_update: Callable[[GetAIToolExecutionStatus200Response], object] | None = None,
        raise_on_failure: bool = True,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetAIToolExecutionStatus200Response:
        """Poll an execution until it reaches a terminal status.

        A failed poll does not end the wait, until five in a row have failed. Each is retried once at most.

        Args:
            organisation: The organisation's name.
            execution_id: The identifier, as a chat answer or a list has it.
            timeout: The limit in seconds; 0 for a single poll, None for no limit.
            poll: How often to poll; None for every 2 s where the tool makes images, and else for
                pauses that grow from 1 s to 5 s.
            on_update: Is called with the model at the first poll and at each change of status; where it is
                None, a person in a notebook or at a terminal sees a line, see ``Configuration.progress``.
            raise_on_failure: False returns an execution that failed, timed out, expired or was cancelled.
            cancel: An event that ends the wait within 0.1 s of being set, or when the request under way ends.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The execution, complete, or of an unknown status with a time of completion; its result may still be missing.

        Raises:
            ExecutionFailedException: It failed, timed out, expired or was cancelled.
            WaitTimeoutException: The limit passed, and the last poll was sent when it did; or the
                service asked to wait for longer than was left.
            WaitCancelledException: The event was set.
            NotFoundException: It does not exist, or vanished; ``last`` is what was seen before.
            OpenApiException: See the class.
        """
        _check(poll, on_update, cancel, raise_on_failure)
        _validation.segment("organisation", organisation)
        _validation.segment("execution_id", execution_id)
        polls = _Polls(self, options, once=timeout == 0)
        with _shown(self, on_update) as (told, clock):
            wait = Wait(
                execution_id,
                lambda left: polls.send(
                    left,
                    lambda given: self.get_ai_tool_execution_status_with_http_info(organisation, execution_id, **given),
                ),
                poll_for=lambda seen: EVERY_2_SECONDS if "image" in seen.tool_name.lower() else Poll(),
                poll=poll,
                timeout=timeout,
                on_update=told,
                clock=clock,
                cancel=cancel,
            )
            with _resumable(f"wait_for_ai_tool_execution({organisation!r}, {execution_id!r})"):
                return wait.until_final(ExecutionFailedException if raise_on_failure else None)

    def wait_for_ai_orchestration(
        self: _Endpoints,
        organisation: str,
        orchestration_id: str,
        *,
        timeout: float | None = 600.0,
        poll: Poll | None = None,
        on_update: Callable[[GetAIOrchestrationStatus200Response], object] | None = None,
        raise_on_failure: bool = True,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetAIOrchestrationStatus200Response:
        """Poll an orchestration until it reaches a terminal status.

        A failed poll does not end the wait, until five in a row have failed. Each is retried once at most.

        Args:
            organisation: The organisation's name.
            orchestration_id: The identifier, as a chat answer has it.
            timeout: The limit in seconds; 0 for a single poll, None for no limit.
            poll: How often to poll; None for every 2 s.
            on_update: Is called with the model at the first poll and at each change of status or of completed
                tools; where it is None, a person sees a line, as while waiting for an execution.
            raise_on_failure: False returns an orchestration that failed, timed out, expired or was cancelled.
            cancel: An event that ends the wait within 0.1 s of being set, or when the request under way ends.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The orchestration, complete, or of an unknown status with a time of completion; its ``answer`` may
            still be missing.

        Raises:
            OrchestrationFailedException: It failed, timed out, expired or was cancelled.
            WaitTimeoutException: The limit passed, and the last poll was sent when it did; or the
                service asked to wait for longer than was left.
            WaitCancelledException: The event was set.
            NotFoundException: It does not exist, or vanished; ``last`` is what was seen before.
            OpenApiException: See the class.
        """
        _check(poll, on_update, cancel, raise_on_failure)
        _validation.segment("organisation", organisation)
        _validation.segment("orchestration_id", orchestration_id)
        polls = _Polls(self, options, once=timeout == 0)
        with _shown(self, on_update) as (told, clock):
            wait = Wait(
                orchestration_id,
                lambda left: polls.send(
                    left,
                    lambda given: self.get_ai_orchestration_status_with_http_info(
                        organisation, orchestration_id, **given
                    ),
                ),
                poll_for=lambda _: EVERY_2_SECONDS,
                poll=poll,
                timeout=timeout,
                on_update=told,
                clock=clock,
                cancel=cancel,
            )
            with _resumable(f"wait_for_ai_orchestration({organisation!r}, {orchestration_id!r})"):
                return wait.until_final(OrchestrationFailedException if raise_on_failure else None)

    def wait_for_ai_tool_executions(
        self: _Endpoints,
        organisation: str,
        execution_ids: Iterable[str],
        *,
        timeout: float | None = 300.0,
        poll: Poll | None = None,
        on_update: Callable[[Update], object] | None = None,
        max_rate: float = 20.0,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> Iterator[Outcome]:
        """Wait for many executions, at the cost of little more than one list request a poll.

        The iterator survives what is raised in it, an error of ``on_update`` or Ctrl-C: iterate again to go on.

        Args:
            organisation: The organisation's name.
            execution_ids: The identifiers; one that comes twice counts once.
            timeout: The limit for all of them in seconds; None for no limit, 0 for a single poll of
                the list and of up to ``max_rate`` of those that it does not show.
            poll: How often the list is read; None for every 2 s.
            on_update: Is called at the first sight of each and at each change of status, with a row of the
                list or an execution; where it is None, a person sees a line, as while waiting for one.
            max_rate: How many a second, above 0, are polled on their own at most, while they are
                not among the newest 100 that the list shows.
            cancel: An event that ends the wait within 0.1 s of being set; each execution that is left
                then has an outcome with a ``WaitCancelledException``.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            An outcome for each execution, as it ends, well or badly.

        Raises:
            OpenApiException: An argument cannot be used; what goes wrong later is in the outcomes.
        """
        from quantcdn._polling.batch import ManyWaits

        _check(poll, on_update, cancel)
        if isinstance(execution_ids, str):
            raise ApiTypeError("execution_ids takes several identifiers, not one")
        if not isinstance(execution_ids, Iterable):
            raise ApiTypeError(f"execution_ids takes identifiers, not {type(execution_ids).__name__}")
        identifiers = [_validation.segment("execution_ids", identifier) for identifier in execution_ids]
        line = _line(self, on_update)
        polls = _Polls(self, options, once=timeout == 0)
        many = ManyWaits(
            identifiers,
            lambda one, left: polls.send(
                left, lambda given: self.get_ai_tool_execution_status_with_http_info(organisation, one, **given)
            ),
            lambda left: polls.send(
                left,
                lambda given: self.list_ai_tool_executions_with_http_info(organisation, limit=LONGEST_LIST, **given),
            ),
            poll=poll or EVERY_2_SECONDS,
            timeout=timeout,
            max_rate=_validation.above_zero("max_rate", max_rate),
            on_update=on_update,
            clock=self.api_client.clock if line is None else line.clock,
            cancel=cancel,
        )
        return many if line is None else line.counting(many, len(set(identifiers)))

    def watch_ai_tool_executions(
        self: _Endpoints,
        organisation: str,
        *,
        status: str | None = None,
        interval: float = 2.0,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> Iterator[ListAIToolExecutions200ResponseExecutionsInner | Gap]:
        """Watch the list of executions, for monitoring and audit.

        Args:
            organisation: The organisation's name.
            status: Only executions of this status; None for all.
            interval: The pause between two polls, in seconds, above 0.
            timeout: The limit in seconds, after which it ends; 0 for a single poll, None for no limit.
            cancel: An event that ends the watch within 0.1 s of being set, or when the request under way ends.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            Each execution when it is new and whenever its status has changed, oldest first; and a
            ``Gap`` where some may have been missed, since the list shows no more than 100, and none
            of more than 24 hours ago.

        Raises:
            OpenApiException: An argument cannot be used; or, while watching, a poll failed in a way that
                no repetition can mend, or five in a row failed.
        """
        from quantcdn._polling.watcher import Watch

        _check(None, None, cancel)
        polls = _Polls(self, options, once=timeout == 0)
        watch = Watch(
            lambda left: polls.send(
                left,
                lambda given: self.list_ai_tool_executions_with_http_info(
                    organisation, status=status, limit=LONGEST_LIST, **given
                ),
            ),
            shows_all=status is None,
            interval=_validation.above_zero("interval", interval),
            timeout=timeout,
            clock=self.api_client.clock,
            cancel=cancel,
        )
        return watch.changes()


class _Polls:
    """Sends the polls of one wait.

    Polls are repeated anyway. So each is retried once at most, and only on credit that earlier ones have earned:
    one by each that succeeds, one lost by each that fails. A service that is down gets hardly more requests than
    there are polls, however many are waited for, and a failure now and then delays nothing.

    Args:
        api: The endpoints.
        options: What is said of each call.
        once: Whether there is a single poll, which nothing repeats.
    """

    def __init__(self, api: _Endpoints, options: RequestOptions, *, once: bool) -> None:
        self._api = api
        self._options = options
        self._credit = 1 if once else 0
        self._within(None)  # a timeout that cannot be used is refused now

    def send(self, left: float | None, call: Callable[[RequestOptions], ApiResponse[R]]) -> Polled[R]:
        """Send one, which may take so many seconds, or as long as any call where that is None."""
        before = poll_attempts.set(2 if self._credit else 1)
        try:
            response = call(self._within(left))
        except ApiException:
            self._credit = max(0, self._credit - 1)
            raise
        finally:
            poll_attempts.reset(before)
        self._credit = min(_MOST_CREDIT, self._credit + 1)
        return Polled(response.data, retry_after(response.headers))

    def _within(self, left: float | None) -> RequestOptions:
        options = self._options
        limits = self._api.api_client.configuration.timeout.changed(options.get("_request_timeout"))
        if left is not None and left < limits.total:
            limits = replace(limits, total=left)
        return {**options, "_request_timeout": limits}


def _check(poll: object, on_update: object, cancel: object, raise_on_failure: object = True) -> None:
    """Refuse at the call what would only be noticed in the middle of a wait."""
    if poll is not None and not isinstance(poll, Poll):
        raise ApiTypeError(f"poll takes a Poll, such as Poll(initial=2, maximum=2), not {type(poll).__name__}")
    _validation.optional_function("on_update", on_update)
    _validation.boolean("raise_on_failure", raise_on_failure)
    if cancel is not None and (isinstance(cancel, type) or not callable(getattr(cancel, "is_set", None))):
        raise ApiTypeError(f"cancel takes a threading.Event(), not {type(cancel).__name__}")


def _line(api: _Endpoints, on_update: object) -> Line | None:
    """Find a line for whoever waits without being told of changes; None where nobody would see it."""
    if on_update is not None or not api.api_client.configuration.progress:
        return None
    from quantcdn._polling import progress

    place = progress.place()
    return None if place is None else progress.Line(place, api.api_client.clock)


@contextmanager
def _shown(
    api: _Endpoints, on_update: Callable[[M], object] | None
) -> Generator[tuple[Callable[[M], object] | None, Clock]]:
    """Find what is told of changes, and where a wait takes time from: a line in which seconds run on takes part."""
    line = _line(api, on_update)
    if line is None:
        yield on_update, api.api_client.clock
        return
    try:
        yield line.follow, line.clock
    finally:
        line.end()


@contextmanager
def _resumable(call: str) -> Generator[None]:
    """Say how to go on where a wait is interrupted."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"To go on waiting: api.{call}")
        raise
