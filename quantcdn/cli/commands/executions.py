"""``quantcdn executions``: what the tools are doing and have done in the last 24 hours."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from quantcdn import _validation
from quantcdn._display.text import escaped
from quantcdn._polling.batch import Outcome
from quantcdn._polling.poller import MAX_PAGE_SIZE
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.api_response import ApiResponse
from quantcdn.cli.arguments import Command, Parser
from quantcdn.cli.commands._shared import ObservedApi, run_list
from quantcdn.cli.commands.executions_watch import WATCH, add_filters, passes
from quantcdn.cli.identifiers import identifiers
from quantcdn.cli.output.columns import EXECUTION, EXECUTION_SUMMARY
from quantcdn.cli.output.console import display, say
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.progress.wait_report import WaitReport, add_wait_arguments, advice, poll, waiting
from quantcdn.cli.runner import ERROR, FINE
from quantcdn.cli.settings import connected, settings_flags
from quantcdn.exceptions import ApiValueError, OpenApiException
from quantcdn.images import save_files, save_images
from quantcdn.models import GetAIToolExecutionStatus200Response as Execution
from quantcdn.models import GetAIToolExecutionStatus200ResponseResult, ListAIToolExecutions200Response
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as ExecutionSummary

_EXAMPLE = "exec_0123456789abcdef0123456789abcdef"
_WAIT_TIMEOUT = 300.0
_USUAL_LIMIT = 50
"""How many executions the service lists where no limit is given."""


def _add_list_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--status", choices=EXECUTION_SUMMARY.model.known_statuses, help="only executions of this status"
    )
    add_filters(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="how many at most, 1 to 100 (else 50)")
    add_forms(parser, EXECUTION_SUMMARY)


def _list(arguments: argparse.Namespace) -> int:
    # The service filters by status alone, so that all that it lists is asked for where more is to be left out.
    is_filtered = arguments.tool is not None or arguments.since is not None
    if is_filtered and arguments.json:
        raise ApiValueError("--json is the response as it came: give --ndjson with --tool or --since")
    limit = arguments.limit

    def send(api: AIToolsApi, organisation: str) -> ApiResponse[ListAIToolExecutions200Response]:
        """Request the list, whole where a part is left out here."""
        if is_filtered and limit is not None:
            _validation.integer("limit", limit, 1, MAX_PAGE_SIZE)
        return api.list_ai_tool_executions_with_http_info(
            organisation, arguments.status, MAX_PAGE_SIZE if is_filtered else limit
        )

    def records_of(listed: ListAIToolExecutions200Response) -> list[ExecutionSummary]:
        """Leave out what the options leave out."""
        if not is_filtered:
            return listed.executions
        if len(listed.executions) >= MAX_PAGE_SIZE and passes(listed.executions[-1], None, arguments.since):
            _say_more(arguments)
        return [row for row in listed.executions if passes(row, arguments.tool, arguments.since)][
            : limit or _USUAL_LIMIT
        ]

    return run_list(
        arguments,
        EXECUTION_SUMMARY,
        send,
        records_of,
        none="no such executions of the last 24 hours",
        remembered=("executions", lambda row: row.execution_id),
    )


def _say_more(arguments: argparse.Namespace) -> None:
    if not arguments.quiet:
        say(f"the service lists the newest {MAX_PAGE_SIZE} executions; older ones are not filtered")


def _add_get_arguments(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", help="the execution")
    add_forms(parser, EXECUTION, result="result")


def _get(arguments: argparse.Namespace) -> int:
    with connected(arguments) as (api, organisation), Output(arguments, EXECUTION) as output:
        response = api.get_ai_tool_execution_status_with_http_info(organisation, arguments.id)
        if not output.shows_details:
            output.write_response(response.raw_data, [response.data])
            return FINE
        display(response.data)
        result = response.data.result
        if isinstance(result, GetAIToolExecutionStatus200ResponseResult) and result.images and not arguments.quiet:
            saving = advice("quantcdn executions save", settings_flags(arguments), [response.data.execution_id])
            say(f"To save its images: {saving}")
    return FINE


def _add_identifiers(parser: Parser) -> None:
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="an execution; - reads them from stdin, one a line or as JSON"
    )


def _add_wait_arguments(parser: Parser) -> None:
    _add_identifiers(parser)
    add_wait_arguments(parser, _WAIT_TIMEOUT)
    parser.add_argument("--save", type=Path, metavar="DIR", help="save the images there; it is made if need be")
    add_forms(parser, EXECUTION, result="result")


def _wait(arguments: argparse.Namespace) -> int:
    with connected(arguments) as (endpoints, organisation):
        wanted = identifiers(arguments.ids, "executionId")
        api = ObservedApi(endpoints.api_client)
        with (
            Output(arguments, EXECUTION, at_once=True) as output,
            waiting("quantcdn executions wait", arguments, wanted, api) as report,
        ):
            api.on_list = report.take_list  # the wait reads it anyway, so that the bar costs no request
            for outcome in api.wait_for_ai_tool_executions(
                organisation,
                wanted,
                timeout=arguments.timeout,
                poll=poll(arguments),
                on_update=lambda update: report.seen(update.execution_id or "", update),
            ):
                _report_outcome(outcome, output, report, arguments, api.api_client)
    return report.code


def _report_outcome(
    outcome: Outcome, output: Output[Execution], report: WaitReport, arguments: argparse.Namespace, client: ApiClient
) -> None:
    execution = outcome.execution
    if execution is None or not execution.is_final:
        if outcome.error is not None:
            report.lost(outcome.identifier, outcome.error)
        return
    report.finished(outcome.identifier, execution, output, counts=arguments.exit_status)
    try:
        before = _names_in(arguments.save) if arguments.save else frozenset[str]()
        for path in [] if arguments.save is None else save_images(execution, arguments.save, api_client=client):
            done = "kept" if path.name in before else "saved"
            report.note(f"{done} {path} ({path.stat().st_size:,} bytes)")
    except (OpenApiException, OSError) as error:
        report.problem(error)


def _add_save_arguments(parser: Parser) -> None:
    _add_identifiers(parser)
    parser.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="where they go (default: here)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--files", action="store_true", help="save files of any kind that the results link or hold")
    what.add_argument(
        "--source",
        choices=("auto", "signed", "inline"),
        default="auto",
        help="signed: the originals; inline: the smaller ones in the response; auto, the default: whichever is there",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist, which are kept otherwise")


def _save(arguments: argparse.Namespace) -> int:
    code = FINE
    with connected(arguments) as (api, organisation):
        wanted = identifiers(arguments.ids, "executionId")
        for identifier in wanted:
            execution = api.get_ai_tool_execution_status(organisation, identifier)
            before = _names_in(arguments.to)
            paths = _saved(execution, arguments, api.api_client)
            for path in paths:
                _write_path(path, "kept, " if path.name in before and not arguments.overwrite else "")
            if not paths:
                say(_why_nothing(execution, arguments), label="quantcdn:")
                # Of many, some have none; whoever names one expects some.
                code = ERROR if len(wanted) == 1 else code
    return code


def _saved(execution: Execution, arguments: argparse.Namespace, client: ApiClient) -> list[Path]:
    if arguments.files:
        return save_files(execution, arguments.to, api_client=client, overwrite=arguments.overwrite)
    return save_images(
        execution, arguments.to, api_client=client, source=arguments.source, overwrite=arguments.overwrite
    )


def _names_in(folder: Path) -> frozenset[str]:
    """List what is in a folder; a file of the same name is kept, and nothing is fetched for it."""
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()


def _write_path(path: Path, note: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"{escaped(str(path))} ({note}{path.stat().st_size:,} bytes)\n")
    else:  # a path is bytes, which need not be text
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(path) + b"\n")
    sys.stdout.flush()


def _why_nothing(execution: Execution, arguments: argparse.Namespace) -> str:
    what = "files" if arguments.files else "images"
    if execution.is_final:
        return f"{execution.execution_id} has no {what} to save: it is {execution.status}"
    options = [*([] if arguments.files else ["--save", str(arguments.to)]), *settings_flags(arguments)]
    wait = advice("quantcdn executions wait", options, [execution.execution_id])
    return f"{execution.execution_id} has no {what} yet: it is {execution.status}. To wait for them: {wait}"


COMMANDS = {
    "list": Command(
        _list,
        "List the executions of the last 24 hours, newest first, without their results.",
        (
            "quantcdn executions list --status failed --limit 100",
            "quantcdn executions list --ndjson | jq -r 'select(.toolName == \"generate_image\").executionId'",
        ),
        _add_list_arguments,
    ),
    "get": Command(
        _get,
        "Show one execution and its result. On a terminal the data of images is left out; --json has all.",
        (f"quantcdn executions get {_EXAMPLE}", f"quantcdn executions get {_EXAMPLE} --json | jq .result"),
        _add_get_arguments,
    ),
    "wait": Command(
        _wait,
        "Wait until executions have finished, and write each as it finishes; those whose end is not seen are named on "
        "stderr. Of several problems, the exit code is that of the first in: 4, 1, 3, 124, 5.",
        (
            f"quantcdn executions wait {_EXAMPLE} --timeout 10m --save out/",
            "quantcdn executions list --status running --ndjson | quantcdn executions wait - --exit-status",
        ),
        _add_wait_arguments,
    ),
    "watch": WATCH,
    "save": Command(
        _save,
        "Save the images of executions that are complete, or with --files whatever else their results link or hold, "
        "and write the path of each, one a line.",
        (
            f"quantcdn executions save {_EXAMPLE} --to out/",
            "quantcdn executions list --status complete | quantcdn executions save - --source inline",
            f"quantcdn executions save {_EXAMPLE} --files",
        ),
        _add_save_arguments,
    ),
}
"""The commands of this group by their last words."""
