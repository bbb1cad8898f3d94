"""The installed command works as a process of its own, and says in one line what went wrong."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import quantcdn
from quantcdn.cli import demo, main
from quantcdn.emulator import Emulator

# The folder of the interpreter holds the command that was installed with it.
COMMAND = str(Path(sys.executable).with_name("quantcdn"))


# A process that a test starts is measured too, where this one is.
COVERAGE = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def run(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "", "NO_PROXY": "*", **COVERAGE, **environ}
    return subprocess.run(
        [COMMAND, *arguments], input=stdin, capture_output=True, text=True, timeout=60, check=False, env=environ
    )


def test_the_demo_shows_everything_and_saves_a_picture(tmp_path: Path) -> None:
    done = run("demo", "--save", str(tmp_path), "--speed", "20")
    assert done.returncode == 0, done.stderr
    for shown in (
        "generate_image",
        "[unit]",
        "saved ",
        "answer: It is sunny",
        "failed: Image",
        "NotFoundException: GET",
    ):
        assert shown in done.stdout
    assert "pending" in done.stderr
    assert "complete, 2 of 2 tools" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    (picture,) = tmp_path.iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
    assert str(picture) in done.stdout


def test_the_demos_code_runs_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(demo.CODE, "demo", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 5
    assert printed[0] == printed[1] == "['get_weather', 'calculate', 'search_web', 'generate_image']"


def test_the_demo_reads_from_a_real_host_with_the_callers_token() -> None:
    with Emulator(token="mine") as service:
        service.fill_examples()
        done = run("demo", "--host", service.url, "--organisation", "acme", QUANTCDN_API_TOKEN="mine")
        assert done.returncode == 0, done.stderr
        assert "get_weather, calculate, search_web, generate_image" in done.stdout
        assert {request.method for request in service.requests} == {"GET"}
        assert len(service.requests) == 3
        again = run("demo", "--host", service.url, "--token-file", "-", stdin="mine\n", QUANTCDN_ORGANIZATION="acme")
        assert again.returncode == 0, again.stderr


def read_until_closed(terminal: int) -> str:
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # Linux says EIO when the other side is closed
            return shown.decode()
        if not piece:
            return shown.decode()
        shown += piece


def test_the_demo_on_a_terminal_has_a_live_line_and_colours(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environ = {"PATH": "", "TERM": "xterm-256color", "COLUMNS": "120", **COVERAGE}
    command = [COMMAND, "demo", "--save", str(tmp_path), "--speed", "20"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        shown = read_until_closed(ours)
    os.close(ours)
    assert process.returncode == 0
    assert "\r\x1b[Kgenerate_image exec_" in shown
    assert shown.count(": running · ") > 3  # the seconds run on between two looks
    assert "\x1b[1m" in shown
    assert "TOOL" in shown


def test_a_token_can_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("mine\n")
    with Emulator(token="mine") as service:
        done = run("demo", "--host", service.url, "--organisation", "acme", "--token-file", str(file))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "said"),
    [
        (["demo", "--host", "https://host.example"], {}, 2, "no organisation: give --organisation"),
        (["demo", "--host", "https://host.example", "--organisation", "a"], {}, 2, "no access token"),
        (["demo", "--host", "nowhere", "--organisation", "a"], {"BEARER_TOKEN": "x"}, 2, "host must be"),
        (
            ["demo", "--host", "http://127.0.0.1:9", "--organisation", "a", "--token-file", "/no/file"],
            {},
            1,
            "/no/file",
        ),
        (["demo", "--speed", "0"], {}, 2, "speed must be above 0"),
        ([], {}, 2, "usage: quantcdn"),
        (["nonsense"], {}, 2, "invalid choice"),
    ],
)
def test_wrong_input_is_told_in_a_line(arguments: list[str], environ: dict[str, str], code: int, said: str) -> None:
    done = run(*arguments, **environ)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_error_of_the_service_is_told_without_the_token() -> None:
    with Emulator(token="mine") as service:
        done = run("demo", "--host", service.url, "--organisation", "acme", QUANTCDN_API_TOKEN="0ther")
    assert done.returncode == 1
    assert "Check the access token" in done.stderr
    assert "0ther" not in done.stderr


def test_version_and_help_are_there() -> None:
    assert run("--version").stdout == f"quantcdn {quantcdn.__version__}\n"
    assert "quantcdn demo --host" in run("demo", "--help").stdout
    module = subprocess.run([sys.executable, "-m", "quantcdn", "--version"], capture_output=True, text=True, check=True)
    assert module.stdout == f"quantcdn {quantcdn.__version__}\n"


def test_ctrl_c_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    assert main(["demo", "--speed", "1"]) == 130
