"""The proxy of the environment is found as curl finds it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn.proxy import bypasses_proxy, checked_proxy, environment_proxy

HOST = "https://dashboard.quantcdn.io"


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://upper:1"}, "http://upper:1"),
        ({"https_proxy": "http://lower:1", "HTTPS_PROXY": "http://upper:1"}, "http://lower:1"),
        ({"ALL_PROXY": "socks5://all:1"}, "socks5://all:1"),
        ({"all_proxy": "http://lower:1", "ALL_PROXY": "http://upper:1"}, "http://lower:1"),
        ({"HTTPS_PROXY": "http://own:1", "ALL_PROXY": "http://all:1"}, "http://own:1"),
        ({"HTTP_PROXY": "http://other-scheme:1"}, ""),
        ({"HTTPS_PROXY": ""}, ""),
        ({"HTTPS_PROXY": "bare:3128"}, "http://bare:3128"),
    ],
)
def test_the_scheme_s_own_variable_wins_and_small_letters_win(environ: dict[str, str], proxy: str) -> None:
    assert environment_proxy(HOST, environ) == proxy


def test_http_proxy_does_not_count_inside_a_web_server() -> None:
    environ = {"HTTP_PROXY": "http://visitor:1"}
    assert environment_proxy("http://localhost", environ) == "http://visitor:1"
    assert environment_proxy("http://localhost", {**environ, "REQUEST_METHOD": "GET"}) == ""
    assert environment_proxy("http://localhost", {"http_proxy": "http://own:1", "REQUEST_METHOD": "GET"}) != ""


def test_a_variable_with_an_unusable_address_is_named_without_its_value() -> None:
    with pytest.raises(quantcdn.ApiValueError, match="HTTPS_PROXY: proxy must be") as caught:
        environment_proxy(HOST, {"HTTPS_PROXY": "gopher://user:pa55@proxy"})
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy", ["http://", "http://host:port", "http://host:0", "ftp://host", "http://ho st", "http://hö", "http://h\n"]
)
def test_an_unusable_address_is_refused(proxy: str) -> None:
    with pytest.raises(quantcdn.ApiValueError):
        checked_proxy(proxy)


@pytest.mark.parametrize(
    ("no_proxy", "bypassed"),
    [
        ("", False),
        ("*", True),
        ("dashboard.quantcdn.io", True),
        ("quantcdn.io", True),
        (".quantcdn.io", True),
        ("QUANTCDN.IO", True),
        ("other.example, quantcdn.io", True),
        ("other.example quantcdn.io", True),
        ("cdn.io", False),
        ("io", True),
        ("board.quantcdn.io", False),
        (",", False),
        (".", False),
        ("10.0.0.0/8", False),
    ],
)
def test_a_name_stands_for_itself_and_its_subdomains(no_proxy: str, bypassed: bool) -> None:
    assert bypasses_proxy(HOST, no_proxy) is bypassed


@pytest.mark.parametrize(
    ("host", "no_proxy", "bypassed"),
    [
        ("http://10.1.2.3", "10.0.0.0/8", True),
        ("http://11.1.2.3", "10.0.0.0/8", False),
        ("http://10.1.2.3:99", "10.1.2.3", True),
        ("http://[::1]", "::1", True),
        ("http://[::1]", "[::1]", True),
        ("http://[fe80::1]", "fe80::/10", True),
        ("http://10.1.2.3", "::/0", False),
        ("https://host.example.", "host.example", True),
    ],
)
def test_an_address_is_matched_by_itself_and_its_network(host: str, no_proxy: str, bypassed: bool) -> None:
    assert bypasses_proxy(host, no_proxy) is bypassed


@given(no_proxy=st.text())
def test_any_no_proxy_is_read(no_proxy: str) -> None:
    assert bypasses_proxy(HOST, no_proxy) in (True, False)
