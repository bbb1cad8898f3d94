"""``quantcdn tools list``: the tools that an organisation may use."""

from __future__ import annotations

import argparse

from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import TOOL
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.settings import add_settings

SUMMARY = "list the tools"

DESCRIPTION = "List the tools that an organisation may use. What may be left out stands in square brackets."

EXAMPLES = """\
examples:
  quantcdn tools list
  quantcdn tools list --ndjson | jq -r .description"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    add_forms(parser, TOOL)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """List.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation), Output(arguments, TOOL) as output:
        response = api.list_ai_tools_with_http_info(organisation)
        output.answer(response.raw_data, (tool.tool_spec for tool in response.data.tools if tool.tool_spec))
    return 0
