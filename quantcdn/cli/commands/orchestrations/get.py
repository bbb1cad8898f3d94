"""``quantcdn orchestrations get``: one orchestration, its tools and its answer."""

from __future__ import annotations

import argparse

from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import ORCHESTRATION
from quantcdn.cli.output.console import display
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.settings import add_settings

SUMMARY = "show one orchestration and its answer"

DESCRIPTION = "Show one orchestration of several tools, how far each tool is, and the answer made of their results."

EXAMPLES = """\
examples:
  quantcdn orchestrations get orch_0123456789abcdef0123456789abcdef
  quantcdn orchestrations get orch_0123456789abcdef0123456789abcdef --fields answer"""


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
            display(response.data)
        else:
            output.answer(response.raw_data, [response.data])
    return 0
