"""``quantcdn executions save``: the images of executions become files, and all else that they made."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from quantcdn._display.text import escaped
from quantcdn.api_client import ApiClient
from quantcdn.cli.client import connected
from quantcdn.cli.commands._identifiers import identifiers
from quantcdn.cli.output.console import say
from quantcdn.cli.progress.wait_report import advice
from quantcdn.cli.runner import ERROR, FINE
from quantcdn.cli.settings import add_settings, settings_flags
from quantcdn.images import save_files, save_images
from quantcdn.models import GetAIToolExecutionStatus200Response

SUMMARY = "save the images or all files of executions"

DESCRIPTION = (
    "Save the images of executions that are complete, or with --files whatever else their results link or hold, "
    "and write the path of each, one a line."
)

EXAMPLES = """\
examples:
  quantcdn executions save exec_0123456789abcdef0123456789abcdef --to out/
  quantcdn executions list --status complete | quantcdn executions save - --source inline
  quantcdn executions save exec_0123456789abcdef0123456789abcdef --files"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("ids", nargs="+", metavar="ID", help="an execution; - reads one a line from stdin, or NDJSON")
    parser.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="where they go (default: here)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--files", action="store_true", help="save files of any kind that the results link or hold")
    what.add_argument(
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
            paths = _saved(execution, arguments, api.api_client)
            for path in paths:
                _write_path(path)
            if not paths:
                say(_why_nothing(execution, arguments), label="quantcdn:")
                # Of many, some have none; whoever names one expects some.
                code = ERROR if len(wanted) == 1 else code
    return code


def _saved(
    execution: GetAIToolExecutionStatus200Response, arguments: argparse.Namespace, client: ApiClient
) -> list[Path]:
    if arguments.files:
        return save_files(execution, arguments.to, api_client=client, overwrite=arguments.overwrite)
    return save_images(
        execution, arguments.to, api_client=client, source=arguments.source, overwrite=arguments.overwrite
    )


def _write_path(path: Path) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"{escaped(str(path))} ({path.stat().st_size:,} bytes)\n")
        sys.stdout.flush()
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(path) + b"\n")
    sys.stdout.flush()


def _why_nothing(execution: GetAIToolExecutionStatus200Response, arguments: argparse.Namespace) -> str:
    what = "files" if arguments.files else "images"
    if execution.is_final:
        return f"{execution.execution_id} has no {what} to save: it is {execution.status}"
    options = [*([] if arguments.files else ["--save", str(arguments.to)]), *settings_flags(arguments)]
    wait = advice("quantcdn executions wait", options, [execution.execution_id])
    return f"{execution.execution_id} has no {what} yet: it is {execution.status}. To wait for them: {wait}"
