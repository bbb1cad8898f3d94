"""Rows 1 to 3: no connection, a broken one, a kept one that the server has closed, and hosts that cannot be found."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from quantcdn import ApiConnectionException, ApiTimeoutException, Timeout
from test.helpers.certificates import Certificates
from test.helpers.failures import calling
from test.helpers.ports import black_hole, dead_port
from test.helpers.programs import Nginx
from test.helpers.proxies import Relay
from test.helpers.server import Answer, ScriptedServer, answer, close, reset, then_close

NAMES = {"tools": ["get_weather"], "count": 1}
GOOD = answer(200, NAMES)
GARBAGE = then_close(b"\x00\x01 this is no HTTP \x1b[31m\r\n\r\n")

BROKEN = [
    pytest.param(reset, "connection failed", id="reset"),
    pytest.param(close, "connection failed", id="closed"),
    pytest.param(GARBAGE, "no HTTP status line", id="garbage"),
    pytest.param(then_close(b"HTTP/1.1 abc Reason\r\n\r\n"), "no HTTP status line", id="status-of-letters"),
    pytest.param(then_close(b"SSH-2.0-OpenSSH_9.2\r\n"), "no HTTP status line", id="other-protocol"),
    pytest.param(then_close(b"HTT"), "no HTTP status line", id="half-a-status-line"),
    # http.client takes half a head for a whole one, and here an empty answer for a good one.
    pytest.param(then_close(b"HTTP/1.1 200 OK\r\nContent-Le"), "ended early", id="half-a-head"),
    pytest.param(then_close(b"HTTP/1.1 404 Not Found\r\n"), "ended early", id="status-line-alone"),
]

Resolver = Callable[..., list[Any]]


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int] | socket.gaierror) -> list[str]:
    """Let ``service.test`` have these addresses, or one error after another; returns the names that were asked for."""
    real: Resolver = socket.getaddrinfo
    asked: list[str] = []

    def resolve(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        if not str(host).endswith(".test"):
            return real(host, port, *rest, **named)
        asked.append(host)
        first = addresses[min(len(asked), len(addresses)) - 1]
        if isinstance(first, socket.gaierror):
            raise first
        good = [address for address in addresses if isinstance(address, tuple)]
        return [found for address in good for found in real(*address, *rest, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_a_refused_connection_is_tried_three_times_by_default() -> None:
    with dead_port() as port, calling(f"http://127.0.0.1:{port}", retries=None) as calls:
        error = calls.failure(ApiConnectionException, attempts=3)  # without the table of passing failures: 1
        assert "refused" in str(error)
        assert isinstance(error, ConnectionError)
        assert calls.pauses == [0.5, 1.0]


def test_a_refused_connection_is_tried_once_without_retries() -> None:
    with dead_port() as port, calling(f"http://127.0.0.1:{port}") as calls:
        calls.failure(ApiConnectionException, attempts=1)  # a new socket must not count as a reused one


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_connection_that_breaks_before_a_response_is_tried_again(broken: Answer, reason: str) -> None:
    with ScriptedServer(broken) as server, calling(server.url, retries=2) as calls:
        error = calls.failure(ApiConnectionException, attempts=3)  # taken for final, one request would be seen
        assert reason in str(error)
        assert str(error).isprintable()
        assert (len(server.requests), server.connections) == (3, 3)


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_new_connection_that_breaks_is_not_resent_beside_the_retries(broken: Answer, reason: str) -> None:
    with ScriptedServer(broken) as server, calling(server.url) as calls:
        assert reason in str(calls.failure(ApiConnectionException))
        assert (len(server.requests), server.connections) == (1, 1)  # resent whatever the socket: 2


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_call_survives_one_broken_connection(broken: Answer, reason: str) -> None:
    with ScriptedServer(broken, GOOD) as server, calling(server.url, retries=1) as calls:
        assert calls.names() == ["get_weather"]
        assert (len(server.requests), server.connections) == (2, 2)
        assert calls.pauses == [0.5]


class Slamming(ScriptedServer):
    """Resets a connection before it has read anything."""

    def _serve(self, plain: socket.socket, number: int) -> None:
        with plain, pytest.raises(ConnectionAbortedError):
            reset(plain)


def test_a_connection_reset_before_the_request_is_tried_again() -> None:
    with Slamming() as server, calling(server.url, retries=2) as calls:
        calls.failure(ApiConnectionException, attempts=3)
        assert server.connections == 3


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_reused_connection_that_breaks_is_replaced_at_once(broken: Answer, reason: str) -> None:
    with ScriptedServer(GOOD, broken, GOOD) as server, calling(server.url) as calls:
        calls.names()
        assert calls.names() == ["get_weather"]  # without the resend the call fails, since there are no retries
        assert calls.pauses == []
        assert [request.connection for request in server.requests] == [1, 1, 2]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_reused_connection_is_replaced_only_once(broken: Answer, reason: str) -> None:
    with ScriptedServer(GOOD, broken) as server, calling(server.url) as calls:
        calls.names()
        assert reason in str(calls.failure(ApiConnectionException, attempts=2, resent=1))
        assert [request.connection for request in server.requests] == [1, 1, 2]  # without the mark "resent": more
        assert calls.pauses == []


def test_the_resend_comes_on_top_of_the_retries() -> None:
    with ScriptedServer(GOOD, reset) as server, calling(server.url, retries=2) as calls:
        calls.names()
        calls.failure(ApiConnectionException, attempts=4, resent=1)
        assert [request.connection for request in server.requests] == [1, 1, 2, 3, 4]


def test_the_resend_goes_over_a_new_connection_however_many_are_kept() -> None:
    together = threading.Barrier(3)

    def meet(connection: socket.socket) -> None:
        together.wait(5)
        connection.sendall(GOOD)

    with ScriptedServer(meet, meet, meet, reset, GOOD) as server, calling(server.url) as calls:
        with ThreadPoolExecutor(3) as threads:
            assert len([task.result() for task in [threads.submit(calls.names) for _ in range(3)]]) == 3
        calls.names()
        assert [request.connection for request in server.requests][4:] == [4]  # another kept one may be broken too


def test_an_attempt_that_is_late_on_a_reused_connection_is_not_resent() -> None:
    with ScriptedServer(GOOD, lambda _: server.wait(2)) as server:
        with calling(server.url, timeout=Timeout(3, 0.3, 3)) as calls:
            calls.names()
            calls.failure(ApiTimeoutException, limit=0.3)  # resent, it would take twice the limit
            assert len(server.requests) == 2


def test_a_kept_connection_that_the_server_closed_is_not_noticed() -> None:
    with ScriptedServer(then_close(GOOD)) as server, calling(server.url) as calls:
        for _ in range(3):
            assert calls.names() == ["get_weather"]
        assert (len(server.requests), server.connections, calls.pauses) == (3, 3, [])


def test_a_kept_connection_that_nginx_closed_is_not_noticed(nginx: Nginx) -> None:
    with calling(nginx.plain_url) as calls:
        assert calls.names() == calls.names() == ["get_weather"]
        time.sleep(0.35)  # nginx closes after 0.2 s
        assert calls.names() == ["get_weather"]
        assert calls.pauses == []
    connections = [line.split()[1] for line in nginx.requests(3)]
    assert len(connections) == 3
    assert connections[0] == connections[1] != connections[2]


def test_a_kept_tls_connection_that_nginx_closed_is_not_noticed(nginx: Nginx, certificates: Certificates) -> None:
    with calling(nginx.url, ssl_ca_cert=certificates.file) as calls:
        calls.names()
        time.sleep(0.35)
        assert calls.names() == ["get_weather"]
        assert calls.pauses == []
    assert len({line.split()[1] for line in nginx.requests(2)}) == 2


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_response_cut_by_the_network_is_tried_again(nginx: Nginx, cut: int) -> None:
    with Relay(nginx.plain, cut=cut) as relay, calling(relay.url, retries=1) as calls:
        calls.failure(ApiConnectionException, attempts=2)
        assert relay.connections == len(nginx.requests(2)) == 2


def test_a_network_that_delivers_byte_by_byte_does_no_harm(nginx: Nginx) -> None:
    with Relay(nginx.plain, piece=1) as relay, calling(relay.url) as calls:
        assert calls.names() == ["get_weather"]


def test_a_network_that_stalls_is_left_within_the_limit(nginx: Nginx) -> None:
    with Relay(nginx.plain, stall=20) as relay, calling(relay.url, timeout=Timeout(3, 0.15, 3)) as calls:
        calls.failure(ApiTimeoutException, limit=0.15)  # before nginx ends the connection
        assert relay.connections == 1


def test_an_unknown_host_is_named_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    with calling("https://service.test", retries=2) as calls:
        error = calls.failure(ApiConnectionException, attempts=1)  # taken for passing, it would be asked three times
        assert "service.test" in str(error)
        assert "the host is unknown" in str(error)
        assert asked == ["service.test"]


@pytest.mark.parametrize("code", ["EAI_NONAME", "EAI_FAIL", "EAI_NODATA"])
def test_a_final_word_of_the_resolver_is_not_doubted(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    asked = resolving(monkeypatch, socket.gaierror(getattr(socket, code), "no"))
    with calling("https://service.test", retries=2) as calls:
        calls.failure(ApiConnectionException, attempts=1)
        assert len(asked) == 1


def test_trouble_of_the_resolver_that_may_pass_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"))
    with calling("https://service.test", retries=2) as calls:
        error = calls.failure(ApiConnectionException, attempts=3)  # taken for an unknown host: 1
        assert "just now" in str(error)
        assert len(asked) == 3


def test_a_call_survives_passing_trouble_of_the_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(GOOD) as server:
        passing = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        asked = resolving(monkeypatch, passing, ("127.0.0.1", server.port))
        with calling("http://service.test", retries=1, allow_http=True) as calls:
            assert calls.names() == ["get_weather"]
            assert (len(asked), len(server.requests), len(calls.pauses)) == (2, 1, 1)


def test_a_host_that_no_resolver_takes_is_an_unknown_one() -> None:
    with calling(f"https://{'a' * 64}.test", retries=2) as calls:
        calls.failure(ApiConnectionException, attempts=1)  # UnicodeError of the idna codec would come through


def test_a_black_hole_is_left_within_the_limit_for_connecting() -> None:
    with black_hole() as port, calling(f"http://127.0.0.1:{port}", timeout=Timeout(0.3, 3, 3)) as calls:
        error = calls.failure(ApiTimeoutException, limit=0.3)
        assert "no connection within the time limit" in str(error)
        assert isinstance(error, TimeoutError)


def test_a_black_hole_is_tried_again() -> None:
    with black_hole() as port, calling(f"http://127.0.0.1:{port}", retries=2, timeout=Timeout(0.2, 3, 3)) as calls:
        calls.failure(ApiTimeoutException, attempts=3, limit=0.6)


def test_the_limit_of_the_whole_call_ends_connecting_too() -> None:
    with black_hole() as port, calling(f"http://127.0.0.1:{port}", retries=5, timeout=Timeout(3, 3, 0.3)) as calls:
        error = calls.failure(ApiTimeoutException, limit=0.3)
        assert "0.3 s for the whole call" in str(error)


def test_four_dead_addresses_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        holes = [(f"127.0.0.{n}", stack.enter_context(black_hole(f"127.0.0.{n}"))) for n in range(1, 5)]
        resolving(monkeypatch, *holes)
        with calling("http://service.test", allow_http=True, timeout=Timeout(0.4, 3, 3)) as calls:
            calls.failure(ApiTimeoutException, limit=0.4)  # with a limit for each it would take 1.6 s


def test_a_good_address_behind_three_dead_ones_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack, ScriptedServer(GOOD) as server:
        holes = [(f"127.0.0.{n}", stack.enter_context(black_hole(f"127.0.0.{n}"))) for n in range(2, 5)]
        resolving(monkeypatch, *holes, ("127.0.0.1", server.port))
        with calling("http://service.test", allow_http=True, timeout=Timeout(0.4, 3, 3)) as calls:
            assert calls.names() == ["get_weather"]  # were the first given the whole limit, none would be left
            assert server.connections == 1


def test_an_ipv6_literal_is_reached() -> None:
    with ScriptedServer(GOOD, family=socket.AF_INET6) as server, calling(server.url) as calls:
        assert calls.names() == ["get_weather"]
        assert server.requests[0].headers["host"] == f"[::1]:{server.port}"


def test_an_ipv6_literal_that_refuses_is_named() -> None:
    with dead_port("::1") as port, calling(f"http://[::1]:{port}", retries=1) as calls:
        assert f"[::1]:{port}" in str(calls.failure(ApiConnectionException, attempts=2))


def test_a_dead_v6_address_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with dead_port("::1") as port, ScriptedServer(GOOD) as server:
        resolving(monkeypatch, ("::1", port), ("127.0.0.1", server.port))
        with calling("http://service.test", allow_http=True) as calls:
            assert calls.names() == ["get_weather"]
            assert (server.connections, calls.pauses) == (1, [])


def test_a_v6_black_hole_is_passed_over_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole("::1") as port, ScriptedServer(GOOD) as server:
        resolving(monkeypatch, ("::1", port), ("127.0.0.1", server.port))
        with calling("http://service.test", allow_http=True, timeout=Timeout(0.4, 3, 3)) as calls:
            started = time.monotonic()
            assert calls.names() == ["get_weather"]  # given the whole limit, the dead address would end the call
            assert time.monotonic() - started < 0.9
            assert (server.connections, calls.pauses) == (1, [])


def test_a_handshake_may_take_more_than_its_addresss_share(
    monkeypatch: pytest.MonkeyPatch, certificates: Certificates
) -> None:
    with ScriptedServer(GOOD, context=certificates.context("service.test")) as server, dead_port() as port:
        with Relay(server.port, latency=0.35) as relay:
            resolving(monkeypatch, ("127.0.0.1", relay.port), ("127.0.0.1", port))
            settings = {"ssl_ca_cert": certificates.file, "timeout": Timeout(0.6, 3, 3)}
            with calling("https://service.test", **settings) as calls:
                assert calls.names() == ["get_weather"]  # connecting alone is held to the half of the limit


def test_a_refused_address_after_a_black_hole_tells_of_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as hole, dead_port() as port:
        resolving(monkeypatch, ("127.0.0.1", hole), ("127.0.0.1", port))
        with calling("http://service.test", allow_http=True, timeout=Timeout(0.4, 3, 3)) as calls:
            calls.failure(ApiConnectionException, limit=0.4)


def test_no_credentials_are_taken_from_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login alice password n3trc\ndefault login bob password n3trc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(GOOD) as server, calling(server.url, access_token=None) as calls:
        calls.names()
        assert "authorization" not in server.requests[0].headers  # a client that reads netrc sends Basic here


def test_a_pool_without_any_fault_keeps_one_connection() -> None:
    with ScriptedServer(GOOD) as server, calling(server.url) as calls:
        assert [calls.names() for _ in range(3)] == [["get_weather"]] * 3
        assert (len(server.requests), server.connections) == (3, 1)
