"""``quantcdn tools config``: the block of a chat request that offers the tools."""

from __future__ import annotations

import argparse
import json

from quantcdn import chat
from quantcdn.cli.client import connected
from quantcdn.cli.output.writer import write_json
from quantcdn.cli.settings import add_settings

SUMMARY = "write the block toolConfig of a chat request"

DESCRIPTION = "Write, as JSON, the block toolConfig of a chat request: all tools, and which may run by themselves."

EXAMPLES = """\
examples:
  quantcdn tools config --allow get_weather,calculate --auto-execute
  quantcdn tools config | jq '{messages: [], toolConfig: .}'"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("--allow", metavar="A,B", help="the names of the tools that the service may run by itself")
    parser.add_argument("--auto-execute", action="store_true", help="let the service run them; this needs --allow")
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the block.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    allowed = None if arguments.allow is None else [name.strip() for name in arguments.allow.split(",")]
    with connected(arguments) as (api, organisation):
        tools = api.list_ai_tools(organisation)
    block = chat.tool_config(tools, allowed=allowed, auto_execute=arguments.auto_execute)
    write_json(json.dumps(block, ensure_ascii=False, separators=(",", ":")))
    return 0
