"""What goes to stdout is stable for scripts: byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from quantcdn import AIToolsApi, ApiClient
from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.process import run, shell

FIRST, SECOND, THIRD = (f"exec_{digit * 32}" for digit in "123")
ORCHESTRATION = f"orch_{'4' * 32}"


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    with Emulator(clock=ManualClock()) as service:
        assert isinstance(service.clock, ManualClock)
        service.start_execution("calculate", pending=0, running=2.5, result={"result": 42}, execution_id=FIRST)
        service.clock.advance(60)
        service.start_execution("get_weather", pending=0, running=1, error="no\tsuch\nplace", execution_id=SECOND)
        service.start_orchestration(
            [FIRST, SECOND], pending=0, synthesizing=1, answer="It is 42.", orchestration_id=ORCHESTRATION
        )
        service.clock.advance(60)
        service.start_execution("search_web", pending=0, running=100, execution_id=THIRD)
        yield service


def raw(service: Emulator, name: str, *arguments: str) -> bytes:
    with ApiClient(service.configuration(proxy="")) as client:
        body: bytes = getattr(AIToolsApi(client), f"{name}_with_http_info")("acme", *arguments).raw_data
    return body


LISTED = (
    f"{THIRD}\tsearch_web\trunning\t2026-01-01T00:02:00Z\t\n"
    f"{SECOND}\tget_weather\tfailed\t2026-01-01T00:01:00Z\t2026-01-01T00:01:01Z\n"
    f"{FIRST}\tcalculate\tcomplete\t2026-01-01T00:00:00Z\t2026-01-01T00:00:02.500Z\n"
)

LISTED_NDJSON = f"""\
{{"executionId":"{THIRD}","toolName":"search_web","status":"running","createdAt":"2026-01-01T00:02:00Z"}}
{{"executionId":"{SECOND}","toolName":"get_weather","status":"failed","createdAt":"2026-01-01T00:01:00Z","completedAt":"2026-01-01T00:01:01Z"}}
{{"executionId":"{FIRST}","toolName":"calculate","status":"complete","createdAt":"2026-01-01T00:00:00Z","completedAt":"2026-01-01T00:00:02.500000Z"}}
"""  # a record is a line

NAMES = "get_weather\ncalculate\nsearch_web\ngenerate_image\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["executions", "list"], LISTED),
        (["executions", "list", "--ndjson"], LISTED_NDJSON),
        (["executions", "list", "--status", "pending"], ""),
        (["executions", "list", "--status", "pending", "--ndjson"], ""),
        (["executions", "list", "--limit", "1", "--fields", "status,executionId"], f"running\t{THIRD}\n"),
        (["executions", "list", "--limit", "1", "--fields", "execution_id, STATUS"], f"{THIRD}\trunning\n"),
        (["executions", "list", "--limit", "1", "--fields", "completedAt"], "\n"),
        (
            ["executions", "list", "--limit", "1", "--fields", "status,completedAt", "--ndjson"],
            '{"status":"running","completedAt":null}\n',
        ),
        (
            ["executions", "get", FIRST],
            f"{FIRST}\tcalculate\tcomplete\t2026-01-01T00:00:00Z\t2026-01-01T00:00:00Z\t2026-01-01T00:00:02Z\t2.5"
            '\t\t{"result":42}\n',
        ),
        (
            ["executions", "get", SECOND],
            f"{SECOND}\tget_weather\tfailed\t2026-01-01T00:01:00Z\t2026-01-01T00:01:00Z\t2026-01-01T00:01:01Z\t1"
            "\tno\\tsuch\\nplace\t\n",
        ),
        (["executions", "get", FIRST, "--fields", "result.result,toolName"], "42\tcalculate\n"),
        (["executions", "get", FIRST, "--fields", "createdAt", "--ndjson"], '{"createdAt":1767225600}\n'),
        (
            ["orchestrations", "get", ORCHESTRATION],
            f"{ORCHESTRATION}\tcomplete\t2\t2\t2026-01-01T00:01:00Z\t2026-01-01T00:01:02Z\t2\t\tIt is 42.\n",
        ),
        (["orchestrations", "get", ORCHESTRATION, "--fields", "tools.1.status,answer"], "failed\tIt is 42.\n"),
        (["orchestrations", "get", ORCHESTRATION, "--fields", "answer", "--ndjson"], '{"answer":"It is 42."}\n'),
        (["tools", "names"], NAMES),
        (["tools", "names", "--ndjson"], "".join(f'{{"name":"{name}"}}\n' for name in NAMES.split())),
        (
            ["tools", "show", "calculate"],
            "calculate\toperation, a, b\tApply one of the four basic operations to two numbers.\n",
        ),
        (["tools", "show", "calculate", "--fields", "inputSchema.json.required"], '["operation","a","b"]\n'),
        (
            ["tools", "list", "--fields", "name,takes"],
            "get_weather\tlocation, [unit]\ncalculate\toperation, a, b\nsearch_web\tquery, [maxResults]\n"
            "generate_image\tprompt, [negativePrompt], [width], [height]\n",
        ),
        (
            ["mcp", "list"],
            'issues\tIssue tracker\ttrue\thttps://mcp-gateway.example/servers/issues/mcp\t["search_issues","read_issue"]\n'
            'site-docs\tDocumentation of the site\ttrue\thttps://mcp-gateway.example/servers/site-docs/mcp\t["search_pages"]\n'
            "billing\tInvoices\tfalse\thttps://mcp-gateway.example/servers/billing/mcp\t[]\n",
        ),
        (["mcp", "list", "--fields", "server_name,enabled"], "issues\ttrue\nsite-docs\ttrue\nbilling\tfalse\n"),
    ],
)  # fmt: skip
def test_records_are_written_byte_for_byte(service: Emulator, arguments: list[str], expected: str) -> None:
    done = run(*arguments, service=service)
    assert (done.code, done.out, done.err) == (0, expected, "")


@pytest.mark.parametrize(
    ("arguments", "operation", "taken"),
    [
        (["executions", "list"], "list_ai_tool_executions", []),
        (["executions", "get", FIRST], "get_ai_tool_execution_status", [FIRST]),
        (["orchestrations", "get", ORCHESTRATION], "get_ai_orchestration_status", [ORCHESTRATION]),
        (["tools", "list"], "list_ai_tools", []),
        (["tools", "names"], "list_ai_tool_names", []),
        (["mcp", "list"], "list_mcp_servers", []),
    ],
)
def test_json_is_the_response_as_it_came(
    service: Emulator, arguments: list[str], operation: str, taken: list[str]
) -> None:
    done = run(*arguments, "--json", service=service)
    assert (done.code, done.err) == (0, "")
    assert done.bytes == raw(service, operation, *taken) + b"\n"


def test_nothing_of_a_long_result_is_cut(service: Emulator) -> None:
    long = "ä" * 100_000
    identifier = service.start_execution("calculate", pending=0, running=0, result=long)
    done = run("executions", "get", identifier, "--fields", "result", service=service)
    assert done.out == f"{long}\n"


def test_the_output_is_utf_8_whatever_the_locale_says(service: Emulator) -> None:
    identifier = service.start_execution("wetter_für_morgen", pending=0, running=0, result="ok")
    done = run("executions", "get", identifier, "--fields", "toolName", service=service, LC_ALL="C", PYTHONUTF8="0")
    assert done.bytes == "wetter_für_morgen\n".encode()


def test_a_tool_is_written_as_a_chat_request_takes_it(service: Emulator) -> None:
    shown = json.loads(run("tools", "show", "calculate", "--json", service=service).out)
    assert shown == json.loads(raw(service, "list_ai_tools"))["tools"][1]
    block = json.loads(run("tools", "config", service=service).out)
    assert block == {"tools": json.loads(raw(service, "list_ai_tools"))["tools"], "autoExecute": False}
    allowed = run("tools", "config", "--allow", "calculate, get_weather", "--auto-execute", service=service)
    assert json.loads(allowed.out) == {**block, "autoExecute": True, "allowedTools": ["calculate", "get_weather"]}
    assert allowed.out.count("\n") == 1


def test_colours_asked_for_by_force_stay_out_of_data(service: Emulator) -> None:
    for form in ([], ["--json"], ["--ndjson"]):
        assert "\x1b" not in run("executions", "list", *form, service=service, FORCE_COLOR="1").out


def test_a_field_that_no_record_has_is_an_error_that_names_those_there_are(service: Emulator) -> None:
    done = run("executions", "list", "--fields", "executionId,stauts", service=service)
    assert (done.code, done.out) == (2, "")
    assert "no field 'stauts'; there are executionId, toolName, status," in done.err


def test_fields_that_the_service_has_added_can_be_asked_for() -> None:
    body = json.dumps({"executions": [{"executionId": "a"}, {"executionId": "b", "cost": 3}], "count": 2, "orgId": "x"})
    with Emulator() as service:
        service.add_fault(Fault(body=body.encode()), times=None)
        done = run("executions", "list", "--fields", "executionId,cost", service=service)
        assert (done.code, done.out) == (0, "a\t\nb\t3\n")
        assert run("executions", "list", "--ndjson", service=service).out.splitlines()[1] == (
            '{"executionId":"b","cost":3}'
        )


def test_it_goes_well_with_other_commands(service: Emulator, tmp_path: Path) -> None:
    done = shell(
        "quantcdn executions list | cut -f3 | sort | uniq -c | tr -s ' '; "
        "quantcdn executions list --status failed | while IFS=$'\\t' read -r id tool rest; do echo $tool; done",
        service,
        tmp_path,
    )
    assert "1 failed\n" in done.out
    assert done.out.endswith("get_weather\n")


def test_images_are_saved_and_their_paths_written(service: Emulator, tmp_path: Path) -> None:
    identifier = service.start_execution("generate_image", pending=0, running=0)
    folder = tmp_path / "für alle"
    done = run("executions", "save", identifier, "--to", str(folder), service=service)
    assert (done.code, done.out, done.err) == (0, f"{folder}/{identifier}-0.png\n", "")
    assert Path(done.out.strip()).read_bytes().startswith(b"\x89PNG")
    inline = run(
        "executions", "save", "-", "--to", str(tmp_path), "--source", "inline", service=service, stdin=identifier
    )
    assert inline.out == f"{tmp_path}/{identifier}-0-preview.png\n"
    files = run("executions", "save", identifier, "--to", str(tmp_path), "--files", service=service)
    assert files.out == "".join(f"{tmp_path}/{identifier}-{number}-file.png\n" for number in range(2))
    both = run("executions", "save", identifier, "--files", "--source", "inline", service=service)
    assert (both.code, both.out) == (2, "")
    text = run("executions", "save", FIRST, "--files", service=service)
    assert "has no files to save: it is complete" in text.err
    none = run("executions", "save", FIRST, service=service)
    assert (none.code, none.out) == (1, "")
    assert "has no images to save: it is complete" in none.err
    early = run("executions", "save", THIRD, service=service)
    assert f"quantcdn executions wait {THIRD} --save ." in early.err
