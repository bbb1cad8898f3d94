"""Row 4: certificates that are not accepted, TLS that fails, and the settings for it."""

from __future__ import annotations

import os
import pty
import socket
import ssl
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import urllib3
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

import quantcdn
from quantcdn import ApiConnectionException, Timeout
from test.helpers.certificates import Certificates
from test.helpers.failures import calling
from test.helpers.programs import Nginx
from test.helpers.proxies import Relay
from test.helpers.server import Answer, ScriptedServer, answer, then_close

NAMES = {"tools": ["get_weather"], "count": 1}
GOOD = answer(200, NAMES)
ADVICE = ("verify_ssl", "verify", "insecure", "disable", "switch off", "skip")
"""Words that would lead a reader to switch checking off."""


def without_advice(error: Exception) -> str:
    text = str(error)
    assert not [
        word
        for word in ADVICE
        if word in text.replace("CERTIFICATE_VERIFY_FAILED", "").replace("certificate verify failed", "")
    ]
    return text


@pytest.mark.parametrize(
    ("names", "fault", "reason"),
    [
        ((), {"expired": True}, "certificate has expired"),
        ((), {"unknown": True}, "unable to get local issuer certificate"),
        (("elsewhere.test",), {}, "Hostname mismatch"),
        (("*.localhost",), {}, "Hostname mismatch"),
    ],
)
def test_a_bad_certificate_is_refused_at_once_with_the_reason(
    certificates: Certificates, names: tuple[str, ...], fault: dict[str, Any], reason: str
) -> None:
    with ScriptedServer(GOOD, context=certificates.context(*names, **fault)) as server:
        with calling(server.url, ssl_ca_cert=certificates.file, retries=2) as calls:
            text = without_advice(calls.failure(ApiConnectionException, attempts=1))
            assert "certificate is not accepted" in text
            assert reason in text
        assert (server.connections, server.requests) == (1, [])  # taken for a broken connection: 3


def test_a_certificate_for_a_name_is_refused_for_an_address(certificates: Certificates) -> None:
    with ScriptedServer(GOOD, context=certificates.context("localhost")) as server:
        with calling(f"https://127.0.0.1:{server.port}", ssl_ca_cert=certificates.file, retries=2) as calls:
            assert "IP address mismatch" in without_advice(calls.failure(ApiConnectionException))
        assert (server.connections, server.requests) == (1, [])


def test_a_private_authority_is_refused_without_the_setting_for_it(certificates: Certificates) -> None:
    with ScriptedServer(GOOD, context=certificates.context()) as server:
        with calling(server.url, retries=2, ca_cert_data=None) as calls:
            without_advice(calls.failure(ApiConnectionException))
        assert (server.connections, server.requests) == (1, [])


def test_the_authorities_of_the_system_are_trusted_where_no_other_is_named(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificates.file)
    with ScriptedServer(GOOD, context=certificates.context()) as server:
        with calling(server.url, ca_cert_data=None) as calls:
            assert calls.names() == ["get_weather"]


def test_a_bad_certificate_of_nginx_is_refused_at_once(nginx: Nginx) -> None:
    with Relay(nginx.tls) as relay, calling(f"https://127.0.0.1:{relay.port}", retries=2) as calls:
        without_advice(calls.failure(ApiConnectionException))
        assert relay.connections == 1
    assert nginx.requests(0) == []


def test_a_server_that_is_too_old_is_refused_with_the_reason(certificates: Certificates) -> None:
    context = certificates.context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of these versions, and they are the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with ScriptedServer(GOOD, context=context) as server:
        with calling(server.url, ssl_ca_cert=certificates.file, retries=2) as calls:
            text = without_advice(calls.failure(ApiConnectionException))
            assert "protocol version" in text.lower().replace("_", " ")
            assert "scheme" not in text
        assert (server.connections, server.requests) == (1, [])


class Alerting(ScriptedServer):
    """Answers a TLS hello with an alert (RFC 8446 section 6)."""

    def __init__(self, description: int) -> None:
        self._alert = bytes([0x15, 3, 3, 0, 2, 2, description])
        super().__init__()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with plain:
            plain.recv(65_536)
            plain.sendall(self._alert)
            self.wait(2)


@pytest.mark.parametrize(
    ("description", "reason"),
    [(70, "protocol version"), (40, "handshake failure"), (71, "insufficient security"), (112, "unrecognized name")],
)
def test_an_alert_of_the_server_is_final_and_named(description: int, reason: str) -> None:
    with Alerting(description) as server, calling(f"https://127.0.0.1:{server.port}", retries=2) as calls:
        text = str(calls.failure(ApiConnectionException))
        assert reason in text.lower().replace("_", " ")
        assert "scheme" not in text
        assert server.connections == 1  # taken for a broken connection: 3


class Silent(ScriptedServer):
    """Takes connections and never says anything, or says the beginning of a handshake byte by byte."""

    def __init__(self, drip: float = 0) -> None:
        self._drip = drip
        super().__init__()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with plain:
            plain.recv(65_536)
            while self._drip and not self._ended.wait(self._drip):
                try:
                    plain.sendall(b"\x16\x03\x03\x40\x00"[:1])
                except OSError:
                    return
            self.wait(2)


def test_a_stalled_handshake_ends_with_the_limit_for_connecting() -> None:
    with Silent() as server:
        with calling(f"https://127.0.0.1:{server.port}", retries=1, timeout=Timeout(0.25, 3, 3)) as calls:
            # With the limit for reading in its place it would take 6 s.
            calls.failure(quantcdn.ApiTimeoutException, attempts=2, limit=0.5)
        assert server.connections == 2


def test_a_stalled_handshake_ends_with_the_whole_call() -> None:
    with Silent() as server:
        with calling(f"https://127.0.0.1:{server.port}", retries=5, timeout=Timeout(3, 3, 0.3)) as calls:
            error = calls.failure(quantcdn.ApiTimeoutException, limit=0.3)
            assert "0.3 s for the whole call" in str(error)
        assert server.connections == 1


def test_a_handshake_that_stalls_halfway_ends_with_the_limit(nginx: Nginx, certificates: Certificates) -> None:
    with Relay(nginx.tls, stall=60) as relay:
        settings = {"ssl_ca_cert": certificates.file, "timeout": Timeout(0.3, 3, 3)}
        with calling(f"https://127.0.0.1:{relay.port}", **settings) as calls:
            calls.failure(quantcdn.ApiTimeoutException, limit=0.3)
        assert relay.connections == 1


def test_a_dripped_handshake_ends_with_the_limit(nginx: Nginx, certificates: Certificates) -> None:
    with Relay(nginx.tls, piece=1, latency=0.05) as relay:
        settings = {"ssl_ca_cert": certificates.file, "timeout": Timeout(0.3, 3, 3)}
        with calling(f"https://127.0.0.1:{relay.port}", **settings) as calls:
            # A limit for each byte would never be reached.
            calls.failure(quantcdn.ApiTimeoutException, limit=0.3)
        assert relay.connections == 1


@pytest.mark.parametrize("cut", [0, 60, 900])
def test_a_handshake_that_is_cut_is_tried_again(nginx: Nginx, certificates: Certificates, cut: int) -> None:
    with Relay(nginx.tls, cut=cut) as relay:
        with calling(f"https://127.0.0.1:{relay.port}", ssl_ca_cert=certificates.file, retries=2) as calls:
            calls.failure(ApiConnectionException, attempts=3)
        assert relay.connections == 3


class Ending(ScriptedServer):
    """Ends every connection in good order after the first bytes came."""

    def _serve(self, plain: socket.socket, number: int) -> None:
        with plain:
            plain.recv(65_536)


def test_a_handshake_that_the_server_ends_is_tried_again() -> None:
    with Ending() as server, calling(f"https://127.0.0.1:{server.port}", retries=2) as calls:
        error = calls.failure(ApiConnectionException, attempts=3)
        assert "the TLS connection was cut" in str(error)
        assert server.connections == 3


def trusting(certificates: Certificates, form: str) -> dict[str, Any]:
    forms: dict[str, dict[str, Any]] = {
        "file": {"ssl_ca_cert": certificates.file},
        "path": {"ssl_ca_cert": Path(certificates.file)},
        "pem": {"ca_cert_data": certificates.pem},
        "der": {"ca_cert_data": certificates.der},
    }
    return forms[form]


@pytest.mark.parametrize("form", ["file", "path", "pem", "der"])
def test_an_authority_of_ones_own_is_trusted(nginx: Nginx, certificates: Certificates, form: str) -> None:
    with calling(nginx.url, **trusting(certificates, form)) as calls:
        assert calls.names() == ["get_weather"]
    assert len(nginx.requests(1)) == 1


def test_the_scheme_may_be_written_in_capitals(nginx: Nginx, certificates: Certificates) -> None:
    with calling(nginx.url.replace("https", "HTTPS"), ssl_ca_cert=certificates.file) as calls:
        assert calls.names() == ["get_weather"]  # taken for plain, the settings for TLS would be left out


@pytest.mark.parametrize("form", ["file", "pem", "der"])
def test_an_authority_of_ones_own_does_not_excuse_a_stranger(certificates: Certificates, form: str) -> None:
    with ScriptedServer(GOOD, context=certificates.context(unknown=True)) as server:
        with calling(server.url, **trusting(certificates, form)) as calls:
            calls.failure(ApiConnectionException)
        assert server.requests == []


@pytest.mark.parametrize("data", ["no certificate", b"\x30\x00"])
def test_an_authority_that_is_none_is_refused_at_construction(data: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="cannot be used"):
        quantcdn.ApiClient(quantcdn.Configuration("https://localhost", proxy="", ca_cert_data=data))


def test_a_file_without_a_certificate_is_refused_at_construction(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(quantcdn.ApiValueError, match="cannot be used"):
        quantcdn.ApiClient(quantcdn.Configuration("https://localhost", ssl_ca_cert=str(tmp_path / "ca.pem")))


def test_an_ipv6_literal_is_checked_against_the_certificate(certificates: Certificates) -> None:
    with ScriptedServer(GOOD, context=certificates.context("::1"), family=socket.AF_INET6) as server:
        with calling(server.url, ssl_ca_cert=certificates.file) as calls:
            assert calls.names() == ["get_weather"]
    with ScriptedServer(GOOD, context=certificates.context("127.0.0.1"), family=socket.AF_INET6) as server:
        with calling(server.url, ssl_ca_cert=certificates.file) as calls:
            assert "mismatch" in str(calls.failure(ApiConnectionException))


def test_a_client_certificate_opens_what_asks_for_one(nginx: Nginx, certificates: Certificates) -> None:
    certificate, key = certificates.pair("client", "client.test")
    settings = {"ssl_ca_cert": certificates.file, "cert_file": certificate, "key_file": key}
    with calling(nginx.strict_url, **settings) as calls:
        assert calls.names() == ["get_weather"]


def test_a_client_certificate_may_stand_in_one_file_with_its_key(
    nginx: Nginx, certificates: Certificates, tmp_path: Path
) -> None:
    certificate, key = certificates.pair("client", "client.test")
    both = tmp_path / "both.pem"
    both.write_bytes(Path(key).read_bytes() + Path(certificate).read_bytes())
    with calling(nginx.strict_url, ssl_ca_cert=certificates.file, cert_file=str(both)) as calls:
        assert calls.names() == ["get_weather"]


def test_nginx_tells_of_a_missing_client_certificate(nginx: Nginx, certificates: Certificates) -> None:
    with calling(nginx.strict_url, ssl_ca_cert=certificates.file, retries=2) as calls:
        error = calls.failure(quantcdn.BadRequestException)
        assert "No required SSL certificate was sent" in (error.body or "")
    assert len(nginx.requests(1)) == 1


class Asking(ScriptedServer):
    """Asks for a client's certificate, and leaves its refusal to be read where a close would overtake it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._tls = context
        super().__init__()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False) as connection:
            with pytest.raises(ssl.SSLError):
                connection.do_handshake()
            while socket.socket.recv(connection, 65_536):  # past TLS, which has failed
                pass


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_missing_client_certificate_is_final_and_named(certificates: Certificates, version: ssl.TLSVersion) -> None:
    context = certificates.context(clients=True)
    context.minimum_version = context.maximum_version = version
    with Asking(context) as server:
        with calling(f"https://localhost:{server.port}", ssl_ca_cert=certificates.file, retries=2) as calls:
            text = without_advice(calls.failure(ApiConnectionException))
            assert "cert_file" in text  # the alert alone ("handshake failure" before TLS 1.3) does not say what to do
        assert server.connections == 1


def test_a_client_certificate_that_is_no_file_is_refused_by_name(tmp_path: Path) -> None:
    for setting in ("cert_file", "key_file", "ssl_ca_cert"):
        with pytest.raises(quantcdn.ApiValueError, match=f"{setting}: there is no file"):
            quantcdn.Configuration(**{setting: str(tmp_path / "none")})


def test_a_key_that_is_of_another_certificate_is_refused_at_construction(certificates: Certificates) -> None:
    certificate, _ = certificates.pair("one", "one.test")
    _, key = certificates.pair("two", "two.test")
    with pytest.raises(quantcdn.ApiValueError, match="cannot be used"):
        quantcdn.ApiClient(quantcdn.Configuration("https://localhost", cert_file=certificate, key_file=key))


def test_an_encrypted_key_does_not_ask_on_the_terminal(certificates: Certificates, tmp_path: Path) -> None:
    certificate, key = certificates.pair("locked", "client.test")
    locked = tmp_path / "locked.key"
    private = load_pem_private_key(Path(key).read_bytes(), None)
    encryption = BestAvailableEncryption(b"passphrase")
    locked.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    use = (
        "import sys, quantcdn\n"
        "configuration = quantcdn.Configuration('https://localhost', cert_file=sys.argv[1], key_file=sys.argv[2])\n"
        "try: quantcdn.ApiClient(configuration)\n"
        "except quantcdn.ApiValueError as error: print(error)"
    )
    ours, terminal = pty.openpty()
    try:
        # Without the function for the password, OpenSSL writes its question to the terminal and waits for ever.
        ended = subprocess.run(
            [sys.executable, "-c", use, certificate, str(locked)],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=20,
            check=True,
            text=True,
        )
    finally:
        os.close(ours)
        os.close(terminal)
    assert "cannot be used" in ended.stdout
    assert "pass phrase" not in ended.stdout


def test_the_check_of_certificates_can_be_switched_off_and_urllib3_warns(certificates: Certificates) -> None:
    with ScriptedServer(GOOD, context=certificates.context("elsewhere.test", unknown=True, expired=True)) as server:
        with calling(server.url, verify_ssl=False) as calls, pytest.warns(urllib3.exceptions.InsecureRequestWarning):
            assert calls.names() == ["get_weather"]
        assert len(server.requests) == 1


def test_another_name_may_be_asked_of_the_certificate(certificates: Certificates) -> None:
    with ScriptedServer(GOOD, context=certificates.context("service.test")) as server:
        with calling(server.url, ssl_ca_cert=certificates.file, assert_hostname="service.test") as calls:
            assert calls.names() == ["get_weather"]
        with calling(server.url, ssl_ca_cert=certificates.file, assert_hostname="other.test") as calls:
            # Were the setting taken for "no check", the call would succeed.
            assert "other.test" in without_advice(calls.failure(ApiConnectionException))
        assert len(server.requests) == 1


def test_the_name_in_the_certificate_may_be_left_unchecked_but_not_its_authority(certificates: Certificates) -> None:
    settings = {"ssl_ca_cert": certificates.file, "assert_hostname": False}
    with ScriptedServer(GOOD, context=certificates.context("elsewhere.test")) as server:
        with calling(server.url, **settings) as calls:
            assert calls.names() == ["get_weather"]
    with ScriptedServer(GOOD, context=certificates.context("elsewhere.test", unknown=True)) as server:
        with calling(server.url, **settings) as calls:
            calls.failure(ApiConnectionException)
        assert server.requests == []


def test_another_name_may_be_asked_for_in_the_handshake(certificates: Certificates) -> None:
    asked: list[str | None] = []
    context = certificates.context("service.test")
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with ScriptedServer(GOOD, context=context) as server:
        with calling(server.url, ssl_ca_cert=certificates.file, tls_server_name="service.test") as calls:
            assert calls.names() == ["get_weather"]
            assert server.requests[0].headers["host"] == f"localhost:{server.port}"
    assert asked == ["service.test"]


def test_tls_to_a_plain_port_says_that_the_scheme_looks_wrong(nginx: Nginx) -> None:
    with Relay(nginx.plain) as relay, calling(f"https://127.0.0.1:{relay.port}", retries=2) as calls:
        error = calls.failure(ApiConnectionException)
        assert "the scheme looks wrong" in without_advice(error)
        assert relay.connections == 1


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail ESMTP\r\n", b"<html>" * 99]
)
def test_tls_to_what_speaks_otherwise_says_that_the_scheme_looks_wrong(greeting: bytes) -> None:
    class Greeting(Silent):
        def _serve(self, plain: socket.socket, number: int) -> None:
            with plain:
                plain.recv(65_536)
                plain.sendall(greeting)
                self.wait(2)

    with Greeting() as server, calling(f"https://127.0.0.1:{server.port}", retries=2) as calls:
        assert "the scheme looks wrong" in str(calls.failure(ApiConnectionException))
        assert server.connections == 1


ALERT = bytes([0x15, 3, 1, 0, 2, 2, 70])


@pytest.mark.parametrize("alert", [ALERT, then_close(ALERT)], ids=["kept-open", "closed"])
def test_plain_to_a_tls_port_that_alerts_says_that_the_scheme_looks_wrong(alert: Answer) -> None:
    with ScriptedServer(alert) as server, calling(server.url, timeout=Timeout(0.3, 0.3, 0.3)) as calls:
        # Read as a status line, an alert without an end would be waited for until the limit.
        assert "the scheme looks wrong" in str(calls.failure(ApiConnectionException))


def test_plain_to_a_tls_port_that_closes_is_a_broken_connection(certificates: Certificates) -> None:
    with ScriptedServer(GOOD, context=certificates.context()) as server:
        with calling(f"http://127.0.0.1:{server.port}", retries=1) as calls:
            calls.failure(ApiConnectionException, attempts=2)  # OpenSSL closes without a word: nothing to tell by
        assert (server.connections, server.requests) == (2, [])


@pytest.mark.parametrize(
    "body",
    [
        "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
        "Client sent an HTTP request to an HTTPS server.\n",
        "<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.</p>",
    ],
)
def test_plain_to_a_web_server_that_answers_so_says_that_the_scheme_looks_wrong(body: str) -> None:
    with ScriptedServer(answer(400, body)) as server, calling(server.url) as calls:
        assert "scheme looks wrong" in str(calls.failure(quantcdn.BadRequestException))


def test_plain_to_the_tls_of_nginx_says_that_the_scheme_looks_wrong(nginx: Nginx) -> None:
    with calling(f"http://127.0.0.1:{nginx.tls}", retries=2) as calls:
        error = calls.failure(quantcdn.BadRequestException)
        assert "scheme looks wrong" in str(error)
    assert len(nginx.requests(1)) == 1


def test_a_context_of_the_caller_s_own_decides(certificates: Certificates) -> None:
    context = ssl.create_default_context(cafile=certificates.file)
    context.load_cert_chain(*certificates.pair("client", "client@example.test"))
    with ScriptedServer(GOOD, context=certificates.context(clients=True)) as server:
        with calling(server.url, ssl_context=context, ca_cert_data=None) as calls:
            assert calls.names() == ["get_weather"]
            download = calls.api.api_client.rest_client.download(server.url + "/file")
            assert download.status == 200
    assert context.check_hostname


@pytest.mark.parametrize("setting", ["ssl_ca_cert", "ca_cert_data", "cert_file", "key_file", "verify_ssl"])
def test_a_setting_that_a_context_makes_void_is_refused(certificates: Certificates, setting: str) -> None:
    certificate, key = certificates.pair("beside", "client@example.test")
    values = {"ssl_ca_cert": certificates.file, "ca_cert_data": certificates.pem}
    values |= {"cert_file": certificate, "key_file": key}
    settings: dict[str, Any] = {setting: values.get(setting, False)}
    configuration = quantcdn.Configuration("https://localhost", ssl_context=ssl.create_default_context(), **settings)
    with pytest.raises(quantcdn.ApiValueError, match=f"^{setting} has no effect beside ssl_context"):
        quantcdn.ApiClient(configuration)


def test_two_sides_without_a_common_cipher_are_told_so_at_once(certificates: Certificates) -> None:
    server_context, context = certificates.context(), ssl.create_default_context(cafile=certificates.file)
    for side, ciphers in ((server_context, "ECDHE-RSA-AES128-GCM-SHA256"), (context, "ECDHE-ECDSA-AES256-GCM-SHA384")):
        side.maximum_version = ssl.TLSVersion.TLSv1_2
        side.set_ciphers(ciphers)
    with ScriptedServer(GOOD, context=server_context) as server:
        with calling(server.url, ssl_context=context, ca_cert_data=None, retries=2) as calls:
            error = calls.failure(ApiConnectionException)
            assert "no TLS version or cipher in common, for which ssl_context could be set" in without_advice(error)
            assert not error.retryable  # a wait ends by it
        assert (server.connections, server.requests) == (1, [])


HTTP2_SETTINGS = bytes.fromhex("00000c04000000000000030000008000040000ffff")  # RFC 9113 section 6.5


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_a_server_of_http_2_alone_is_named_at_once(certificates: Certificates, tls: bool) -> None:
    context = certificates.context() if tls else None
    with ScriptedServer(then_close(HTTP2_SETTINGS), context=context) as server:
        with calling(server.url, ssl_ca_cert=certificates.file, retries=2) as calls:
            error = calls.failure(ApiConnectionException)
            assert "the server speaks HTTP/2 alone" in str(error)
            assert not error.retryable
        assert server.connections == 1


def test_a_refusal_of_http_1_in_the_handshake_is_named_at_once() -> None:
    # RFC 7301 section 3.2
    with Alerting(120) as server, calling(f"https://127.0.0.1:{server.port}", retries=2) as calls:
        error = calls.failure(ApiConnectionException)
        assert "the server speaks HTTP/2 alone" in str(error)
        assert not error.retryable
        assert server.connections == 1
