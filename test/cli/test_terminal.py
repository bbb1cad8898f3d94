"""What a person sees on a terminal, with rich and without, wide and narrow; and what never gets through to it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.process import on_terminal, run

FIRST, SECOND = (f"exec_{digit * 32}" for digit in "12")
ORCHESTRATION = f"orch_{'4' * 32}"
EVIL = "\x1b]0;title\x07\x9b31m[bold]tool[/bold] :smile:\r\n\u202ex"
HARMLESS = "\\x1b]0;title\\x07\\x9b31m[bold]tool[/bold] :smile:\\r\\n\\u202ex"


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    # In the middle of an hour, so that the ages are the same however long the tests take.
    with Emulator(clock=ManualClock(time.time() - 2.5 * 3_600)) as service:
        assert isinstance(service.clock, ManualClock)
        service.start_execution("calculate", pending=0, running=2.5, execution_id=FIRST)
        service.start_execution("generate_image", pending=0, running=90, error="refused", execution_id=SECOND)
        service.start_orchestration(
            [FIRST, SECOND], pending=0, synthesizing=0, answer="Two lines,\nfor once.", orchestration_id=ORCHESTRATION
        )
        service.clock.advance(100)
        yield service


TABLE = f"""\
EXECUTION                              TOOL            STATUS    AGE  DURATION
{SECOND}  generate_image  failed    2h   1m30s
{FIRST}  calculate       complete  2h   2.5s
"""


def stripped(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_a_list_is_a_table_with_colours_for_what_asks_for_attention(service: Emulator) -> None:
    code, shown = on_terminal("executions", "list", service=service)
    assert code == 0
    assert "\x1b[1;31mfailed" in shown
    plain = stripped(shown.replace("\x1b[1;31m", "").replace("\x1b[1m", "").replace("\x1b[0m", ""))
    assert plain == TABLE


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_without_colours_no_escape_is_written(service: Emulator, environ: dict[str, str]) -> None:
    assert stripped(on_terminal("executions", "list", service=service, **environ)[1]) == TABLE
    assert "\x1b" not in on_terminal("executions", "get", SECOND, service=service, **environ)[1]
    assert "\x1b" not in on_terminal("executions", "get", "exec_no", service=service, **environ)[1]


def test_colours_can_be_forced_where_there_is_a_screen_and_for_what_is_said_on_stderr(service: Emulator) -> None:
    assert "\x1b[1;31m" in on_terminal("executions", "list", service=service, TERM="dumb", FORCE_COLOR="1")[1]
    assert run("executions", "get", "no", service=service, FORCE_COLOR="1").err.startswith("\x1b[31mquantcdn:\x1b[0m ")
    assert run("executions", "get", "no", service=service).err.startswith("quantcdn: ")


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize(
    "arguments",
    [
        ["executions", "list"],
        ["executions", "get", SECOND],
        ["orchestrations", "get", ORCHESTRATION],
        ["tools", "list"],
        ["tools", "show", "search_web"],
        ["mcp", "list"],
    ],
)
def test_no_line_is_wider_than_the_terminal(service: Emulator, arguments: list[str], columns: int) -> None:
    code, shown = on_terminal(*arguments, service=service, columns=columns, NO_COLOR="1")
    assert code == 0
    widest = max(len(line) for line in shown.splitlines())
    assert widest <= max(columns, len("orchestration  ") + len(ORCHESTRATION))


def test_of_a_tool_s_description_the_list_shows_the_first_sentence(service: Emulator) -> None:
    code, shown = on_terminal("tools", "list", service=service, columns=200, NO_COLOR="1")
    assert code == 0
    assert shown.splitlines()[-1].rstrip().endswith("  Paint an image from a description.")


def test_mcp_servers_are_a_table_and_none_at_all_are_said_to_be_none() -> None:
    with Emulator() as service:
        _, shown = on_terminal("mcp", "list", service=service, columns=200, NO_COLOR="1")
        head, first, *_, last = shown.splitlines()
        assert head.split() == ["SERVER", "NAME", "ENABLED", "URL", "ALLOWED", "TOOLS"]
        assert first.split()[0] == "issues"
        assert first.rstrip().endswith("search_issues, read_issue")
        assert last.split() == ["billing", "Invoices", "no", "https://mcp-gateway.example/servers/billing/mcp"]
        service.add_fault(Fault(body=b"{}"))
        assert "acme has no MCP servers" in on_terminal("mcp", "list", service=service)[1]


def test_an_identifier_is_shown_whole_at_80_columns() -> None:
    with Emulator() as service:
        identifier = service.start_execution("a_tool_with_a_name_that_is_rather_long_for_one")
        assert identifier in on_terminal("executions", "list", service=service)[1]


def test_details_are_a_line_a_field(service: Emulator) -> None:
    _, shown = on_terminal("executions", "get", SECOND, service=service, NO_COLOR="1")
    title, *lines = shown.splitlines()
    assert title == "generate_image"
    labels = [line.strip().split("  ")[0] for line in lines]
    assert labels == [
        "Status", "Error", "Execution", "Created", "Started", "Completed", "Duration", "Run time",
    ]  # fmt: skip
    assert "  Duration   1m30s\n" in shown
    assert "UTC (2h ago)\n" in shown
    _, shown = on_terminal("orchestrations", "get", ORCHESTRATION, service=service, NO_COLOR="1")
    assert "Tools          2 of 2\n" in shown
    assert "Answer\n  Two lines,\n  for once.\n" in shown
    assert SECOND in shown
    _, shown = on_terminal("tools", "show", "get_weather", service=service, NO_COLOR="1")
    for words in ("ARGUMENT", "REQUIRED", "string: celsius, fahrenheit", 'Default: "celsius"'):
        assert words in shown


def test_the_data_of_an_image_and_the_signature_of_its_url_are_left_out() -> None:
    with Emulator() as service:
        identifier = service.start_execution("generate_image", pending=0, running=0)
        _, shown = on_terminal("executions", "get", identifier, service=service, columns=200, NO_COLOR="1")
    assert "Image 1 of 1 by generate_image, " in shown
    assert "base64" not in shown
    assert ".png?…" in shown
    assert f"To save its images: quantcdn executions save {identifier}" in shown


def test_fields_make_a_table_of_their_own(service: Emulator) -> None:
    _, shown = on_terminal("executions", "list", "--fields", "toolName,status", service=service, NO_COLOR="1")
    assert stripped(shown) == "TOOLNAME        STATUS\ngenerate_image  failed\ncalculate       complete\n"


def test_json_on_a_terminal_is_laid_out(service: Emulator) -> None:
    _, shown = on_terminal("executions", "get", FIRST, "--json", service=service)
    assert shown.startswith(f'{{\n  "executionId": "{FIRST}",\n')


def test_an_empty_list_is_said_to_be_empty(service: Emulator) -> None:
    _, shown = on_terminal("executions", "list", "--status", "pending", service=service)
    assert shown == "acme has no such executions of the last 24 hours\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["executions", "list"],
        ["executions", "list", "--json"],
        ["executions", "list", "--ndjson"],
        ["executions", "list", "--fields", "toolName"],
        ["executions", "get", "evil"],
        ["executions", "get", "evil", "--json"],
        ["executions", "wait", "evil"],
        ["orchestrations", "get", "evil"],
        ["orchestrations", "wait", "evil"],
        ["executions", "watch", "--timeout", "0"],
        ["tools", "names"],
        ["tools", "show", EVIL],
        ["tools", "list"],
    ],
)
def test_nothing_that_the_service_says_steers_the_terminal(arguments: list[str]) -> None:
    names = f'{{"tools": [{json.dumps(EVIL)}], "count": 1}}'
    schema = json.dumps({"properties": {EVIL: {"type": [EVIL], "description": EVIL, "enum": [EVIL]}}})
    spec = f'{{"name": {json.dumps(EVIL)}, "description": {json.dumps(EVIL)}, "inputSchema": {{"json": {schema}}}}}'
    tools = f'{{"tools": [{{"toolSpec": {spec}}}], "count": 1}}'
    with Emulator() as service:
        service.start_execution(EVIL, pending=0, running=0, error=EVIL, execution_id="evil")
        service.start_orchestration(["evil"], pending=0, synthesizing=0, error=EVIL, orchestration_id="evil")
        service.add_fault(Fault(body=names.encode()), operation="list_ai_tool_names", times=None)
        service.add_fault(Fault(body=tools.encode()), operation="list_ai_tools", times=None)
        code, shown = on_terminal(*arguments, service=service, columns=300, NO_COLOR="1")
        piped = run(*arguments, service=service)
    assert code == 0
    assert "title" in shown
    assert HARMLESS.partition("\\r")[0] in shown or "\\u001b]0;title\\u0007" in shown
    ours = shown.replace("\x1b[K", "").replace("\x1b[J", "").replace("\r", "")
    assert all(character.isprintable() or character == "\n" for character in ours)
    assert "\x1b" not in piped.err
    if "--json" not in arguments and "--ndjson" not in arguments:
        assert "\x1b" not in piped.out


def test_an_error_of_the_service_steers_no_terminal() -> None:
    body = f'{{"error": {json.dumps(EVIL)}}}'
    with Emulator() as service:
        service.add_fault(Fault(status=400, body=body.encode()), times=None)
        code, shown = on_terminal("executions", "list", service=service, NO_COLOR="1")
    assert code == 1
    assert HARMLESS in shown
    assert "\x1b" not in shown


@pytest.fixture(scope="module")
def without_rich(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a command that finds everything that this one does, but for rich."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "quantcdn"
    command.write_text(
        f"#!{sys.executable}\nimport sys\nsys.modules['rich'] = None\nfrom quantcdn.cli import main\nsys.exit(main())\n"
    )
    command.chmod(0o700)
    return str(command)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_without_rich_there_is_a_table_too(service: Emulator, without_rich: str, columns: int) -> None:
    _, shown = on_terminal("executions", "list", service=service, command=without_rich, columns=columns)
    assert FIRST in shown
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= max(columns, 70)
    if columns >= 80:
        assert shown == TABLE


def test_without_rich_the_demo_and_the_watch_work_too(service: Emulator, without_rich: str, tmp_path: Path) -> None:
    code, shown = on_terminal("executions", "watch", "--timeout", "0", service=service, command=without_rich)
    assert code == 0
    assert "2 executions · 1 complete · 1 failed" in shown
    code, shown = on_terminal("demo", "--speed", "50", "--save", str(tmp_path), command=without_rich)
    assert code == 0
    assert "== The tools that acme may use" in shown
