"""The installed command: what is there, what it costs, how it tells what is wrong, and the demonstration."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import quantcdn
from quantcdn import cli
from quantcdn.cli.arguments import Parser
from quantcdn.cli.commands import demo
from quantcdn.emulator import Clock, Emulator, Fault
from test.helpers.process import COMMAND, on_terminal, run, shell, started, terminal, until

EXECUTION_ID = "exec_0123456789abcdef0123456789abcdef"


def all_commands() -> dict[str, Parser]:
    found, waiting = {}, [cli.parser(complete=True)]
    while waiting:
        parser = waiting.pop()
        found[parser.prog] = parser
        waiting.extend(parser.commands.values())
    return found


def test_all_commands_are_there() -> None:
    assert sorted(all_commands()) == [
        "quantcdn",
        "quantcdn completion",
        "quantcdn config",
        "quantcdn config get",
        "quantcdn config path",
        "quantcdn config set",
        "quantcdn demo",
        "quantcdn doctor",
        "quantcdn emulator",
        "quantcdn executions",
        "quantcdn executions get",
        "quantcdn executions list",
        "quantcdn executions save",
        "quantcdn executions wait",
        "quantcdn executions watch",
        "quantcdn help",
        "quantcdn login",
        "quantcdn mcp",
        "quantcdn mcp list",
        "quantcdn orchestrations",
        "quantcdn orchestrations get",
        "quantcdn orchestrations wait",
        "quantcdn tools",
        "quantcdn tools config",
        "quantcdn tools list",
        "quantcdn tools names",
        "quantcdn tools show",
    ]


NAMES = sorted(all_commands())


@pytest.mark.parametrize("name", NAMES)
def test_help_has_usage_then_options_then_two_examples_that_the_parser_takes(name: str) -> None:
    done = run(*name.split()[1:], "--help")
    assert done.code == 0
    assert done.out.startswith(f"usage: {name}")
    options, _, examples = done.out.partition("\nexamples:\n")
    assert "\noptions:\n  -h, --help" in options
    examples = examples.partition("\n\n")[0].replace("\\\n", " ").replace("|\n", "| ")
    assert len(examples.splitlines()) >= 2
    for command in re.findall(r"\bquantcdn ([^|()<>\n]*)", examples):
        assert callable(cli.parser().parse_args(command.split()).run)


def test_help_is_a_command_too() -> None:
    assert run("help").out == run("--help").out
    assert run("help", "executions", "wait").out == run("executions", "wait", "--help").out
    assert run("help", "executions").out == run("executions").out


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_help_is_wrapped_to_the_terminal_and_breaks_no_word(columns: int) -> None:
    for name in ("", "executions wait", "executions watch", "doctor", "completion"):
        code, shown = on_terminal(*name.split(), "--help", columns=columns)
        assert code == 0
        assert max(map(len, shown.splitlines())) < columns
        whole = run(*name.split(), "--help", COLUMNS="2000").out
        assert re.findall(r"[^\s,|\\]+", shown) == re.findall(r"[^\s,|\\]+", whole)


@pytest.mark.parametrize("line", ["quantcdn", "quantcdn executions"])
def test_a_group_alone_shows_its_help(line: str) -> None:
    done = run(*line.split()[1:])
    assert (done.code, done.err) == (0, "")
    assert done.out == run(*line.split()[1:], "--help").out


def test_the_version_is_there_by_command_and_by_module() -> None:
    assert run("--version").out == f"quantcdn {quantcdn.__version__}\n"
    module = subprocess.run([sys.executable, "-m", "quantcdn", "--version"], capture_output=True, text=True, check=True)
    assert module.stdout == f"quantcdn {quantcdn.__version__}\n"


def imported(*words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize("words", [["--version"], ["--help"], [], ["executions", "--help"], ["completion", "bash"]])
def test_what_needs_no_service_loads_no_dependency_and_no_other_command(words: list[str]) -> None:
    loaded = imported(COMMAND, *words)
    assert "quantcdn.cli" in loaded
    assert not loaded & {"pydantic", "urllib3", "dateutil", "typing_extensions", "rich", "ssl"}
    assert {name for name in loaded if name.startswith("quantcdn.cli.commands.")} <= {
        f"quantcdn.cli.commands.{word}" for word in words[:1]
    }


def test_importing_the_package_loads_nothing_of_the_command_line() -> None:
    loaded = imported("-c", "import quantcdn")
    assert "quantcdn" in loaded
    assert not {name for name in loaded if name.startswith(("quantcdn.cli", "quantcdn.emulator", "rich"))}


def test_importing_the_package_leaves_what_not_every_program_needs_for_later() -> None:
    assert not imported("-c", "import quantcdn") & {"pydantic", "urllib3", "dateutil"}
    assert "pydantic" not in imported("-c", "import quantcdn; quantcdn.Configuration")
    used = imported("-c", "import quantcdn; quantcdn.AIToolsApi(quantcdn.ApiClient())")
    assert "pydantic" in used
    assert not used & {"dateutil", "pandas", "IPython", "rich", "jsonschema"}


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "said"),
    [
        (["nonsense"], {}, 2, "invalid choice: 'nonsense'; choose from tools, executions, "),
        (["exections"], {}, 2, "invalid choice: 'exections'; did you mean executions?"),
        (["executions", "lst"], {}, 2, "did you mean list?\nTry: quantcdn executions --help"),
        (["executions", "list", "--statsu", "failed"], {}, 2, "did you mean --status?"),
        (["executions", "list", "--statsu=failed"], {}, 2, "did you mean --status?"),
        (["executions", "list", "--status", "Faild"], {}, 2, "did you mean failed?"),
        (["--organization=a", "--emulater", "tools", "list"], {}, 2, "did you mean --emulator?"),
        (["--host", "https://a.example", "tools", "list", "--emulator"], {}, 2, "not allowed with argument --host"),
        (["--verbose", "completion", "bash"], {}, 2, "quantcdn completion: it takes no --verbose"),
        (["executions", "list", "--em"], {}, 2, "unrecognized arguments: --em; did you mean --emulator?\nTry: "),
        (["doctor", "now"], {}, 2, "unrecognized arguments: now\nTry: quantcdn doctor --help"),
        (["--emul"], {}, 2, "Try: quantcdn --help"),
        (["executions", "list", "--limit", "many"], {}, 2, "a whole number is expected, not 'many'"),
        (["executions", "list", "--emulator", "--limit", "101"], {}, 2, "quantcdn: --limit must be from 1 to 100"),
        (["executions", "list", "--emulator", "--limit", "0", "--since", "1h"], {}, 2, "--limit must be from 1 to 100"),
        (["executions", "list", "--since", "3x"], {}, 2, "a time above 0, such as 90, 5m or 2h, is expected, not '3x'"),
        (["executions", "list", "--limit", "1e3"], {}, 2, "--limit: a whole number is expected, not '1e3'"),
        (["executions", "watch", "--since", "none"], {}, 2, "above 0, such as 90, 5m or 2h, is expected, not 'none'"),
        (["executions", "watch", "--interval", "0"], {}, 2, "above 0, such as 90, 5m or 2h, is expected, not '0'"),
        (["executions", "list", "--since", "0"], {}, 2, "above 0"),
        (["executions", "list", "--emulator", "--json", "--tool", "a"], {}, 2, "give --ndjson with --tool or --since"),
        (["executions", "wait", "x", "--emulator", "--result", "--fields", "a"], {}, 2, "--result is the result alone"),
        (["executions", "wait", "x", "--result", "--json"], {}, 2, "not allowed with"),
        (["help", "executions", "wiat"], {}, 2, "quantcdn executions: there is no command 'wiat'; did you mean wait?"),
        (["help", "tools", "list", "more"], {}, 2, "there is no command 'more'"),
        (["executions", "list", "--json", "--ndjson"], {}, 2, "not allowed with"),
        (["executions", "list", "--emulator", "--json", "--fields", "status"], {}, 2, "give --ndjson with --fields"),
        (["executions", "list", "--fields", "status,"], {}, 2, "names of fields"),
        (["executions", "get", "--emulator", ".."], {}, 2, "quantcdn: ID cannot be"),
        (["orchestrations", "get", "--emulator", "."], {}, 2, "quantcdn: ID cannot be"),
        (["executions", "wait", "--emulator", ".."], {}, 2, "quantcdn: ID cannot be"),
        (["tools", "list", "--organisation", "a", "--host", "http://a.example"], {"BEARER_TOKEN": "x"}, 2,
         "would be reached without encryption; use https\n"),
        (["executions", "wait", "x", "--timeout", "soon"], {}, 2, "such as 90, 5m, 2h or none"),
        (["executions", "wait", "x", "--interval", "0"], {}, 2, "above 0"),
        (["tools", "config", "--emulator", "--allow", "nothing"], {}, 2, "no such tool: nothing"),
        (["tools", "config", "--emulator", "--auto-execute"], {}, 2, "--auto-execute needs --allow with the names"),
        (["tools", "show", "--emulator", "get_wether"], {}, 3, "did you mean get_weather?"),
        (["tools", "show", "--emulator", "xyz"], {}, 3, "'quantcdn tools names' lists"),
        (["executions", "get", "--emulator", "exec_1"], {}, 3, "kept for 24 hours"),
        (["orchestrations", "get", "--emulator", "orch_1"], {}, 3, "kept for 24 hours"),
        (["demo", "--speed", "0"], {}, 2, "quantcdn: --speed must be above 0"),
        (["emulator", "--port", "70000"], {}, 1, "port must be from 0 to 65535"),
        (["x\x1b]0;title\x07"], {}, 2, "x\\x1b]0;title\\x07"),
    ],
)  # fmt: skip
def test_wrong_input_is_told_in_one_or_two_lines(
    arguments: list[str], environ: dict[str, str], code: int, said: str
) -> None:
    done = run(*arguments, **environ)
    assert done.code == code
    assert said in done.err
    assert 1 <= done.err.count("\n") <= 2
    assert done.out == ""


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, 1, "400"),
        (401, 4, "Check the access token"),
        (403, 4, "The token may not use this organisation"),
        (404, 3, "Check the name"),
        (429, 1, "Send fewer requests"),
        (500, 1, "The service failed, not the command; try again later"),
    ],
)
def test_each_status_of_the_service_has_its_code_and_says_what_to_do(status: int, code: int, said: str) -> None:
    with Emulator() as service:
        service.add_fault(Fault(status=status, retry_after=0), times=None)
        done = run("tools", "names", service=service)
    assert done.code == code
    assert said in done.err
    assert done.err.count("\n") <= 2
    assert done.out == ""


def test_a_refused_token_is_never_shown() -> None:
    with Emulator(token="mine") as service:
        done = run("tools", "names", service=service, QUANTCDN_API_TOKEN="0ther-t0ken")
        talkative = run("tools", "names", "-v", service=service, QUANTCDN_API_TOKEN="0ther-t0ken")
    assert done.code == talkative.code == 4
    assert "'quantcdn doctor'" in done.err
    assert "0ther" not in done.err + talkative.err


def test_a_host_that_is_down_is_an_error_that_says_how_to_find_out() -> None:
    with Emulator() as service:
        pass
    done = run("tools", "names", service=service)
    assert done.code == 1
    assert "Connection refused" in done.err
    assert done.err.splitlines()[1].startswith("'quantcdn doctor' says")


def test_verbose_logs_each_request_to_stderr() -> None:
    with Emulator() as service:
        done = run("tools", "names", "-v", service=service)
    assert done.code == 0
    assert "DEBUG GET " in done.err
    assert "/ai/tools/names: 200" in done.err
    assert done.out.startswith("get_weather\n")


def test_quiet_leaves_errors_alone_on_stderr(tmp_path: Path) -> None:
    with Emulator() as service:
        done = service.start_execution("generate_image", pending=0, running=0, execution_id=EXECUTION_ID)
        wait = ("executions", "wait", done, "--save", str(tmp_path), "--fields", "status")
        talkative, quiet = run(*wait, service=service), run("-q", *wait, service=service)
        assert (quiet.code, quiet.out, quiet.err) == (0, talkative.out, "")
        assert talkative.err
        assert on_terminal("mcp", "list", "-q", service=service)[1].count("no MCP servers") == 0
        lost = run("executions", "wait", "exec_no", "--quiet", service=service)
        assert (lost.code, lost.err.count("\n")) == (3, 1)


def test_a_response_about_another_identifier_is_told_without_a_python_argument() -> None:
    body = b'{"executionId":"other","toolName":"t","status":"complete","createdAt":1}'
    with Emulator() as service:
        service.add_fault(Fault(body=body), times=None)
        done = run("executions", "get", EXECUTION_ID, service=service)
    assert done.code == 1
    assert "ask for the identifier of that example" in done.err
    assert "Configuration(" not in done.err


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    with Emulator(clock=Clock(30)) as service:  # a watch notices it when it next writes a change
        service.fill_examples()
        for command in ("executions list", "executions list --json", "executions watch --ndjson", "--help"):
            done = shell(f"quantcdn {command} | head -1; echo ${{PIPESTATUS[0]}}", service, tmp_path)
            *shown, code = done.out.splitlines()
            assert (len(shown), code, done.err) == (1, "0", "")
        done = shell("quantcdn --version | true; echo ${PIPESTATUS[0]}", service, tmp_path)
        assert (done.out, done.err) == ("0\n", "")


def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    with Emulator() as service:
        done = shell("quantcdn tools names > /dev/full", service, tmp_path)
    assert done.code == 1
    assert "No space left" in done.err


def test_it_works_with_stdout_closed(tmp_path: Path) -> None:
    with Emulator() as service:
        done = shell("quantcdn tools names >&-", service, tmp_path)
        assert (done.code, done.out, done.err) == (0, "", "")
        done = shell("quantcdn --version >&-", service, tmp_path)
    assert (done.code, "Traceback" in done.err) == (0, False)


def test_ctrl_c_ends_with_130_and_says_nothing_of_python() -> None:
    with Emulator() as service:
        service.add_fault(Fault(delay=30), times=None)
        with started("tools", "names", service=service) as process:
            while not service.requests:
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "")


def test_settings_may_stand_before_the_command_too() -> None:
    with Emulator(token="mine") as service:
        known = {"QUANTCDN_API_TOKEN": "mine"}
        right = ["--host", service.url, "--organisation", "acme"]
        for words in (
            [*right, "tools", "names"],
            ["--host", service.url, "tools", "--organisation", "acme", "names"],
            ["--host", "http://127.0.0.1:9", "--organisation", "other", "tools", "names", *right],
        ):
            done = run(*words, **known)
            assert (done.code, done.err) == (0, "")
        assert {request.arguments["organisation"] for request in service.requests} == {"acme"}


@pytest.mark.parametrize("words", ["--help", "--version", "help tools", "tools names --help", "completion bash"])
def test_help_that_cannot_be_written_is_an_error(tmp_path: Path, words: str) -> None:
    with Emulator() as service:
        done = shell(f"quantcdn {words} > /dev/full", service, tmp_path)
    assert (done.code, done.out, done.err) == (1, "", "quantcdn: No space left on device\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--nothing", 2),
        ("executions get exec_no", 3),
        ("executions wait exec_0123456789abcdef0123456789abcdef --fields status", 0),
        ("-v tools names", 0),
    ],
)
def test_a_stderr_that_is_full_changes_nothing(tmp_path: Path, words: str, code: int) -> None:
    with Emulator() as service:
        service.fill_documented()
        done = shell(f"quantcdn {words} 2> /dev/full", service, tmp_path)
        assert (done.code, done.out) == (code, shell(f"quantcdn {words}", service, tmp_path).out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("executions save exec_0123456789abcdef0123456789abcdef --to file", "file: it is no folder"),
        ("executions watch --timeout 0 --log .", ".: Is a directory"),
        ("executions watch --timeout 0 --log no/such", "no/such: No such file or directory"),
    ],
)
def test_an_error_of_a_file_names_it_and_no_number(tmp_path: Path, words: str, said: str) -> None:
    (tmp_path / "file").touch()
    with Emulator() as service:
        service.fill_documented()
        done = shell(f"quantcdn {words}", service, tmp_path)
    assert (done.code, done.err.splitlines()[-1]) == (1, f"quantcdn: {said}")


@pytest.mark.parametrize("arguments", [["tools", "names"], ["executions", "list"], ["demo", "--speed", "50"]])
def test_emulator_needs_neither_settings_nor_network(arguments: list[str], tmp_path: Path) -> None:
    save = ["--save", str(tmp_path)] if "demo" in arguments else []
    # A proxy of the environment is not for the service in this very process.
    done = run(*arguments, "--emulator", *save, HTTP_PROXY="http://127.0.0.1:9", NO_PROXY="")
    assert done.code == 0, done.err
    assert "get_weather" in done.out


def test_the_emulator_command_serves_until_a_signal() -> None:
    with started("emulator", "--token", "secret") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        assert "export QUANTCDN_API_TOKEN=secret\n" in lines
        url = lines[3].partition("=")[2].strip()
        assert run("tools", "names", "--host", url, "--organisation", "a", QUANTCDN_API_TOKEN="secret").code == 0
        process.send_signal(signal.SIGTERM)
        assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_the_emulator_knows_what_the_pages_name_and_is_the_same_after_a_restart() -> None:
    known = {"QUANTCDN_ORGANIZATION": "acme", "QUANTCDN_API_TOKEN": "secret"}
    seen = []
    for seed in ("7", "7", "8"):
        with started("emulator", "--token", "secret", "--seed", seed) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(6)]
            known["QUANTCDN_HOST"] = lines[3].partition("=")[2].strip()
            assert run("executions", "get", EXECUTION_ID, **known).code == 0
            assert run("orchestrations", "get", EXECUTION_ID.replace("exec", "orch"), **known).code == 0
            seen.append(run("executions", "list", "--fields", "executionId", **known).out)
    assert seen[0] == seen[1] != seen[2]
    assert run("executions", "get", EXECUTION_ID, "--emulator").code == 0


def test_the_emulator_logs_requests_on_a_terminal() -> None:
    with terminal("emulator", "--token", "secret", columns=200) as shown:
        until(lambda: "export QUANTCDN_ORGANIZATION=demo" in shown.shown)
        url = shown.shown.partition("QUANTCDN_HOST=")[2].split()[0]
        assert run("tools", "names", "--host", url, "--organisation", "a", QUANTCDN_API_TOKEN="secret").code == 0
        until(lambda: "GET /api/v3/organizations/a/ai/tools/names 200" in shown.shown)
        shown.process.send_signal(signal.SIGINT)
        assert shown.end() == 0


def test_the_demo_shows_everything_and_saves_an_image(tmp_path: Path) -> None:
    done = run("demo", "--save", str(tmp_path), "--speed", "20")
    assert done.code == 0, done.err
    for shown in (
        "generate_image",
        "[unit]",
        "saved ",
        "answer: It is sunny",
        "failed: Image",
        "NotFoundException: GET",
    ):
        assert shown in done.out
    assert "pending" in done.err
    assert "complete, 2 of 2 tools" in done.err
    assert "\x1b" not in done.out + done.err
    (picture,) = tmp_path.iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
    assert str(picture) in done.out


def test_the_demos_code_runs_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(demo.CODE, "demo", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) >= 5
    assert printed[0] == printed[1] == "['get_weather', 'calculate', 'search_web', 'generate_image']"


def test_the_demo_reads_from_a_real_host_with_the_callers_token() -> None:
    with Emulator(token="mine") as service:
        service.fill_examples()
        done = run("demo", "--host", service.url, "--organisation", "acme", QUANTCDN_API_TOKEN="mine")
        assert done.code == 0, done.err
        assert "get_weather, calculate, search_web, generate_image" in done.out
        assert {request.method for request in service.requests} == {"GET"}
        assert len(service.requests) == 3


def test_the_demo_on_a_terminal_has_a_live_line_and_colours(tmp_path: Path) -> None:
    with terminal("demo", "--save", str(tmp_path), "--speed", "20", columns=120) as shown:
        assert shown.end() == 0
    assert "\r\x1b[Kgenerate_image exec_" in shown.shown
    assert shown.shown.count(": running · ") > 3  # the seconds run on between two looks
    assert "\x1b[1m" in shown.shown
    assert "TOOL" in shown.shown
