"""``quantcdn executions save``: the pictures of executions become files."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from quantcdn.cli._connect import connected
from quantcdn.cli._identifiers import identifiers
from quantcdn.cli._process import ERROR, FINE
from quantcdn.cli._screen import say
from quantcdn.cli._settings import add_settings, settings_flags
from quantcdn.cli._waiting import advice
from quantcdn.exceptions import escaped
from quantcdn.images import save_images
from quantcdn.models import GetAIToolExecutionStatus200Response

SUMMARY = "save the pictures of executions"

DESCRIPTION = "Save the pictures of executions that are complete, and write the path of each, one a line."

EXAMPLES = """\
examples:
  quantcdn executions save exec_0123456789abcdef0123456789abcdef --to out/
  quantcdn executions list --status complete | quantcdn executions save - --source inline"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("ids", nargs="+", metavar="ID", help="an execution; - reads one a line from stdin, or NDJSON")
    parser.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="where they go (default: here)")
    parser.add_argument(
        "--source",
        choices=("auto", "signed", "inline"),
        default="auto",
        help="signed: the originals; inline: the smaller ones in the answer; auto, the default: what can be had",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist, which are kept otherwise")
    add_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Save.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.
    """
    code = FINE
    with connected(arguments) as (api, organisation):
        wanted = identifiers(arguments.ids, "executionId")
        for identifier in wanted:
            execution = api.get_ai_tool_execution_status(organisation, identifier)
            paths = save_images(
                execution,
                arguments.to,
                api_client=api.api_client,
                source=arguments.source,
                overwrite=arguments.overwrite,
            )
            for path in paths:
                _write_path(path)
            if not paths:
                say(_why_nothing(execution, arguments), label="quantcdn:")
                # Of many, some have none; whoever names one expects some.
                code = ERROR if len(wanted) == 1 else code
    return code


def _write_path(path: Path) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"{escaped(str(path))} ({path.stat().st_size:,} bytes)\n")
        sys.stdout.flush()
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(path) + b"\n")
    sys.stdout.flush()


def _why_nothing(execution: GetAIToolExecutionStatus200Response, arguments: argparse.Namespace) -> str:
    if execution.is_final:
        return f"{execution.execution_id} has no pictures to save: it is {execution.status}"
    options = ["--save", str(arguments.to), *settings_flags(arguments)]
    wait = advice("quantcdn executions wait", options, [execution.execution_id])
    return f"{execution.execution_id} has no pictures yet: it is {execution.status}. To wait for them: {wait}"
