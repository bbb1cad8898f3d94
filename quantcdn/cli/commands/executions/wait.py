"""``quantcdn executions wait``: wait until executions have ended, and show how."""

from __future__ import annotations

import argparse

from quantcdn._polling.batch import Outcome, Update
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.cli.client import connected
from quantcdn.cli.commands._identifiers import identifiers
from quantcdn.cli.commands._images import add_save_argument, saved
from quantcdn.cli.output.columns import EXECUTION
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.progress.wait_report import WaitReport, add_wait_arguments, poll, waiting
from quantcdn.cli.settings import add_settings
from quantcdn.exceptions import OpenApiException
from quantcdn.models import GetAIToolExecutionStatus200Response

SUMMARY = "wait until executions have ended"

DESCRIPTION = """\
Wait until executions have ended, and write each as it ends; those whose end is not seen are told on stderr.
Of several problems, the exit code is that of the first in: 4, 1, 3, 124, 5."""

EXAMPLES = """\
examples:
  quantcdn executions wait exec_0123456789abcdef0123456789abcdef --timeout 10m --save out/
  quantcdn executions list --status running --ndjson | quantcdn executions wait - --exit-status"""

_TIMEOUT = 300.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("ids", nargs="+", metavar="ID", help="an execution; - reads one a line from stdin, or NDJSON")
    add_wait_arguments(parser, _TIMEOUT)
    add_save_argument(parser)
    add_forms(parser, EXECUTION)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Wait.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation):
        wanted = identifiers(arguments.ids, "executionId")
        with (
            Output(arguments, EXECUTION) as output,
            waiting("quantcdn executions wait", arguments, wanted, api) as state,
        ):
            for outcome in api.wait_for_ai_tool_executions(
                organisation,
                wanted,
                timeout=arguments.timeout,
                poll=poll(arguments),
                on_update=lambda update: _tell(state, update),
            ):
                _ended(outcome, output, state, arguments, api)
    return state.code


def _tell(state: WaitReport, update: Update) -> None:
    status = update.status or "unknown"
    state.seen(update.execution_id or "", status, f"{update.tool_name} {update.execution_id}: {status}")


def _ended(
    outcome: Outcome,
    output: Output[GetAIToolExecutionStatus200Response],
    state: WaitReport,
    arguments: argparse.Namespace,
    api: AIToolsApi,
) -> None:
    execution = outcome.execution
    if execution is None or not execution.is_final:
        if outcome.error is not None:
            state.lost(outcome.identifier, outcome.error)
        return
    state.ended(outcome.identifier, execution, counts=arguments.exit_status)
    output.add(execution)
    try:
        for line in saved(execution, arguments.save, api.api_client):
            state.note(line)
    except (OpenApiException, OSError) as error:
        state.problem(error)
