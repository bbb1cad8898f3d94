"""``quantcdn orchestrations get``: one orchestration, its tools and its answer."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import ORCHESTRATION
from quantcdn.cli.output.details import others, show_details, show_table
from quantcdn.cli.output.durations import duration
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.settings import add_settings
from quantcdn.models import GetAIOrchestrationStatus200Response

SUMMARY = "show one orchestration and its answer"

DESCRIPTION = "Show one orchestration of several tools, how far each tool is, and the answer made of their results."

EXAMPLES = """\
examples:
  quantcdn orchestrations get orch_0123456789abcdef0123456789abcdef
  quantcdn orchestrations get orch_0123456789abcdef0123456789abcdef --fields answer"""

_SHOWN_APART = frozenset(
    {"orchestrationId", "status", "toolCount", "completedTools", "createdAt", "completedAt", "duration", "tools"}
    | {"synthesizedResponse", "result"}
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("id", metavar="ID", help="the orchestration")
    add_forms(parser, ORCHESTRATION)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation), Output(arguments, ORCHESTRATION) as output:
        response = api.get_ai_orchestration_status_with_http_info(organisation, arguments.id)
        if output.shows_details:
            show_details(_rows(response.data))
            _show_tools(response.data)
        else:
            output.answer(response.raw_data, [response.data])
    return 0


def _rows(orchestration: GetAIOrchestrationStatus200Response) -> Iterator[tuple[str, object]]:
    yield "orchestration", orchestration.orchestration_id
    yield "status", orchestration.status
    yield "tools", f"{orchestration.completed_tools or 0} of {orchestration.tool_count} have ended"
    yield "created", orchestration.created
    yield "completed", orchestration.completed
    yield "duration", None if orchestration.duration is None else duration(orchestration.duration)
    yield from others(orchestration, _SHOWN_APART)
    yield "answer", orchestration.answer


def _show_tools(orchestration: GetAIOrchestrationStatus200Response) -> None:
    rows = [(tool.execution_id, tool.tool_name, tool.status, tool.error) for tool in orchestration.tools or ()]
    show_table(("EXECUTION", "TOOL", "STATUS", "ERROR"), rows)
