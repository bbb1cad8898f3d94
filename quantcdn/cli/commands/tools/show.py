"""``quantcdn tools show``: one tool and what it takes."""

from __future__ import annotations

import argparse

from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import TOOL
from quantcdn.cli.output.console import display, say
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.runner import FINE, NOT_FOUND
from quantcdn.cli.settings import add_settings

SUMMARY = "show one tool and what it takes"

DESCRIPTION = "Show what one tool does, and the arguments that it takes. --json is the tool as a chat request takes it."

EXAMPLES = """\
examples:
  quantcdn tools show generate_image
  quantcdn tools show generate_image --json | jq .toolSpec.inputSchema.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("name", metavar="NAME", help="the tool, in the service's own letter case")
    add_forms(parser, TOOL)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation), Output(arguments, TOOL) as output:
        tools = api.list_ai_tools(organisation)
        tool = tools.get(arguments.name)
        if tool is None or tool.tool_spec is None:
            say(_not_found(arguments.name, tools.names), label="quantcdn:")
            return NOT_FOUND
        if output.shows_details:
            display(tool)
        else:
            output.answer(tool.to_json().encode(), [tool.tool_spec])
    return FINE


def _not_found(name: str, names: list[str]) -> str:
    from difflib import get_close_matches  # only who mistypes pays for it

    near = get_close_matches(name.casefold(), names, n=1)
    advice = f"did you mean {near[0]}?" if near else "'quantcdn tools names' lists those that there are"
    return f"there is no tool {name!r}; {advice}"
