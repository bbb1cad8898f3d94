"""``quantcdn executions watch``: new and changed executions, live, and a log of them."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

from quantcdn._display.formats import iso, now
from quantcdn._polling.history import Gap
from quantcdn.cli.arguments import Command, Parser
from quantcdn.cli.audit_log import AuditLog
from quantcdn.cli.commands._shared import ObservedApi
from quantcdn.cli.output.columns import EXECUTION_SUMMARY
from quantcdn.cli.output.console import say
from quantcdn.cli.output.writer import Output, add_forms, write_json
from quantcdn.cli.progress.status_line import drawing_clock, is_live
from quantcdn.cli.progress.wait_report import interval, seconds
from quantcdn.cli.progress.watch_table import WatchTable
from quantcdn.cli.runner import FINE
from quantcdn.cli.settings import connected
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as ExecutionSummary

_INTERVAL = 2.0


def add_filters(parser: Parser) -> None:
    """Add the options that leave executions out, other than by their status."""
    parser.add_argument("--tool", metavar="TOOL", help="only executions of this tool")
    parser.add_argument(
        "--since", type=interval, metavar="TIME", help="only those created within this time, such as 2h"
    )


def passes(execution: ExecutionSummary, tool: str | None, since: float | None) -> bool:
    """Say whether the filters let an execution through; one without a time of creation is never too old."""
    if tool is not None and execution.tool_name != tool:
        return False
    return since is None or execution.created is None or (now() - execution.created).total_seconds() <= since


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("--since-start", action="store_true", help="leave out what the first poll shows")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append all, in any case, to this file of JSON lines")
    parser.add_argument("--status", choices=EXECUTION_SUMMARY.model.known_statuses, help="only changes to this status")
    add_filters(parser)
    parser.add_argument(
        "--interval",
        type=interval,
        default=_INTERVAL,
        metavar="TIME",
        help=f"the poll interval (default: {_INTERVAL:g})",
    )
    parser.add_argument("--timeout", type=seconds, metavar="TIME", help="end after this time, such as 90, 5m or 2h")
    add_forms(parser, EXECUTION_SUMMARY, whole=False)


def _run(arguments: argparse.Namespace) -> int:
    output = Output(arguments, EXECUTION_SUMMARY, at_once=True)
    with (
        connected(arguments) as (endpoints, organisation),
        nullcontext() if arguments.log is None else AuditLog(arguments.log) as log,
    ):
        api = ObservedApi(endpoints.api_client)
        table = WatchTable(output, organisation) if output.is_for_people and is_live(sys.stdout) else None
        api.on_list = lambda listed: _take_in(listed, log, table)
        if table is not None:
            api.api_client.clock = drawing_clock(table.draw_if_due)
        changes = api.watch_ai_tool_executions(organisation, interval=arguments.interval, timeout=arguments.timeout)
        try:
            for change in changes:
                if _is_wanted(change, arguments, is_first=api.lists == 1):
                    _show(change, output, table)
        except KeyboardInterrupt:
            if table is not None:
                say("")  # the shell's prompt is not to stand behind ^C
            raise
        if table is not None:
            table.draw()
    return FINE


def _take_in(listed: list[ExecutionSummary], log: AuditLog | None, table: WatchTable | None) -> None:
    if log is not None:
        log.add(listed)
    if table is not None:
        table.polled()


def _is_wanted(change: ExecutionSummary | Gap, arguments: argparse.Namespace, *, is_first: bool) -> bool:
    if isinstance(change, Gap):
        return True
    is_left_out = (is_first and arguments.since_start) or not passes(change, arguments.tool, arguments.since)
    return not is_left_out and arguments.status in (None, (change.status or "").strip().casefold())


def _show(change: ExecutionSummary | Gap, output: Output[ExecutionSummary], table: WatchTable | None) -> None:
    if table is not None:
        table.show(change)
    elif isinstance(change, ExecutionSummary):
        output.add(change)
    else:
        _show_gap(change, output)


def _show_gap(gap: Gap, output: Output[ExecutionSummary]) -> None:
    after, before = gap.after and iso(gap.after), gap.before and iso(gap.before)
    if output.is_ndjson:
        write_json(json.dumps({"gap": {"after": after, "before": before, "unfinished": gap.unfinished}}))
    else:
        say(f"some executions between {after} and {before} may have been missed", label="quantcdn:")


WATCH = Command(
    _run,
    "Follow new and changed executions until Ctrl-C: a table that stays in place on a terminal, a record for each "
    "change elsewhere. With --log, all that the list shows is kept beyond the 24 hours of the service: restarts and "
    "crashes leave no line twice and none half written, and where something may have been missed, the log says so.",
    (
        "quantcdn executions watch",
        "quantcdn executions watch --since-start --ndjson --log audit.jsonl | jq 'select(.status == \"failed\")'",
    ),
    _add_arguments,
)
