"""``quantcdn demo``: the whole client in some seconds, on a local service or read-only on the real one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quantcdn import models
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.cli.arguments import Command, Parser
from quantcdn.cli.output.columns import EXECUTION_SUMMARY, TOOL
from quantcdn.cli.output.console import Screen
from quantcdn.cli.progress.status_line import StatusLine, drawing_clock
from quantcdn.cli.settings import connected
from quantcdn.emulator import Clock, Emulator
from quantcdn.exceptions import ApiException
from quantcdn.images import save_images
from quantcdn.polling import Poll

_ORGANISATION = "acme"
_SPEED = 4.0

CODE = """\
import quantcdn
from quantcdn.emulator import Emulator

# For the real service: quantcdn.Configuration.from_env() in place of service.configuration()
with Emulator() as service, quantcdn.ApiClient(service.configuration()) as client:
    execution_id = service.start_execution("calculate", pending=0, running=0)
    orchestration_id = service.start_orchestration([execution_id], pending=0, synthesizing=0)

    api = quantcdn.AIToolsApi(client)
    print(api.list_ai_tools("acme").names)
    print(api.list_ai_tool_names("acme").tools)
    print(api.list_ai_tool_executions("acme", status="complete", limit=5).executions)
    print(api.get_ai_tool_execution_status("acme", execution_id).result)
    print(api.get_ai_orchestration_status("acme", orchestration_id).answer)
    print(api.list_mcp_servers("acme").servers)
"""
"""The six calls, ready to paste."""

_Status = models.GetAIToolExecutionStatus200Response | models.GetAIOrchestrationStatus200Response


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("--save", type=Path, default=Path("quantcdn-demo"), metavar="DIR", help="where the image goes")
    parser.add_argument("--speed", type=float, default=_SPEED, help=f"of the local service's clock ({_SPEED:g})")


def _run(arguments: argparse.Namespace) -> int:
    screen = Screen()
    if arguments.host is None:
        _run_locally(screen, arguments.save, arguments.speed)
    else:
        _run_remotely(screen, arguments)
    return 0


@dataclass(frozen=True)
class _Stage:
    """What the parts of the local demonstration share."""

    screen: Screen
    api: AIToolsApi
    service: Emulator
    poll: Poll

    @contextmanager
    def live(self) -> Generator[Callable[[_Status], None]]:
        """Show the status of something, with seconds that run on between two polls."""
        line = StatusLine(sys.stderr)
        self.api.api_client.clock = drawing_clock(line.draw)
        try:
            yield line.show_status
        finally:
            line.end()


def _run_locally(screen: Screen, folder: Path, speed: float) -> None:
    with Emulator(clock=Clock(speed)) as service, ApiClient(service.configuration(proxy="")) as client:
        screen.line(
            f"A local service stands in for the real one at {service.url}; its clock runs {speed:g} times as fast."
        )
        service.fill_examples()
        api = AIToolsApi(client)
        pause = 1 / speed
        stage = _Stage(screen, api, service, Poll(initial=pause, factor=1, maximum=pause, jitter=0))
        _show_tools(screen, api, _ORGANISATION)
        _follow_image(stage, folder)
        _follow_orchestration(stage)
        _show_executions(screen, api, _ORGANISATION)
        _show_failure(stage)
    screen.heading("The same six calls, to paste")
    screen.code(CODE)


def _run_remotely(screen: Screen, arguments: argparse.Namespace) -> None:
    with connected(arguments) as (api, organisation):
        _show_tools(screen, api, organisation)
        screen.heading("The names alone, which is a smaller response")
        screen.line(", ".join(api.list_ai_tool_names(organisation).tools))
        _show_executions(screen, api, organisation)


def _show_tools(screen: Screen, api: AIToolsApi, organisation: str) -> None:
    screen.heading(f"The tools that {organisation} may use")
    screen.records(TOOL, [tool.tool_spec for tool in api.list_ai_tools(organisation).tools if tool.tool_spec])


def _follow_image(stage: _Stage, folder: Path) -> None:
    stage.screen.heading("An image execution, followed from pending to complete")
    identifier = stage.service.start_execution("generate_image", pending=2.0, running=12.0)
    with stage.live() as update:
        execution = stage.api.wait_for_ai_tool_execution(_ORGANISATION, identifier, poll=stage.poll, on_update=update)
    for path in save_images(execution, folder, api_client=stage.api.api_client):
        stage.screen.line(f"saved {path} ({path.stat().st_size} bytes)")


def _follow_orchestration(stage: _Stage) -> None:
    stage.screen.heading("An orchestration of two tools")
    identifier = stage.service.start_orchestration(
        ["get_weather", "search_web"],
        pending=1.0,
        running=6.0,
        synthesizing=2.0,
        answer="It is sunny in Hobart, 21 degrees, and the web agrees that this is a good day for the harbour.",
    )
    with stage.live() as update:
        orchestration = stage.api.wait_for_ai_orchestration(
            _ORGANISATION, identifier, poll=stage.poll, on_update=update
        )
    stage.screen.line(f"answer: {orchestration.answer}")


def _show_executions(screen: Screen, api: AIToolsApi, organisation: str) -> None:
    screen.heading("The recent executions, newest first")
    screen.records(EXECUTION_SUMMARY, api.list_ai_tool_executions(organisation, limit=10).executions)


def _show_failure(stage: _Stage) -> None:
    stage.screen.heading("What a failed one looks like, and one that is not there")
    why = "Image generation failed: the prompt was refused"
    identifier = stage.service.start_execution("generate_image", pending=0, running=0, error=why)
    failed = stage.api.get_ai_tool_execution_status(_ORGANISATION, identifier)
    stage.screen.line(f"{failed.execution_id}: {failed.status}: {failed.error}")
    try:
        stage.api.get_ai_tool_execution_status(_ORGANISATION, f"exec_{0:032}")
    except ApiException as error:
        stage.screen.line(f"{type(error).__name__}: {error}")


COMMANDS = {
    "demo": Command(
        _run,
        "Show the whole client in some seconds, on a local service that needs no account and no network. With --host, "
        "show the read-only part on the real service, with its token from the settings.",
        ("quantcdn demo", "quantcdn demo --host https://dashboard.quantcdn.io --organisation acme"),
        _add_arguments,
    )
}
"""The command by its word."""
