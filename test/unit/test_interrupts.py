"""Ctrl-C ends what waits within a second on Windows too, where it does not interrupt a system call."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from quantcdn import AIToolsApi, ApiClient, ApiTimeoutException, Configuration, _portability
from quantcdn.cli.diagnostics import network_probe
from test.helpers.certificates import Certificates
from test.helpers.ports import black_hole
from test.helpers.server import ScriptedServer, answer


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_portability, "WINDOWS", True)
    # What Linux says of a socket that goes on connecting.
    monkeypatch.setattr(_portability, "is_connecting", lambda code: code == errno.EINPROGRESS)


@contextmanager
def interrupted_elsewhere(seconds: float) -> Iterator[None]:
    """Press Ctrl-C after some seconds: another thread gets the signal, and this one is not woken, as on Windows."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        timer.join()
    assert time.monotonic() - started < seconds + 1


def silent(connection: Any) -> None:
    connection.settimeout(20)
    connection.recv(1)


@pytest.mark.parametrize("with_tls", [False, True])
def test_ctrl_c_ends_a_receive_within_a_second(windows: None, with_tls: bool, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    context = certificates.context() if with_tls else None
    with ScriptedServer(silent, context=context) as server:
        configuration = Configuration(server.url, access_token="t", proxy="", ssl_ca_cert=certificates.file)
        with ApiClient(configuration) as client, interrupted_elsewhere(0.3):
            AIToolsApi(client).list_ai_tool_names("acme")


def test_ctrl_c_ends_connecting_within_a_second(windows: None) -> None:
    with black_hole() as port:
        configuration = Configuration(f"http://127.0.0.1:{port}", access_token="t", proxy="")
        with ApiClient(configuration) as client, interrupted_elsewhere(0.3):
            AIToolsApi(client).list_ai_tool_names("acme")


def test_the_limits_hold_where_a_receive_is_in_parts(windows: None) -> None:
    def late(connection: Any) -> None:
        server.wait(0.8)
        connection.sendall(answer(200, {"tools": [], "count": 0}))

    with ScriptedServer(late) as server:
        for read, expected in ((20, None), (0.6, ApiTimeoutException)):
            configuration = Configuration(server.url, access_token="t", proxy="", timeout=(1, read), retries=0)
            with ApiClient(configuration) as client:
                context = pytest.raises(expected) if expected else nullcontext()
                with context:
                    assert AIToolsApi(client).list_ai_tool_names("acme").count == 0


def test_doctor_ends_within_a_second_of_ctrl_c() -> None:
    with interrupted_elsewhere(0.2):
        network_probe.within(20, threading.Event().wait)


def test_connecting_has_its_whole_limit_in_parts(windows: None) -> None:
    with black_hole() as port:
        configuration = Configuration(
            f"http://127.0.0.1:{port}", access_token="t", timeout=(0.8, 9), retries=0, proxy=""
        )
        started = time.monotonic()
        with ApiClient(configuration) as client, pytest.raises(ApiTimeoutException, match="no connection"):
            AIToolsApi(client).list_ai_tool_names("acme")
        assert time.monotonic() - started >= 0.8
