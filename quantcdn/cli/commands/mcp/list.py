"""``quantcdn mcp list``: the MCP servers of an organisation."""

from __future__ import annotations

import argparse

from quantcdn._types import is_array
from quantcdn.cli.client import connected
from quantcdn.cli.output.columns import MCP_SERVER
from quantcdn.cli.output.console import say
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.settings import add_settings

SUMMARY = "list the MCP servers"

DESCRIPTION = """\
List the MCP servers that an organisation has on the service's gateway, and the tools of each that may be called.
The gateway itself is not contacted; --json says where it is."""

EXAMPLES = """\
examples:
  quantcdn mcp list
  quantcdn mcp list --json | jq -r .gatewayBaseUrl"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    add_forms(parser, MCP_SERVER)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """List.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    with connected(arguments) as (api, organisation), Output(arguments, MCP_SERVER) as output:
        response = api.list_mcp_servers_with_http_info(organisation)
        listed = response.data.servers
        servers = [one for one in listed if isinstance(one, MCP_SERVER.model)] if is_array(listed) else []
        output.answer(response.raw_data, servers)
        if output.is_for_people and not servers:
            say(f"{organisation} has no MCP servers")
    return 0
