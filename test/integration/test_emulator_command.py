"""The local service as a command."""

from __future__ import annotations

import argparse
import http.client
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from quantcdn import AIToolsApi, ApiClient, Configuration
from quantcdn.emulator import Emulator
from quantcdn.emulator.__main__ import add_arguments, main, run
from test.helpers.process import terminal, until


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
    assert counts == [12]


@pytest.mark.parametrize("arguments", [(), ("--seed", "7")])
def test_a_restart_with_the_same_seed_has_the_same_token_and_identifiers(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    def served() -> tuple[str, list[str | None]]:
        found: list[list[str | None]] = []

        def wait() -> None:
            lines = capsys.readouterr().out.splitlines()
            exports = dict(shlex.split(line)[1].split("=", 1) for line in lines if line.startswith("export "))
            configuration = Configuration.from_env(exports)
            configuration.proxy = ""
            with ApiClient(configuration) as client:
                listed = AIToolsApi(client).list_ai_tool_executions("acme").executions
            found.append([str(configuration.access_token), *(item.execution_id for item in listed)])

        assert run(parsed(*arguments), wait) == 0
        return str(found[0][0]), found[0][1:]

    token, identifiers = served()
    assert (token, identifiers) == served()
    assert "exec_0123456789abcdef0123456789abcdef" in identifiers
    with Emulator(seed=int(arguments[1]) if arguments else 0) as service:
        assert service.token == token


def test_requests_are_logged_on_a_terminal_without_secrets() -> None:
    with terminal("emulator", "--token", "secret") as shown:
        until(lambda: "ORGANIZATION" in shown.shown)
        address = next(line for line in shown.shown.splitlines() if "QUANTCDN_HOST" in line).partition("http://")[2]
        connection = http.client.HTTPConnection(address.strip(), timeout=10)
        for target in ("/api/v3/organizations/acme/ai/tools?signature=1", "/generated/a.png?X-Amz-Signature=1"):
            connection.request("GET", target, headers={"Authorization": "Bearer secret"})
            connection.getresponse().read()
        connection.close()
        with socket.create_connection(tuple(address.strip().split(":")), timeout=10) as raw:
            raw.sendall(b"GET /\x1b[2J\xff HTTP/1.1\r\n\r\n")
            assert raw.recv(65_536)
        until(lambda: " 404" in shown.shown)
        shown.process.send_signal(signal.SIGTERM)
        assert shown.end() == 0
    log = shown.shown.partition("ORGANIZATION=demo")[2].split("\n")
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line.strip()) for line in log if line.strip()] == [
        "GET /api/v3/organizations/acme/ai/tools 200",
        "GET /generated/a.png 400",
        "GET /%1B%5B2J%C3%BF 404",
    ]


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
        connection = http.client.HTTPConnection(lines[3].partition("http://")[2].strip(), timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200  # and no line is written about it, since nobody is at a terminal
        connection.close()
        process.send_signal(number)
        assert process.communicate() == ("", "")
        watchdog.cancel()
    assert process.returncode == 0
