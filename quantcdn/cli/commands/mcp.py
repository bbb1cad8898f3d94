"""``quantcdn mcp``: the MCP servers of an organisation."""

from __future__ import annotations

import argparse

from quantcdn._types import is_array
from quantcdn.cli.arguments import Command
from quantcdn.cli.commands._shared import output_options, run_list
from quantcdn.cli.output.columns import MCP_SERVER
from quantcdn.models import ListMcpServers200Response, ListMcpServers200ResponseServersInner


def _servers(listed: ListMcpServers200Response) -> list[ListMcpServers200ResponseServersInner]:
    servers = listed.servers if is_array(listed.servers) else []
    return [server for server in servers if isinstance(server, MCP_SERVER.model)]


def _list(arguments: argparse.Namespace) -> int:
    return run_list(
        arguments,
        MCP_SERVER,
        lambda api, organisation: api.list_mcp_servers_with_http_info(organisation),
        _servers,
        none="no MCP servers",
    )


COMMANDS = {
    "list": Command(
        _list,
        "List the MCP servers that an organisation has on the service's gateway, and the tools of each that may be "
        "called. The gateway itself is not contacted; --json says where it is.",
        ("quantcdn mcp list", "quantcdn mcp list --json | jq -r .gatewayBaseUrl"),
        output_options(MCP_SERVER),
    ),
}
"""The commands of this group by their last words."""
