"""How the local service speaks HTTP, and how its connections end."""

from __future__ import annotations

import http.client
import json
import threading

import pytest

from quantcdn.emulator import Emulator, Fault
from test.helpers.emulator_requests import TOOLS, ask, connect, exchange


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_methods_other_than_get_are_not_allowed(quantcdn_emulator: Emulator, method: str) -> None:
    response, body = ask(quantcdn_emulator, TOOLS, method=method)
    assert (response.status, response.headers["Allow"]) == (405, "GET")
    assert body == (b"" if method == "HEAD" else json.dumps({"error": f"Method {method} not allowed"}).encode())


@pytest.mark.parametrize(
    "target", ["/nowhere", f"{TOOLS}/", f"{TOOLS}/executions/a/b", "/api/v3/organizations//ai/tools"]
)
def test_unknown_routes_are_not_found(quantcdn_emulator: Emulator, target: str) -> None:
    response, body = ask(quantcdn_emulator, target)
    assert (response.status, json.loads(body)) == (404, {"error": "Route not found"})


@pytest.mark.parametrize(("request_line", "status"), [(b"BREW / HTTP/1.1", b"501"), (b"GET / HTTP/9.9", b"505")])
def test_an_unreadable_request_gets_a_json_response(
    quantcdn_emulator: Emulator, request_line: bytes, status: bytes
) -> None:
    received = exchange(quantcdn_emulator, request_line + b"\r\nContent-Length: 0\r\n\r\n")
    assert received.startswith((b"HTTP/1.1 " + status, b'{"error"'))
    assert "error" in json.loads(received.rpartition(b"\r\n")[2])


def test_a_connection_serves_many_requests_also_with_bodies(quantcdn_emulator: Emulator) -> None:
    connection = http.client.HTTPConnection(quantcdn_emulator.url.removeprefix("http://"), timeout=5)
    connection.connect()
    used = connection.sock
    for _ in range(3):
        connection.request("POST", TOOLS, body=b"GET / HTTP/1.1\r\n\r\n")
        response = connection.getresponse()
        assert (response.status, response.read()[:8]) == (405, b'{"error"')
        assert connection.sock is used
    connection.close()


@pytest.mark.parametrize(
    "header", [b"Transfer-Encoding: chunked", b"Content-Length: many", b"Content-Length: 9999999999"]
)
def test_a_connection_ends_where_the_next_request_could_not_be_found(
    quantcdn_emulator: Emulator, header: bytes
) -> None:
    received = exchange(quantcdn_emulator, b"POST / HTTP/1.1\r\n" + header + b"\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nConnection: close\r\n" in received


def test_a_client_that_asks_first_may_send_its_body(quantcdn_emulator: Emulator) -> None:
    with connect(quantcdn_emulator) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 405 ")


def test_closing_ends_idle_connections_and_threads() -> None:
    before = threading.active_count()
    service = Emulator()
    with connect(service) as idle, connect(service) as used:
        used.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert used.recv(65_536)
        service.close()
        service.close()
        assert idle.recv(1) == used.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(service)
    assert threading.active_count() == before


def test_a_client_that_goes_away_disturbs_nobody(
    quantcdn_emulator: Emulator, capfd: pytest.CaptureFixture[str]
) -> None:
    quantcdn_emulator.add_fault(Fault(body=b"x" * 10_000_000))
    with connect(quantcdn_emulator) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert connection.recv(1)
    assert ask(quantcdn_emulator, TOOLS)[0].status == 200
    quantcdn_emulator.close()
    assert capfd.readouterr() == ("", "")


def test_an_error_in_the_service_itself_is_shown(
    quantcdn_emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> float:
        raise LookupError("a clock without hands")

    monkeypatch.setattr(quantcdn_emulator.clock, "now", fail)
    assert exchange(quantcdn_emulator, b"GET / HTTP/1.1\r\n\r\n") == b""
    quantcdn_emulator.close()
    assert "a clock without hands" in capfd.readouterr().err
