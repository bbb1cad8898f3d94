"""``quantcdn executions list``: the executions of the last 24 hours."""

from __future__ import annotations

import argparse

from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import EXECUTION_SUMMARY
from quantcdn.cli.output.console import say
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.settings import add_settings

SUMMARY = "list the executions of the last 24 hours"

DESCRIPTION = "List the executions of the last 24 hours, newest first, without their results."

EXAMPLES = """\
examples:
  quantcdn executions list --status failed --limit 100
  quantcdn executions list --ndjson | jq -r 'select(.toolName == "generate_image").executionId'"""

STATUSES = EXECUTION_SUMMARY.model.known_statuses
"""What the service takes as a filter."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("--status", choices=STATUSES, help="only executions of this status")
    parser.add_argument("--limit", type=int, metavar="N", help="how many at most, 1 to 100 (else 50)")
    add_forms(parser, EXECUTION_SUMMARY)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """List.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation), Output(arguments, EXECUTION_SUMMARY) as output:
        response = api.list_ai_tool_executions_with_http_info(organisation, arguments.status, arguments.limit)
        output.answer(response.raw_data, response.data.executions)
        if output.is_for_people and not response.data.executions:
            say(f"{organisation} has no such executions of the last 24 hours")
    return 0
