"""``quantcdn orchestrations``: the status of orchestrations of several tools, and their answers."""

from __future__ import annotations

import argparse
from functools import partial

from quantcdn._clock import TimeSource
from quantcdn._polling.deadline import Deadline
from quantcdn.cli.arguments import Command, Parser
from quantcdn.cli.candidates import remember
from quantcdn.cli.identifiers import identifiers
from quantcdn.cli.output.columns import ORCHESTRATION
from quantcdn.cli.output.console import display
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.progress.wait_report import add_wait_arguments, poll, waiting
from quantcdn.cli.runner import FINE
from quantcdn.cli.settings import connected
from quantcdn.exceptions import ApiException, WaitException

_EXAMPLE = "orch_0123456789abcdef0123456789abcdef"
_WAIT_TIMEOUT = 600.0


def _add_get_arguments(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", help="the orchestration")
    add_forms(parser, ORCHESTRATION, result="answer")


def _get(arguments: argparse.Namespace) -> int:
    with connected(arguments) as (api, organisation), Output(arguments, ORCHESTRATION) as output:
        response = api.get_ai_orchestration_status_with_http_info(organisation, arguments.id)
        remember(api.api_client.configuration.host, organisation, "orchestrations", [arguments.id])
        if output.shows_details:
            display(response.data)
        else:
            output.write_response(response.raw_data, [response.data])
    return FINE


def _add_wait_arguments(parser: Parser) -> None:
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="an orchestration; - reads them from stdin, one a line or as JSON"
    )
    add_wait_arguments(parser, _WAIT_TIMEOUT)
    add_forms(parser, ORCHESTRATION, result="answer")


def _wait(arguments: argparse.Namespace) -> int:
    with connected(arguments) as (api, organisation):
        wanted = identifiers(arguments.ids, "orchestrationId")
        remember(api.api_client.configuration.host, organisation, "orchestrations", wanted)
        # The timeout is for all: what remains of it when one has finished is for the next.
        limit = Deadline(arguments.timeout, TimeSource())
        with (
            Output(arguments, ORCHESTRATION, at_once=True) as output,
            waiting("quantcdn orchestrations wait", arguments, wanted, api) as report,
        ):
            for identifier in wanted:
                try:
                    orchestration = api.wait_for_ai_orchestration(
                        organisation,
                        identifier,
                        timeout=None if limit.timeout is None else limit.remaining,
                        poll=poll(arguments),
                        on_update=partial(report.seen, identifier),
                        raise_on_failure=False,
                    )
                except (ApiException, WaitException) as error:
                    report.lost(identifier, error)
                    continue
                report.finished(identifier, orchestration, output, counts=arguments.exit_status)
    return report.code


COMMANDS = {
    "get": Command(
        _get,
        "Show one orchestration of several tools, the status of each tool, and the answer made of their results.",
        (f"quantcdn orchestrations get {_EXAMPLE}", f"quantcdn orchestrations get {_EXAMPLE} --fields answer"),
        _add_get_arguments,
    ),
    "wait": Command(
        _wait,
        "Wait until orchestrations have finished, one after the other, and write each; those whose end is not seen are "
        "named on stderr. Of several problems, the exit code is that of the first in: 4, 1, 3, 124, 5.",
        (
            f"quantcdn orchestrations wait {_EXAMPLE} --timeout 15m --exit-status",
            f"quantcdn orchestrations wait {_EXAMPLE} --fields answer",
        ),
        _add_wait_arguments,
    ),
}
"""The commands of this group by their last words."""
