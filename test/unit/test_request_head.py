"""The heads of requests, to the letter."""

from __future__ import annotations

import pytest

import quantcdn
from quantcdn._transport import attempts, connections
from test.helpers.server import ScriptedServer, answer

NAMES = answer(200, {"tools": [], "count": 0})


def head_of(**options: object) -> tuple[str, str]:
    """Send a request; gives the server's address and what it got."""
    with ScriptedServer(NAMES) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", proxy="")
        with quantcdn.ApiClient(configuration) as client:
            quantcdn.AIToolsApi(client).list_ai_tool_names("a b", **options)  # type: ignore[arg-type]
        return server.url, server.requests[0].head.decode("latin-1")


def test_a_request_goes_out_to_the_letter() -> None:
    url, head = head_of()
    assert sorted(head.split("\r\n")) == sorted(
        [
            "GET /api/v3/organizations/a%20b/ai/tools/names HTTP/1.1",
            f"Host: {url.removeprefix('http://')}",
            "Accept: application/json",
            "Accept-Encoding: gzip",
            f"User-Agent: {quantcdn.ApiClient(quantcdn.Configuration()).user_agent}",
            "Authorization: Bearer t0ken",
            "",
            "",
        ]
    )
    assert head.startswith("GET ")
    assert head.endswith("\r\n\r\n")


def test_the_caller_s_host_header_is_the_only_one() -> None:
    head = head_of(_headers={"host": "other.test"})[1]
    assert [line for line in head.split("\r\n") if line.lower().startswith("host:")] == ["host: other.test"]


@pytest.mark.parametrize(
    ("host", "authority"),
    [
        ("https://API.example", "api.example"),
        ("https://api.example:443/base", "api.example"),
        ("https://api.example:80", "api.example:80"),
        ("http://127.0.0.1:80", "127.0.0.1"),
        ("http://localhost:8443", "localhost:8443"),
        ("https://[::1]:443", "[::1]"),
        ("https://[::1]:8443", "[::1]:8443"),
    ],
)
def test_a_host_header_has_no_usual_port(host: str, authority: str) -> None:
    assert attempts.authority(host) == authority


@pytest.mark.parametrize("value", ["a\r\nB: c", "a\nB: c", "a\rB: c"])
def test_a_line_break_in_a_header_is_never_sent(value: str) -> None:
    # Settings and options are checked before; a proxy's headers come from elsewhere.
    with pytest.raises(ValueError, match="line break"):
        connections._head("GET", "/", "api.example", {"A": value})
