"""``quantcdn orchestrations``: how far orchestrations of several tools are, and their answers."""

from __future__ import annotations

from quantcdn.cli.arguments import Commands

COMMANDS: Commands = {
    "get": ("quantcdn.cli.commands.orchestrations.get", "show one orchestration and its answer"),
    "wait": ("quantcdn.cli.commands.orchestrations.wait", "wait until orchestrations have ended"),
}
"""The commands of this group."""

SUMMARY = "look at and wait for orchestrations of several tools"

DESCRIPTION = "Show how far orchestrations of several tools are, and their answers."

EXAMPLES = """\
examples:
  quantcdn orchestrations get orch_0123456789abcdef0123456789abcdef
  quantcdn orchestrations wait orch_0123456789abcdef0123456789abcdef --timeout 10m"""
