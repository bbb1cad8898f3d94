"""``quantcdn executions``: what the tools are doing and have done in the last 24 hours."""

from __future__ import annotations

from quantcdn.cli.arguments import Commands

COMMANDS: Commands = {
    "list": ("quantcdn.cli.commands.executions.list", "list the executions of the last 24 hours"),
    "get": ("quantcdn.cli.commands.executions.get", "show one execution and its result"),
    "wait": ("quantcdn.cli.commands.executions.wait", "wait until executions have ended"),
    "watch": ("quantcdn.cli.commands.executions.watch", "follow new and changed executions live"),
    "save": ("quantcdn.cli.commands.executions.save", "save the images or all files of executions"),
}
"""The commands of this group."""

SUMMARY = "list, wait for, watch and save executions"

DESCRIPTION = "Show what the tools are doing and have done in the last 24 hours."

EXAMPLES = """\
examples:
  quantcdn executions list --status failed
  quantcdn executions wait exec_0123456789abcdef0123456789abcdef --save out/"""
