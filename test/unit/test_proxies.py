"""The proxy of the environment is found as curl finds it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn._configuration.checks import checked_proxy
from quantcdn._transport.proxies import bypasses_proxy, chosen_proxy, environment_proxy

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


HOSTS_OF_THIS_MACHINE = ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1", "https://127.3.2.1"]


@pytest.mark.parametrize("host", HOSTS_OF_THIS_MACHINE)
def test_this_machine_is_never_reached_through_a_proxy_of_the_environment(host: str) -> None:
    environ = {"HTTP_PROXY": "http://other:1", "HTTPS_PROXY": "http://other:1", "ALL_PROXY": "http://other:1"}
    assert chosen_proxy(host, None, None, environ) == ""
    assert chosen_proxy("http://api.localhost", None, None, environ) == "http://other:1"


@pytest.mark.parametrize("host", HOSTS_OF_THIS_MACHINE)
def test_a_proxy_of_the_settings_is_meant_for_this_machine_too(host: str) -> None:
    assert chosen_proxy(host, "http://own:1", None, {}) == "http://own:1"
    assert chosen_proxy(host, "http://own:1", "localhost,127.0.0.0/8,::1", {}) == ""


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


# Whether curl 7.88, requests 2.34 and httpx 0.28 go without a proxy; the last column is ours.
@pytest.mark.parametrize(
    ("host", "no_proxy", "curl", "requests", "httpx", "ours"),
    [
        ("http://a.example", ".a.example", True, True, False, True),
        ("http://b.a.example", "*.a.example", False, False, False, True),
        ("http://a.example", "*.a.example", False, False, False, False),
        ("http://a.example:8443", "a.example:8443", False, True, True, True),
        ("http://a.example:8443", "a.example:99", False, False, False, False),
        ("http://a.example", "a.example:80", False, False, False, True),
        ("https://a.example", "a.example:443", False, False, False, True),
        ("http://b.a.example:8443", "a.example:8443", False, True, True, True),
        ("http://b.a.example:8443", "*.a.example:8443", False, False, False, True),
        ("http://127.0.0.1:81", "0.0.1", False, True, True, False),
        ("http://10.1.2.3", "2.3", False, True, True, False),
        ("http://10.1.2.3", "10.0.0.0/8", True, True, False, True),
        ("http://10.1.2.3:81", "10.1.2.3:81", False, False, True, True),
        ("http://10.1.2.3:82", "10.1.2.3:81", False, False, False, False),
        ("http://[fe80::1]", "[fe80::1]", False, False, False, True),
        ("http://[fe80::1]:81", "[fe80::1]:81", False, False, False, True),
        ("http://a.example.", "a.example", True, False, False, True),
        ("http://a.example", "a.example.", True, False, False, True),
        ("http://xa.example", "a.example", False, False, False, False),
        ("http://a.example", "b.example a.example", True, False, False, True),
        ("http://a.example", "b.example,*", False, False, True, True),
        ("http://a.example", "http://a.example", False, False, True, False),
        ("http://[::ffff:10.1.2.3]", "10.0.0.0/8", False, False, False, True),
    ],
)
def test_a_form_that_one_of_the_known_clients_takes_is_taken_where_it_can_mean_but_one_thing(
    host: str, no_proxy: str, curl: bool, requests: bool, httpx: bool, ours: bool
) -> None:
    assert bypasses_proxy(host, no_proxy) is ours


@given(no_proxy=st.text())
def test_any_no_proxy_is_read(no_proxy: str) -> None:
    assert bypasses_proxy(HOST, no_proxy) in (True, False)
