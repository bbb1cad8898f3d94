"""``quantcdn mcp``: the MCP servers of an organisation."""

from __future__ import annotations

from quantcdn.cli.arguments import Commands

COMMANDS: Commands = {
    "list": ("quantcdn.cli.commands.mcp.list", "list the MCP servers"),
}
"""The commands of this group."""

SUMMARY = "list the MCP servers of an organisation"

DESCRIPTION = "Show the MCP servers that an organisation has on the service's gateway. The gateway is not contacted."

EXAMPLES = """\
examples:
  quantcdn mcp list
  quantcdn mcp list --ndjson | jq -r 'select(.enabled).url'"""
