"""The waits of the AI tools API: calls that look again and again, made of the calls that look once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from typing_extensions import Unpack

from quantcdn import _checks
from quantcdn._secrets import hide_options
from quantcdn.api_client import ApiClient, RequestOptions
from quantcdn.exceptions import ApiTypeError, ExecutionFailedException, OrchestrationFailedException
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import EVERY_2_SECONDS, LONGEST_LIST, Poll, Timing, Wait

if TYPE_CHECKING:
    from quantcdn._live import Line
    from quantcdn._many import Outcome, Update
    from quantcdn._watch import Gap

M = TypeVar("M", GetAIToolExecutionStatus200Response, GetAIOrchestrationStatus200Response)


class _Endpoints(Protocol):
    """What the waits are made of."""

    api_client: ApiClient
    timing: Timing

    def list_ai_tool_executions(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ListAIToolExecutions200Response: ...

    def get_ai_tool_execution_status(
        self, organisation: str, execution_id: str, **options: Unpack[RequestOptions]
    ) -> GetAIToolExecutionStatus200Response: ...

    def get_ai_orchestration_status(
        self, organisation: str, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> GetAIOrchestrationStatus200Response: ...


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
        **options: Unpack[RequestOptions],
    ) -> GetAIToolExecutionStatus200Response:
        """Look at an execution again and again until it has ended.

        A look that fails after its own retries does not end the wait, until five in a row have failed.

        Args:
            organisation: The organisation's name.
            execution_id: The identifier, as a chat answer or a list has it.
            timeout: The limit in seconds; 0 for a single look, None for no limit.
            poll: How often to look; None for every 2 s where the tool makes images, and else for
                pauses that grow from 1 s to 5 s.
            on_update: Is told of the first look and of each change of status; where it is None, a
                person in a notebook or at a terminal sees a line, see ``Configuration.progress``.
            raise_on_failure: False returns a failed execution instead of raising.
            **options: See the class.

        Returns:
            The execution, complete; its result may still be missing.

        Raises:
            ExecutionFailedException: It has failed.
            WaitTimeoutException: The limit passed, and the last look was made when it did; or the
                service asked to wait for longer than was left.
            NotFoundException: It does not exist, or vanished; ``last`` is what was seen before.
            OpenApiException: See the class.
        """
        with _shown(self, on_update) as (told, timing):
            wait = Wait(
                execution_id,
                lambda left: self.get_ai_tool_execution_status(
                    organisation, execution_id, **_within(self, left, options)
                ),
                poll_for=lambda seen: EVERY_2_SECONDS if "image" in seen.tool_name.lower() else Poll(),
                poll=poll,
                timeout=timeout,
                on_update=told,
                timing=timing,
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
        **options: Unpack[RequestOptions],
    ) -> GetAIOrchestrationStatus200Response:
        """Look at an orchestration again and again until it has ended.

        A look that fails after its own retries does not end the wait, until five in a row have failed.

        Args:
            organisation: The organisation's name.
            orchestration_id: The identifier, as a chat answer has it.
            timeout: The limit in seconds; 0 for a single look, None for no limit.
            poll: How often to look; None for every 2 s.
            on_update: Is told of the first look and of each change of status or of completed tools;
                where it is None, a person sees a line, as while waiting for an execution.
            raise_on_failure: False returns a failed orchestration instead of raising.
            **options: See the class.

        Returns:
            The orchestration, complete; its ``answer`` may still be missing.

        Raises:
            OrchestrationFailedException: It has failed.
            WaitTimeoutException: The limit passed, and the last look was made when it did; or the
                service asked to wait for longer than was left.
            NotFoundException: It does not exist, or vanished; ``last`` is what was seen before.
            OpenApiException: See the class.
        """
        with _shown(self, on_update) as (told, timing):
            wait = Wait(
                orchestration_id,
                lambda left: self.get_ai_orchestration_status(
                    organisation, orchestration_id, **_within(self, left, options)
                ),
                poll_for=lambda _: EVERY_2_SECONDS,
                poll=poll,
                timeout=timeout,
                on_update=told,
                timing=timing,
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
        **options: Unpack[RequestOptions],
    ) -> Iterator[Outcome]:
        """Wait for many executions in one thread, at the cost of little more than one list request a look.

        Args:
            organisation: The organisation's name.
            execution_ids: The identifiers; one that comes twice counts once.
            timeout: The limit for all of them in seconds; None for no limit, 0 for a single look at
                the list and at up to ``max_rate`` of those that it does not show.
            poll: How often the list is read; None for every 2 s.
            on_update: Is told of the first sight of each and of each change of status: a line of the
                list, or an execution; where it is None, a person sees a line, as while waiting for one.
            max_rate: How many a second, above 0, are looked at on their own at most, while they are
                not among the newest 100 that the list shows.
            **options: See the class.

        Returns:
            An outcome for each execution, as it ends, well or badly.

        Raises:
            OpenApiException: An argument cannot be used; what goes wrong later is in the outcomes.
        """
        from quantcdn._many import ManyWaits

        if isinstance(execution_ids, str):
            raise ApiTypeError("execution_ids takes several identifiers, not one")
        identifiers = [_checks.segment("execution_ids", identifier) for identifier in execution_ids]
        line = _line(self, on_update)
        many = ManyWaits(
            identifiers,
            lambda one, left: self.get_ai_tool_execution_status(organisation, one, **_within(self, left, options)),
            lambda left: self.list_ai_tool_executions(organisation, limit=LONGEST_LIST, **_within(self, left, options)),
            poll=poll or EVERY_2_SECONDS,
            timeout=timeout,
            max_rate=_checks.above_zero("max_rate", max_rate),
            on_update=on_update,
            timing=self.timing if line is None else line.timing,
        )
        outcomes = many.outcomes()
        return outcomes if line is None else line.counting(outcomes, len(set(identifiers)))

    def watch_ai_tool_executions(
        self: _Endpoints,
        organisation: str,
        *,
        status: str | None = None,
        interval: float = 2.0,
        timeout: float | None = None,
        **options: Unpack[RequestOptions],
    ) -> Iterator[ListAIToolExecutions200ResponseExecutionsInner | Gap]:
        """Watch the list of executions, for monitoring and audit.

        Args:
            organisation: The organisation's name.
            status: Only executions of this status; None for all.
            interval: The pause between two looks, in seconds, above 0.
            timeout: The limit in seconds; 0 for a single look, None for no limit.
            **options: See the class.

        Returns:
            Each execution when it is new and whenever its status has changed, oldest first; and a
            ``Gap`` where some may have been missed, since the list shows no more than 100, and none
            of more than 24 hours ago.

        Raises:
            OpenApiException: An argument cannot be used; or, while watching, a look failed with 401,
                403 or 404, or five in a row failed.
        """
        from quantcdn._watch import Watch

        watch = Watch(
            lambda left: self.list_ai_tool_executions(
                organisation, status=status, limit=LONGEST_LIST, **_within(self, left, options)
            ),
            shows_all=status is None,
            interval=_checks.above_zero("interval", interval),
            timeout=timeout,
            timing=self.timing,
        )
        return watch.changes()


def _within(api: _Endpoints, left: float | None, options: RequestOptions) -> RequestOptions:
    """Let a look take no longer than is left of its wait."""
    limits = api.api_client.configuration.timeout.changed(options.get("_request_timeout"))
    if left is not None and left < limits.total:
        limits = replace(limits, total=left)
    return {**options, "_request_timeout": limits}


def _line(api: _Endpoints, on_update: object) -> Line | None:
    """Find a line for whoever waits without being told of changes; None where nobody would see it."""
    if on_update is not None or not api.api_client.configuration.progress:
        return None
    from quantcdn import _live

    place = _live.place()
    return None if place is None else _live.Line(place, api.timing)


@contextmanager
def _shown(
    api: _Endpoints, on_update: Callable[[M], object] | None
) -> Generator[tuple[Callable[[M], object] | None, Timing]]:
    """Find what is told of changes, and where a wait takes time from: a line in which seconds run on takes part."""
    line = _line(api, on_update)
    if line is None:
        yield on_update, api.timing
        return
    try:
        yield line.follow, line.timing
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
