"""The local service as a command."""

from __future__ import annotations

import argparse
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from quantcdn import AIToolsApi, ApiClient, Configuration
from quantcdn.emulator import Emulator
from quantcdn.emulator.__main__ import add_arguments, main, run


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(arguments)


@pytest.fixture
def signals_kept() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_it_says_how_to_reach_it_and_serves_examples(capsys: pytest.CaptureFixture[str]) -> None:
    counts: list[int] = []

    def wait() -> None:
        exports = dict(
            shlex.split(line)[1].split("=", 1)
            for line in capsys.readouterr().out.splitlines()
            if line.startswith("export ")
        )
        configuration = Configuration.from_env(exports)
        configuration.proxy = ""
        with ApiClient(configuration) as client:
            counts.append(AIToolsApi(client).list_ai_tool_executions(exports["QUANTCDN_ORGANIZATION"]).count)
        assert exports["QUANTCDN_API_TOKEN"] == "it's"

    assert run(parsed("--token", "it's", "--organisation", "our site", "--wire", "4.9", "--speed", "5"), wait) == 0
    assert counts == [9]


def test_an_interrupt_ends_it_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    def wait() -> None:
        raise KeyboardInterrupt

    assert run(parsed(), wait) == 0
    captured = capsys.readouterr()
    assert "export QUANTCDN_ORGANIZATION=demo\n" in captured.out
    assert captured.err == ""


@pytest.mark.parametrize("arguments", [("--speed", "0"), ("--token", " "), ("--port", "70000")])
def test_an_unusable_argument_is_one_line(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed(*arguments)) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("quantcdn.emulator: ")
    assert captured.err.count("\n") == 1


@pytest.mark.usefixtures("signals_kept")
def test_a_port_in_use_is_one_line(quantcdn_emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    port = quantcdn_emulator.url.rpartition(":")[2]
    assert main(["--port", port]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("quantcdn.emulator: ")
    assert port in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_with_status_0(number: signal.Signals) -> None:
    command = [sys.executable, "-W", "error", "-m", "quantcdn.emulator", "--token", "secret"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(20, process.kill)
        watchdog.start()
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        assert "export QUANTCDN_API_TOKEN=secret\n" in lines
        process.send_signal(number)
        assert process.communicate() == ("", "")
        watchdog.cancel()
    assert process.returncode == 0
