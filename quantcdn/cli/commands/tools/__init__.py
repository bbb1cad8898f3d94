"""``quantcdn tools``: what an organisation's tools are, do and take."""

from __future__ import annotations

from quantcdn.cli.arguments import Commands

COMMANDS: Commands = {
    "list": ("quantcdn.cli.commands.tools.list", "list the tools"),
    "names": ("quantcdn.cli.commands.tools.names", "list the names alone, which is a smaller answer"),
    "show": ("quantcdn.cli.commands.tools.show", "show one tool and what it takes"),
    "config": ("quantcdn.cli.commands.tools.config", "write the block toolConfig of a chat request"),
}
"""The commands of this group."""

SUMMARY = "what an organisation's tools are, do and take"

DESCRIPTION = "Show what an organisation's tools are, do and take."

EXAMPLES = """\
examples:
  quantcdn tools list
  quantcdn tools show generate_image"""
