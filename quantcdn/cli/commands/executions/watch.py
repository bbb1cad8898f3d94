"""``quantcdn executions watch``: new and changed executions, live, and a log of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from typing_extensions import Unpack

from quantcdn._polling.history import Gap
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import RequestOptions
from quantcdn.api_response import ApiResponse
from quantcdn.cli.audit_log import Log
from quantcdn.cli.client import connected_as
from quantcdn.cli.output.columns import LISTED
from quantcdn.cli.output.console import say
from quantcdn.cli.output.durations import iso
from quantcdn.cli.output.writer import Output, add_forms, write_json
from quantcdn.cli.progress.status_line import drawing_clock, is_live
from quantcdn.cli.progress.wait_report import interval, seconds
from quantcdn.cli.progress.watch_table import Board
from quantcdn.cli.settings import add_settings
from quantcdn.models import ListAIToolExecutions200Response
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Listed

SUMMARY = "follow new and changed executions live"

DESCRIPTION = """\
Follow new and changed executions until Ctrl-C: a table that stays in place on a terminal, a record for each change
elsewhere. With --log, all that the list shows is kept beyond the 24 hours of the service: restarts and crashes leave
no line twice and none half written, and where something may have been missed, the log says so."""

EXAMPLES = """\
examples:
  quantcdn executions watch
  quantcdn executions watch --since-start --ndjson --log audit.jsonl | jq 'select(.status == "failed")'"""

_INTERVAL = 2.0

Change = Listed | Gap


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("--since-start", action="store_true", help="leave out what the first look shows")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append all, in any case, to this file of JSON lines")
    parser.add_argument("--status", choices=LISTED.model.known_statuses, help="only changes to this status")
    parser.add_argument(
        "--interval",
        type=interval,
        default=_INTERVAL,
        metavar="TIME",
        help=f"the pause between two looks (default: {_INTERVAL:g})",
    )
    parser.add_argument("--timeout", type=seconds, metavar="TIME", help="end after this time, such as 90, 5m or 2h")
    add_forms(parser, LISTED, whole=False)
    add_settings(parser)


class _Endpoints(AIToolsApi):
    """The endpoints; each list that has come is counted, and told."""

    lists = 0
    on_list: Callable[[list[Listed]], object] | None = None

    def list_ai_tool_executions_with_http_info(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolExecutions200Response]:
        response = super().list_ai_tool_executions_with_http_info(organisation, status, limit, **options)
        self.lists += 1
        if self.on_list is not None:
            self.on_list(response.data.executions)
        return response


def run(arguments: argparse.Namespace) -> int:
    """Watch.

    Args:
        arguments: What was parsed.

    Returns:
        The exit code.

    Raises:
        ApiValueError: The log cannot be used.
        ApiException: A look failed with 401, 403 or 404, or five in a row failed.
    """
    output = Output(arguments, LISTED, at_once=True)
    with (
        connected_as(_Endpoints, arguments) as (api, organisation),
        nullcontext() if arguments.log is None else Log(arguments.log) as log,
    ):
        board = Board(output, organisation) if output.is_for_people and is_live(sys.stdout) else None
        api.on_list = lambda listed: _listed(listed, log, board)
        if board is not None:
            api.api_client.clock = drawing_clock(board.draw_if_due)
        changes = api.watch_ai_tool_executions(organisation, interval=arguments.interval, timeout=arguments.timeout)
        for change in changes:
            if _is_wanted(change, arguments, is_first=api.lists == 1):
                _show(change, output, board)
        if board is not None:
            board.draw()
    return 0


def _listed(listed: list[Listed], log: Log | None, board: Board | None) -> None:
    if log is not None:
        log.look(listed)
    if board is not None:
        board.looked()


def _is_wanted(change: Change, arguments: argparse.Namespace, *, is_first: bool) -> bool:
    if isinstance(change, Gap):
        return True
    is_left_out = is_first and arguments.since_start
    return not is_left_out and arguments.status in (None, (change.status or "").strip().casefold())


def _show(change: Change, output: Output[Listed], board: Board | None) -> None:
    if board is not None:
        board.show(change)
    elif isinstance(change, Listed):
        output.add(change)
    else:
        _tell_gap(change, output)


def _tell_gap(gap: Gap, output: Output[Listed]) -> None:
    after, before = gap.after and iso(gap.after), gap.before and iso(gap.before)
    if output.is_ndjson:
        write_json(json.dumps({"gap": {"after": after, "before": before, "unfinished": gap.unfinished}}))
    else:
        say(f"some executions between {after} and {before} may have been missed", label="quantcdn:")
