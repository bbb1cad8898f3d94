"""``quantcdn tools names``: the names of the tools alone."""

from __future__ import annotations

import argparse

from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import TOOL_NAME
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.settings import add_settings

SUMMARY = "list the names alone, which is a smaller answer"

DESCRIPTION = "List the names of the tools that an organisation may use, which is a smaller answer."

EXAMPLES = """\
examples:
  quantcdn tools names
  quantcdn tools names | grep image"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    add_forms(parser, TOOL_NAME)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """List.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation), Output(arguments, TOOL_NAME) as output:
        response = api.list_ai_tool_names_with_http_info(organisation)
        output.answer(
            response.raw_data, (TOOL_NAME.model.model_validate({"name": name}) for name in response.data.tools)
        )
    return 0
