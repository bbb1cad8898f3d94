"""``quantcdn orchestrations wait``: wait until orchestrations have ended, and show their answers."""

from __future__ import annotations

import argparse

from quantcdn._clock import Clock
from quantcdn._polling.deadline import Deadline
from quantcdn.cli.client import connected
from quantcdn.cli.commands._identifiers import identifiers
from quantcdn.cli.output.columns import ORCHESTRATION
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.progress.wait_report import Waiting, add_wait_arguments, poll, waiting
from quantcdn.cli.settings import add_settings
from quantcdn.exceptions import ApiException, WaitException
from quantcdn.models import GetAIOrchestrationStatus200Response

SUMMARY = "wait until orchestrations have ended"

DESCRIPTION = """\
Wait until orchestrations have ended, one after the other, and write each; those whose end is not seen are told on
stderr. Of several problems, the exit code is that of the first in: 4, 1, 3, 124, 5."""

EXAMPLES = """\
examples:
  quantcdn orchestrations wait orch_0123456789abcdef0123456789abcdef --timeout 15m --exit-status
  quantcdn orchestrations wait orch_0123456789abcdef0123456789abcdef --fields answer"""

_TIMEOUT = 600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="an orchestration; - reads one a line from stdin, or NDJSON"
    )
    add_wait_arguments(parser, _TIMEOUT)
    add_forms(parser, ORCHESTRATION)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Wait.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation):
        wanted = identifiers(arguments.ids, "orchestrationId")
        # The limit is for all: what is left of it when one has ended is for the next.
        limit = Deadline(arguments.timeout, Clock())
        with (
            Output(arguments, ORCHESTRATION) as output,
            waiting("quantcdn orchestrations wait", arguments, wanted, api) as state,
        ):
            for identifier in wanted:
                try:
                    ended = api.wait_for_ai_orchestration(
                        organisation,
                        identifier,
                        timeout=None if limit.timeout is None else limit.remaining,
                        poll=poll(arguments),
                        on_update=lambda seen: _tell(state, seen),
                        raise_on_failure=False,
                    )
                except (ApiException, WaitException) as error:
                    state.lost(identifier, error)
                    continue
                state.ended(identifier, ended, counts=arguments.exit_status)
                output.add(ended)
    return state.code


def _tell(state: Waiting, seen: GetAIOrchestrationStatus200Response) -> None:
    text = f"{seen.orchestration_id}: {seen.status}, {seen.completed_tools or 0} of {seen.tool_count} tools"
    state.seen(seen.orchestration_id, seen.status, text)
