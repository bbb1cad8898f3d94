"""The doctor says which settings are in force, goes the way to the service step by step, and ends in time."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import quantcdn
from quantcdn.cli import main
from quantcdn.emulator import Emulator, Fault
from test.helpers.certificates import Certificates
from test.helpers.ports import black_hole, dead_port
from test.helpers.process import on_terminal, run
from test.helpers.programs import Tinyproxy
from test.helpers.proxies import ConnectProxy
from test.helpers.server import Answer, ScriptedServer, answer, close, then_close

TOKEN = "s3cr3t-0f-the-test"
NAMES = answer(200, {"tools": ["get_weather", "calculate"], "count": 2})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tinyproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tinyproxy]:
    proxy = Tinyproxy(tmp_path_factory.mktemp("tinyproxy"))
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def guarded_tinyproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tinyproxy]:
    proxy = Tinyproxy(tmp_path_factory.mktemp("guarded"), "alice", "pa55w0rd")
    yield proxy
    proxy.stop()


class Report:
    """What one run of the command said: the state and the text of each check, in their order."""

    def __init__(self, *arguments: str, stdin: str = "", token: str = TOKEN, **environ: str) -> None:
        self.done = run("doctor", *arguments, stdin=stdin, **{"QUANTCDN_API_TOKEN": token, "NO_PROXY": "", **environ})
        assert self.done.err == ""
        assert token == "" or token not in self.done.out
        self.code = self.done.code
        lines = [re.fullmatch("(ok|fail|skip) +([a-z]+): (.+)", line) for line in self.done.out.splitlines()]
        assert all(lines), self.done.out
        self.states = {line[2]: line[1] for line in lines if line}
        self.texts = {line[2]: line[3] for line in lines if line}

    @property
    def failed(self) -> list[str]:
        return [name for name, state in self.states.items() if state == "fail"]

    def only(self, name: str, code: int) -> str:
        """Check that one check alone fails, and give its text."""
        assert (self.failed, self.code) == ([name], code), self.done.out
        return self.texts[name]


def elsewhere(url: str) -> str:
    """Write the address of a local server so that it is not this machine by its very name; Linux takes it for that."""
    return url.replace("localhost", "0.0.0.0")


def of_host(url: str, *arguments: str, **environ: str) -> Report:
    return Report("--host", url, "--organisation", "acme", "--timeout", "5", *arguments, **environ)


def jwt(header: object = None, **claims: object) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"} if header is None else header, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2lnbmF0dXJl"])


def test_with_the_local_service_all_is_well() -> None:
    report = Report("--emulator", token="", HTTP_PROXY="http://127.0.0.1:1")
    assert re.fullmatch(
        r"""ok    host: http://127\.0\.0\.1:\d+ \(--emulator\)
ok    token: \*{8}, \d+ characters \(--emulator\)
ok    expiry: the token is no JWT, so that only the service knows how long it is good
ok    organisation: demo \(--emulator\)
ok    proxy: none
ok    name: 127\.0\.0\.1 is an address
ok    connection: 127\.0\.0\.1 port \d+, made in \d\.\d\d s
skip  tls: the host is http, which is not encrypted
ok    call: the names of 4 tools came in \d\.\d\d s
ok    versions: quantcdn [\w.]+, Python [\w.+]+, urllib3 [\w.]+, pydantic [\w.]+, \w+SSL .*, \w+ \w+
""",
        report.done.out,
    )
    assert report.code == 0


def test_a_variable_of_authorities_that_is_not_read_is_told() -> None:
    report = Report("--emulator", token="", REQUESTS_CA_BUNDLE="/etc/ssl/authorities.pem")
    assert report.texts["authorities"] == "REQUESTS_CA_BUNDLE is not read; SSL_CERT_FILE names a file of authorities"
    assert report.code == 0


def test_each_setting_is_told_with_where_it_came_from(tmp_path: Path) -> None:
    file = tmp_path / "quantcdn" / "config.toml"
    file.parent.mkdir()
    file.write_text('organisation = "acme"\nhost = "https://host.example"\ntoken = "0ther"\n')
    file.chmod(0o600)
    with Emulator(token=TOKEN, organisation="acme") as service:
        report = Report("--host", service.url, XDG_CONFIG_HOME=str(tmp_path))
        assert report.code == 0, report.done.out
        assert report.texts["host"] == f"{service.url} (--host)"
        assert report.texts["token"] == f"********, {len(TOKEN)} characters (environment QUANTCDN_API_TOKEN)"
        assert report.texts["organisation"] == f"acme ({file})"
        piped = Report("--host", service.url, "--token-file", "-", stdin=TOKEN, token="", XDG_CONFIG_HOME=str(tmp_path))
        assert piped.code == 0
        assert piped.texts["token"].endswith("(--token-file -)")


def test_a_file_of_settings_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "quantcdn" / "config.toml"
    file.parent.mkdir()
    file.write_text("token = '0ther'\n")
    file.chmod(0o644)
    assert f"chmod 600 {file}" in Report(XDG_CONFIG_HOME=str(tmp_path)).only("settings", 2)
    file.write_text("token\n")
    file.chmod(0o600)
    assert "is not TOML" in Report(XDG_CONFIG_HOME=str(tmp_path)).only("settings", 2)


DAY = 86_400


@pytest.mark.parametrize(
    ("claims", "state", "said"),
    [
        ({"exp": 3 * DAY + 60}, "ok", r"the JWT is good until 20\d\d-\d\d-\d\d .* UTC, for 3 days; .* not verified"),
        ({"exp": 7_300}, "ok", "for 2 hours;"),
        ({"exp": 45.5}, "ok", "for 4[0-9] seconds;"),
        (
            {"exp": -400},
            "fail",
            "the JWT has expired on .* UTC, 6 minutes ago: make a new one in the QuantCDN dash",
        ),
        ({"exp": 2 * DAY, "nbf": DAY}, "fail", "the JWT is not good before .*: check this machine's clock"),
        ({"nbf": -DAY}, "ok", "the JWT does not say how long it is good"),
    ],
)
def test_a_jwt_is_read_for_when_it_expires(claims: dict[str, float], state: str, said: str) -> None:
    token = jwt(sub="user", **{name: time.time() + seconds for name, seconds in claims.items()})
    with Emulator(token=token) as service:
        report = of_host(service.url, token=token)
    assert report.states["expiry"] == state
    assert re.search(said, report.texts["expiry"])
    assert report.states["call"] == "ok"  # the service is the judge
    assert report.code == (4 if state == "fail" else 0)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("opaque", "is no JWT"),
        ("a.b", "is no JWT"),
        ("a.b.c", "is no JWT"),
        ("!!.%%.c", "is no JWT"),
        (jwt("text", exp=1), "is no JWT"),
        (f"{jwt().partition('.')[0]}.{base64.urlsafe_b64encode(b'[' * 100_000).decode()}.c", "is no JWT"),
        (f"{jwt().partition('.')[0]}.W10.c", "is no JWT"),
        (jwt(exp=True), "does not say"),
        (jwt(exp="1"), "does not say"),
        (jwt(exp=-1), "does not say"),
        (jwt(exp=1e300), "does not say"),
        (jwt(exp=float("nan")), "does not say"),
        (jwt(exp=253_402_300_799), "until 9999-12-31 23:59:59 UTC"),
        (jwt(exp=0), "expired on 1970-01-01 00:00:00 UTC"),
    ],
)
def test_any_other_token_is_no_trouble(
    token: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QUANTCDN_API_TOKEN", token)
    with dead_port() as port:
        main(["doctor", "--host", f"http://127.0.0.1:{port}"])
    (expiry,) = [line for line in capsys.readouterr().out.splitlines() if "  expiry: " in line]
    assert said in expiry


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, 4, "Check the access token"),
        (401, 4, "Make a token in the QuantCDN dashboard, under Profile, API Tokens, and run 'quantcdn login'"),
        (403, 4, "check the organisation's name and the scopes"),
        (404, 3, "Check that the host is the service's"),
        (429, 1, "Send fewer requests"),
        (500, 1, "try again later"),
    ],
)
def test_a_call_that_is_refused_says_what_to_do(status: int, code: int, said: str) -> None:
    with Emulator(token=TOKEN) as service:
        service.add_fault(Fault(status=status), times=None)
        report = of_host(service.url)
        assert len(service.requests) == 1
    assert said in report.only("call", code)


def test_an_organisation_that_is_not_the_tokens_ends_as_not_allowed() -> None:
    with Emulator(token=TOKEN, organisation="other") as service:
        assert "403" in of_host(service.url).only("call", 4)


def test_a_login_page_in_place_of_the_service_is_recognised() -> None:
    with ScriptedServer(answer(200, "<html>log in</html>")) as server:
        assert "no proxy asks for a login" in of_host(server.url).only("call", 1)


@pytest.mark.parametrize(
    ("arguments", "environ", "name"),
    [
        ([], {}, "organisation"),
        (["--organisation", " "], {}, "organisation"),
        (["--organisation", "a"], {"token": ""}, "token"),
        (["--organisation", "a"], {"token": "bl anks"}, "token"),
    ],
)
def test_without_a_setting_the_way_is_tried_all_the_same(
    arguments: list[str], environ: dict[str, str], name: str
) -> None:
    with Emulator() as service:
        report = Report("--host", service.url, *arguments, **environ)
        assert service.requests == ()
    report.only(name, 2)
    assert report.states["connection"] == "ok"
    assert report.texts["call"] == f"not tried, since {name} failed"


def test_a_host_that_cannot_be_one_is_named_and_not_tried() -> None:
    report = of_host("nowhere")
    assert report.only("host", 2).startswith("--host: host must be https://")
    assert report.states["network"] == "skip"


def test_a_limit_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("0", "-1", "nan", "1e9"):
        assert main(["doctor", "--emulator", "--timeout", wrong]) == 2
        assert "--timeout must be " in capsys.readouterr().err


def test_an_unknown_name_is_told_and_nothing_more_is_tried() -> None:
    report = of_host("https://nowhere.invalid")
    assert report.only("name", 1).startswith("nowhere.invalid port 443: ")
    assert [report.states[name] for name in ("connection", "tls", "call")] == ["skip"] * 3
    assert report.texts["tls"] == "not tried, since name failed"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (socket.EAI_NONAME, "check the host (--host), or set HTTPS_PROXY where only a proxy leads out"),
        (socket.EAI_AGAIN, "check that this machine is online, and its resolver"),
    ],
)
def test_what_to_do_depends_on_why_a_name_is_not_resolved(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int, said: str
) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "no such thing")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setenv("NO_PROXY", "*")
    main(["doctor", "--host", "https://host.test"])
    assert f"fail  name: host.test port 443: no such thing: {said}\n" in capsys.readouterr().out


def test_a_resolver_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(60))
    monkeypatch.setenv("NO_PROXY", "*")
    started = time.monotonic()
    main(["doctor", "--host", "https://host.test", "--timeout", "0.1"])
    ended.set()
    assert time.monotonic() - started < 5
    assert "fail  name: host.test port 443: no response within 0.1 s: check that" in capsys.readouterr().out


def test_a_port_where_nobody_listens_is_told() -> None:
    with dead_port() as port:
        report = of_host(f"http://127.0.0.1:{port}")
        assert report.only("connection", 1).startswith(f"127.0.0.1 port {port}: Connection refused: check the host (--")


def test_a_black_hole_is_told_within_the_limit() -> None:
    with black_hole() as port:
        report = of_host(f"http://127.0.0.1:{port}", "--timeout", "0.2")
    assert "no response within 0.2 s: check the host (--host)" in report.only("connection", 1)


def test_all_addresses_share_the_limit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with black_hole() as hole, Emulator(token=TOKEN) as service:
        port = int(service.url.rpartition(":")[2])
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        found = [(*kind, ("127.0.0.1", hole)), (*kind, ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setenv("QUANTCDN_API_TOKEN", TOKEN)
        assert main(["doctor", "--host", service.url, "--organisation", "acme", "--timeout", "1.6"]) == 0
    made = re.search(f"ok    connection: 127.0.0.1 port {port}, made in (.*) s", capsys.readouterr().out)
    assert made
    assert 0.7 < float(made[1]) < 1.5  # half of it for each of the two


def test_tls_is_told_with_version_authority_and_end(certificates: Certificates) -> None:
    with ScriptedServer(NAMES, context=certificates.context()) as server:
        report = of_host(server.url, SSL_CERT_FILE=certificates.file)
    assert report.code == 0, report.done.out
    assert re.fullmatch(r"TLSv1\.3, certificate from trustme .*, good until 20\d\d-\d\d-\d\d", report.texts["tls"])
    assert re.fullmatch(r"localhost is .*127\.0\.0\.1.*, found in \d\.\d\d s", report.texts["name"])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"expired": True}, "(certificate has expired): check this machine's clock"),
        ({"unknown": True}, "where this network opens TLS, SSL_CERT_FILE must name its authorities"),
        ({"names": ("other.example",)}, "certificate is not valid for 'localhost'): check the host's name"),
    ],
)
def test_a_certificate_that_is_not_accepted_is_told_with_what_to_do(
    certificates: Certificates, settings: dict[str, bool | tuple[str, ...]], said: str
) -> None:
    names = settings.pop("names", ())
    with ScriptedServer(NAMES, context=certificates.context(*names, **settings)) as server:
        text = of_host(server.url, SSL_CERT_FILE=certificates.file).only("tls", 1)
    assert said in text
    assert server.requests == []  # no call was made


@contextmanager
def raw_server(serve: Callable[[socket.socket], object]) -> Iterator[str]:
    """Accept one connection and let a function do with it what it likes; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            connection, _ = listening.accept()
            with connection:
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def test_a_port_that_does_not_speak_tls_is_told() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(serve) as url:
        assert "check the host's scheme and port" in of_host(url).only("tls", 1)


def test_a_cut_in_the_handshake_is_told() -> None:
    with raw_server(lambda connection: connection.recv(65_536)) as url:
        of_host(url).only("tls", 1)


def test_a_handshake_that_never_ends_is_told_within_the_limit() -> None:
    with ScriptedServer(NAMES) as server:  # waits for the end of a request's head
        report = of_host(f"https://127.0.0.1:{server.port}", "--timeout", "0.2")
    assert "no response within 0.2 s" in report.only("tls", 1)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.02)


def test_a_response_that_never_ends_is_told_within_the_limit() -> None:
    started = time.monotonic()
    with ScriptedServer(drip) as server:
        report = of_host(server.url, "--timeout", "0.3")
    assert "larger --timeout" in report.only("call", 1)
    assert time.monotonic() - started < 10


def test_behind_a_proxy_the_proxy_is_resolved_and_connected_to(
    certificates: Certificates, tinyproxy: Tinyproxy
) -> None:
    tinyproxy.forget()
    with ScriptedServer(NAMES, context=certificates.context("0.0.0.0")) as server:
        report = of_host(elsewhere(server.url), SSL_CERT_FILE=certificates.file, HTTPS_PROXY=tinyproxy.url)
    assert report.code == 0, report.done.out
    assert report.texts["proxy"] == f"{tinyproxy.url} (HTTPS_PROXY)"
    assert report.texts["name"] == "127.0.0.1 is an address"
    assert f"port {tinyproxy.port}," in report.texts["connection"]
    assert report.texts["tunnel"] == f"the proxy reaches 0.0.0.0:{server.port}"
    assert report.states["tls"] == "ok"
    assert [line.split()[:2] for line in tinyproxy.requests(2)] == [["CONNECT", f"0.0.0.0:{server.port}"]] * 2


def test_this_machine_is_reached_without_a_proxy() -> None:
    with Emulator(token=TOKEN) as service:
        report = of_host(service.url, HTTP_PROXY="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1")
    assert report.code == 0, report.done.out
    assert report.texts["proxy"] == "none"


def test_no_proxy_is_heeded(certificates: Certificates) -> None:
    with ScriptedServer(NAMES, context=certificates.context("0.0.0.0")) as server:
        settings = {"SSL_CERT_FILE": certificates.file, "HTTPS_PROXY": "http://127.0.0.1:1"}
        report = of_host(elsewhere(server.url), NO_PROXY="0.0.0.0", **settings)
    assert report.code == 0
    assert report.texts["proxy"] == "none"


def test_the_proxys_user_and_password_are_sent_and_not_shown(
    certificates: Certificates, guarded_tinyproxy: Tinyproxy
) -> None:
    with ScriptedServer(NAMES, context=certificates.context("0.0.0.0")) as server:
        settings = {"SSL_CERT_FILE": certificates.file}
        known = guarded_tinyproxy.url.replace("//", "//alice:pa%35%35w0rd@")
        report = of_host(elsewhere(server.url), HTTPS_PROXY=known, **settings)
        assert report.code == 0, report.done.out
        assert report.texts["proxy"] == f"{guarded_tinyproxy.url} (HTTPS_PROXY)"
        unknown = guarded_tinyproxy.url.replace("//", "//alice:s3sam3@")
        refused = of_host(elsewhere(server.url), HTTPS_PROXY=unknown, **settings)
        text = refused.only("tunnel", 1)
    assert re.search("the proxy refused to connect: 40[17] .*: check the proxy in HTTPS_PROXY, with its user", text)
    assert refused.states["tls"] == "skip"
    for secret in ("pa%35", "pa55", "s3sam3"):
        assert secret not in report.done.out + refused.done.out


@pytest.mark.parametrize(
    ("said_by_proxy", "said"),
    [
        (then_close(answer(407, "", reason="\x1b[31m{0} No")), "refused to connect: 407"),
        (then_close(b"\x00\xff no HTTP\r\n\r\n"), "no response that is HTTP: BadStatusLine"),
        (close, "check the proxy in HTTPS_PROXY"),
        (lambda connection: connection.recv(1), "no response within 0.5 s"),
        (drip, "no response within 0.5 s"),
    ],
    ids=["refuses", "garbage", "closes", "silent", "drips"],
)
def test_a_proxy_that_makes_no_tunnel_is_named(said_by_proxy: Answer, said: str) -> None:
    with ConnectProxy(said_by_proxy) as proxy:
        report = of_host("https://host.example", "--timeout", "0.5", HTTPS_PROXY=proxy.url)
    assert said in report.only("tunnel", 1)


def test_a_proxy_that_is_down_is_named() -> None:
    with dead_port() as port:
        report = of_host("https://host.example", ALL_PROXY=f"http://127.0.0.1:{port}")
    text = report.only("connection", 1)
    assert text.startswith(f"127.0.0.1 port {port}: Connection refused: check the proxy in ALL_PROXY")


def test_a_proxy_that_cannot_be_one_is_wrong_usage() -> None:
    report = of_host("https://host.example", HTTPS_PROXY="gopher://user:pa55@proxy")
    assert report.only("proxy", 2).startswith("HTTPS_PROXY: proxy must be")
    assert report.states["network"] == "skip"


def test_through_a_proxy_with_tls_the_call_alone_tells(certificates: Certificates) -> None:
    with ScriptedServer(NAMES, context=certificates.context("0.0.0.0")) as server:
        with ConnectProxy(context=certificates.context()) as proxy:
            report = of_host(elsewhere(server.url), SSL_CERT_FILE=certificates.file, HTTPS_PROXY=proxy.url)
    assert report.code == 0, report.done.out
    assert report.states["tls"] == "skip"
    assert report.states["call"] == "ok"


def test_the_exit_code_is_the_highest() -> None:
    with dead_port() as port:
        report = of_host(f"http://127.0.0.1:{port}", token=jwt(exp=1))
    assert (report.failed, report.code) == (["expiry", "connection"], 4)


def test_what_comes_from_outside_cannot_reach_the_terminal() -> None:
    with Emulator(token=TOKEN) as service:
        report = Report("--host", service.url, "--organisation", "a\x1b[31m")
    assert "a\\x1b[31m (--organisation)" in report.texts["organisation"]


def test_as_json_it_is_one_array() -> None:
    records = json.loads(run("doctor", "--emulator", "--json").out)
    assert records[4] == {"check": "proxy", "state": "ok", "text": "none"}
    assert [record["state"] for record in records] == ["ok"] * 7 + ["skip", "ok", "ok"]


def test_without_a_token_it_says_where_to_get_one_and_names_versions_all_the_same(tmp_path: Path) -> None:
    report = Report("--organisation", "acme", "--host", "https://a.invalid", token="")
    assert report.texts["token"].endswith("Make one in the QuantCDN dashboard, under Profile, API Tokens")
    assert report.states["versions"] == "ok"


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_on_a_terminal_no_line_is_too_wide_and_no_word_is_broken(columns: int) -> None:
    _, shown = on_terminal("doctor", "--host", "https://a.invalid", columns=columns, NO_COLOR="1")
    assert max(map(len, shown.splitlines())) < columns
    assert shown.split() == run("doctor", "--host", "https://a.invalid").out.split()


def test_colours_are_for_terminals() -> None:
    def shown(**environ: str) -> str:
        code, text = on_terminal("doctor", "--emulator", **environ)
        assert code == 0
        return text

    assert shown().startswith("\x1b[32mok  \x1b[0m  host: ")
    assert "\x1b" not in shown(NO_COLOR="1")
    assert "\x1b" not in shown(TERM="dumb")


@pytest.mark.parametrize(
    ("file", "text", "other"),
    [
        ("top_level.txt", "quantcdn\n", "quantcdn_other\n"),
        ("RECORD", "quantcdn/rest.py,sha256=x,1\nquantcdn-1.0.dist-info/RECORD,,\n", "a/quantcdn/rest.py,sha256=x,1\n"),
    ],
)
def test_a_second_distribution_of_the_same_package_is_told(
    file: str,
    text: str,
    other: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, recorded in (("quantcdn", text), ("quantcdn-client", text), ("quantcdn-other", other)):
        folder = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / file).write_text(recorded)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["doctor", "--emulator"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("fail  installation: the package quantcdn is of quantcdn and quantcdn-client, mixed")
    assert lines[0].endswith("pip uninstall quantcdn quantcdn-client")


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A copy of the package with a file of the official client among its own."""
    package = Path(quantcdn.__file__).parent
    shutil.copytree(package, tmp_path / "quantcdn", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "quantcdn" / "__version__.py").write_text("")
    return tmp_path


def run_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60, check=False)


def test_an_import_warns_of_files_of_the_official_client(mixed: Path) -> None:
    done = run_python(mixed, "-c", "import quantcdn; print(quantcdn.AIToolsApi)")
    assert "AIToolsApi" in done.stdout
    assert "<string>:1: RuntimeWarning: quantcdn-client is installed too" in done.stderr
    (mixed / "quantcdn" / "__version__.py").unlink()
    assert run_python(mixed, "-c", "import quantcdn").stderr == ""


def test_commands_that_the_official_client_has_broken_say_so(mixed: Path) -> None:
    (mixed / "quantcdn" / "__init__.py").write_text("")
    (mixed / "quantcdn" / "exceptions.py").write_text("class OpenApiException(Exception):\n    pass\n")
    for command in ("doctor", "executions list"):
        done = run_python(mixed, "-m", "quantcdn", *command.split())
        assert done.returncode == 1
        assert done.stderr.startswith("quantcdn: quantcdn-client is installed too")
        assert done.stderr.endswith("pip uninstall quantcdn quantcdn-client\n")
        assert done.stderr.count("\n") == 1
    (mixed / "quantcdn" / "__version__.py").unlink()
    assert "Traceback" in run_python(mixed, "-m", "quantcdn", "doctor").stderr
