"""``quantcdn executions get``: one execution and its result."""

from __future__ import annotations

import argparse

from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import EXECUTION
from quantcdn.cli.output.console import display, say
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.progress.wait_report import advice
from quantcdn.cli.settings import add_settings, settings_flags
from quantcdn.models import GetAIToolExecutionStatus200ResponseResult

SUMMARY = "show one execution and its result"

DESCRIPTION = "Show one execution and its result. On a terminal the data of images is left out; --json has all."

EXAMPLES = """\
examples:
  quantcdn executions get exec_0123456789abcdef0123456789abcdef
  quantcdn executions get exec_0123456789abcdef0123456789abcdef --json | jq .result"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("id", metavar="ID", help="the execution")
    add_forms(parser, EXECUTION)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation), Output(arguments, EXECUTION) as output:
        response = api.get_ai_tool_execution_status_with_http_info(organisation, arguments.id)
        if not output.shows_details:
            output.answer(response.raw_data, [response.data])
            return 0
        display(response.data)
        if isinstance(response.data.result, GetAIToolExecutionStatus200ResponseResult) and response.data.result.images:
            saving = advice("quantcdn executions save", settings_flags(arguments), [response.data.execution_id])
            say(f"To save its images: {saving}")
    return 0
