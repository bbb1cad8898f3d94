"""The waits of the AI tools API: calls that poll again and again, made of the calls that send one request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from typing_extensions import Unpack

from quantcdn import _validation
from quantcdn._clock import Cancel, CancelFlag
from quantcdn._polling.poller import MAX_PAGE_SIZE
from quantcdn._polling.waiter import M, Wait
from quantcdn._secrets import hide_options
from quantcdn.api._polls import Endpoints, Polls
from quantcdn.api_client import RequestOptions
from quantcdn.api_response import ApiResponse
from quantcdn.exceptions import (
    ApiTypeError,
    ExecutionFailedException,
    OrchestrationFailedException,
    WaitException,
)
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import EVERY_2_SECONDS, Poll

if TYPE_CHECKING:
    from quantcdn._polling.batch import Outcome, Update
    from quantcdn._polling.history import Gap
    from quantcdn._polling.progress import WaitProgress

# How long a bar's expected duration is worth waiting for, in seconds: the polls are held up for as long.
_HISTORY_TIMEOUT = 2.0


@hide_options
class WaitsMixin:
    """Three waits and a watch."""

    def wait_for_ai_tool_execution(
        self: Endpoints,
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
            execution_id: The identifier, as a chat response or a list has it.
            timeout: In seconds; 0 for a single poll, None for no deadline.
            poll: The poll interval; None for 2 s if the tool makes images, and else for one that grows
                from 1 s to 5 s.
            on_update: Is called with the model at the first poll and at each change of status. Without it,
                a notebook or a terminal displays the progress, see ``Configuration.progress``.
            raise_on_failure: False returns an execution that failed, timed out, expired or was cancelled.
            cancel: An event that ends the wait within 0.1 s of being set, or when the request under way ends.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The execution, complete, or of an unknown status with a time of completion; its result may still be missing.

        Raises:
            ExecutionFailedException: It failed, timed out, expired or was cancelled.
            WaitTimeoutException: The deadline passed, and the last poll was sent when it did; or the
                service asked to wait for longer than remained.
            WaitCancelledException: The event was set.
            NotFoundException: It does not exist, or vanished; ``last`` is the model received before.
            OpenApiException: See the class.
        """
        return _wait(
            self,
            ("wait_for_ai_tool_execution", organisation, execution_id),
            lambda options: self.get_ai_tool_execution_status_with_http_info(organisation, execution_id, **options),
            lambda execution: EVERY_2_SECONDS if "image" in execution.tool_name.lower() else Poll(),
            ExecutionFailedException,
            timeout=timeout,
            poll=poll,
            on_update=on_update,
            raise_on_failure=raise_on_failure,
            cancel=cancel,
            options=options,
        )

    def wait_for_ai_orchestration(
        self: Endpoints,
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
            orchestration_id: The identifier, as a chat response has it.
            timeout: In seconds; 0 for a single poll, None for no deadline.
            poll: How often to poll; None for every 2 s.
            on_update: Is called with the model at the first poll and at each change of status or of completed
                tools; where it is None, the progress is shown, as while waiting for an execution.
            raise_on_failure: False returns an orchestration that failed, timed out, expired or was cancelled.
            cancel: An event that ends the wait within 0.1 s of being set, or when the request under way ends.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The orchestration, complete, or of an unknown status with a time of completion; its ``answer`` may
            still be missing.

        Raises:
            OrchestrationFailedException: It failed, timed out, expired or was cancelled.
            WaitTimeoutException: The deadline passed, and the last poll was sent when it did; or the
                service asked to wait for longer than remained.
            WaitCancelledException: The event was set.
            NotFoundException: It does not exist, or vanished; ``last`` is the model received before.
            OpenApiException: See the class.
        """
        return _wait(
            self,
            ("wait_for_ai_orchestration", organisation, orchestration_id),
            lambda options: self.get_ai_orchestration_status_with_http_info(organisation, orchestration_id, **options),
            lambda _: EVERY_2_SECONDS,
            OrchestrationFailedException,
            timeout=timeout,
            poll=poll,
            on_update=on_update,
            raise_on_failure=raise_on_failure,
            cancel=cancel,
            options=options,
        )

    def wait_for_ai_tool_executions(
        self: Endpoints,
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

        The iterator survives an exception, of ``on_update`` or by Ctrl-C: iterate again to go on.

        Args:
            organisation: The organisation's name.
            execution_ids: The identifiers; one that comes twice counts once.
            timeout: For all of them, in seconds; None for no deadline, 0 for a single poll of
                the list and of up to ``max_rate`` of those that it does not show.
            poll: How often the list is read; None for every 2 s.
            on_update: Is called when the status of each is first known and when it changes, with a row of the
                list or an execution; where it is None, the progress is shown, as while waiting for one.
            max_rate: How many a second, above 0, are polled on their own at most, while they are
                not among the newest 100 that the list shows.
            cancel: An event that ends the wait within 0.1 s of being set; each unfinished execution
                then has an outcome with a ``WaitCancelledException``.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            An outcome for each execution, as it finishes or fails.

        Raises:
            OpenApiException: An argument cannot be used; later problems are in the outcomes.
        """
        from quantcdn._polling.batch import BatchWait

        _check(organisation, poll, on_update, cancel)
        if isinstance(execution_ids, str) or not isinstance(execution_ids, Iterable):
            kind = type(execution_ids).__name__
            raise ApiTypeError(f"execution_ids takes several identifiers, such as a list of str, not {kind}")
        identifiers = [_validation.segment("execution_ids", identifier) for identifier in execution_ids]
        progress = _progress(self, on_update)
        ended = CancelFlag(cancel)
        polls = Polls(self, options, once=timeout == 0, cancel=ended)
        batch = BatchWait(
            identifiers,
            lambda one, timeout: polls.send(
                timeout, lambda options: self.get_ai_tool_execution_status_with_http_info(organisation, one, **options)
            ),
            lambda timeout: polls.send(timeout, _newest(self, organisation)),
            poll=poll or EVERY_2_SECONDS,
            timeout=timeout,
            max_rate=_validation.above_zero("max_rate", max_rate),
            on_update=on_update,
            clock=self.api_client.clock if progress is None else progress.clock,
            cancel=cancel,
            ended=ended,
        )
        return batch if progress is None else progress.counting(batch, len(set(identifiers)))

    def watch_ai_tool_executions(
        self: Endpoints,
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
            interval: The poll interval, in seconds, above 0.
            timeout: In seconds, after which it ends; 0 for a single poll, None for no deadline.
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

        _check(organisation, None, None, cancel)
        _validation.optional_text("status", status)
        polls = Polls(self, options, once=timeout == 0, cancel=cancel)
        watch = Watch(
            lambda timeout: polls.send(timeout, _newest(self, organisation, status)),
            shows_all=status is None,
            interval=_validation.above_zero("interval", interval),
            timeout=timeout,
            clock=self.api_client.clock,
            cancel=cancel,
        )
        return watch.changes()


def _newest(
    api: Endpoints, organisation: str, status: str | None = None
) -> Callable[[RequestOptions], ApiResponse[ListAIToolExecutions200Response]]:
    """Return the call that lists as many executions as the service does, the newest ones."""
    return lambda options: api.list_ai_tool_executions_with_http_info(
        organisation, status=status, limit=MAX_PAGE_SIZE, **options
    )


def _wait(
    api: Endpoints,
    call: tuple[str, str, str],
    get_status: Callable[[RequestOptions], ApiResponse[M]],
    poll_for: Callable[[M], Poll],
    failed: type[WaitException],
    *,
    timeout: float | None,
    poll: Poll | None,
    on_update: Callable[[M], object] | None,
    raise_on_failure: bool,
    cancel: Cancel | None,
    options: RequestOptions,
) -> M:
    """Wait for one thing; ``call`` has the method's name, the organisation and the identifier."""
    method, organisation, identifier = call
    _check(organisation, poll, on_update, cancel)
    _validation.boolean("raise_on_failure", raise_on_failure)
    _validation.segment("orchestration_id" if "orchestration" in method else "execution_id", identifier)
    polls = Polls(api, options, once=timeout == 0, cancel=cancel)
    progress = _progress(api, on_update)
    wait: Wait[M] = Wait(
        identifier,
        lambda poll_timeout: polls.send(poll_timeout, get_status),
        poll_for=poll_for,
        poll=poll,
        timeout=timeout,
        on_update=on_update if progress is None else progress.show_status,
        clock=api.api_client.clock if progress is None else progress.clock,
        cancel=cancel,
    )
    if progress is not None:
        progress.history = lambda: wait.send_between(
            lambda limit: polls.send_once(limit, _newest(api, organisation)), _HISTORY_TIMEOUT
        )
    try:
        return wait.until_final(failed if raise_on_failure else None)
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"To go on waiting: api.{method}({organisation!r}, {identifier!r})")
        raise
    finally:
        if progress is not None:
            progress.end()


def _check(organisation: object, poll: object, on_update: object, cancel: object) -> None:
    """Refuse at the call what would only be noticed in the middle of a wait."""
    _validation.segment("organisation", organisation)
    if poll is not None and not isinstance(poll, Poll):
        raise ApiTypeError(f"poll takes a Poll, such as Poll(initial=2, maximum=2), not {type(poll).__name__}")
    _validation.optional_function("on_update", on_update)
    if cancel is not None and (isinstance(cancel, type) or not callable(getattr(cancel, "is_set", None))):
        raise ApiTypeError(f"cancel takes a threading.Event(), not {type(cancel).__name__}")


def _progress(api: Endpoints, on_update: object) -> WaitProgress | None:
    """Return a wait's progress where a person sees it, and no callback is notified instead."""
    if on_update is not None or not api.api_client.configuration.progress:
        return None
    from quantcdn._polling import progress

    sink = progress.find_sink()
    return None if sink is None else progress.WaitProgress(sink, api.api_client.clock)
