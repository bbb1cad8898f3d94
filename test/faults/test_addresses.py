"""A public service cannot make a client ask its own machine or network, nor keep it busy with ever more hosts."""

from __future__ import annotations

import gc
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import quantcdn
from quantcdn.api_client import TimeSource
from quantcdn.images import save_files, save_images
from test.helpers.certificates import Certificates
from test.helpers.proxies import ConnectProxy, SocksProxy
from test.helpers.server import ScriptedServer, answer
from test.helpers.table import table

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SIGNATURE = "5ec2e7f00dfeed5ec2e7f00dfeed"
PUBLIC = "https://dashboard.quantcdn.io"

Resolver = Callable[..., list[tuple[Any, ...]]]


@contextmanager
def client_of(host: str, **settings: Any) -> Iterator[quantcdn.ApiClient]:
    settings = {"access_token": "t0ken", "proxy": "", "retries": 2, "timeout": 5, **settings}
    configuration = quantcdn.Configuration(host, **settings)
    with quantcdn.ApiClient(configuration) as client:
        client.clock = TimeSource(sleep=lambda _: None)
        yield client


@pytest.fixture
def public() -> Iterator[quantcdn.ApiClient]:
    with client_of(PUBLIC) as client:
        yield client


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names that the resolver knows, each with its addresses; addresses stand for themselves."""
    known: dict[str, list[str]] = {}
    real: Resolver = socket.getaddrinfo

    def resolve(host: Any, port: Any, *arguments: Any, **options: Any) -> list[tuple[Any, ...]]:
        found = known.get(str(host))
        if found is None:
            return real(host, port, *arguments, **options)
        return [entry for address in found for entry in real(address, port, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


LOCAL = [
    "127.0.0.1",
    "127.255.0.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "192.0.0.8",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.251",
    "239.255.255.250",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "2001:db8::1",
    "3fff::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2002:101:101::1",
]


LOCAL_NAMES = [
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "metadata.google.internal",
    "printer.local",
    "router.home.arpa",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0",
    "10.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    *(f"[{a}]" if ":" in a else a for a in LOCAL if "%" not in a),
]


@table("name", LOCAL_NAMES)
@table("scheme", ["https", "http"])
def test_a_public_service_cannot_name_a_local_host(
    name: str, scheme: str, public: quantcdn.ApiClient, tmp_path: Path
) -> None:
    execution = finished(f"{scheme}://{name}:9/shutdown?X-Amz-Signature={SIGNATURE}")
    for save in (save_images, save_files):
        if scheme == "http" and save is save_files:
            continue  # what is not https is no link there, but under s3Urls
        with pytest.raises(quantcdn.ApiResponseException, match=r"s3Urls'\]\[0\]: the address of a file") as caught:
            save(execution, tmp_path, api_client=public)
        assert SIGNATURE not in str(caught.value)
    with pytest.raises(quantcdn.ApiValueError, match="the address of a file"):
        public.rest_client.download(execution.result.s3_urls[0])
    assert list(tmp_path.iterdir()) == []


def finished(*urls: str) -> Any:
    return quantcdn.GetAIToolExecutionStatus200Response.from_dict(
        {
            "executionId": "exec_1",
            "toolName": "x",
            "status": "complete",
            "createdAt": 0,
            "result": {"s3Urls": list(urls)},
        }
    )


@pytest.mark.parametrize("service", [PUBLIC, "http://127.0.0.1:9"])
def test_a_name_without_an_address_leads_nowhere(resolving: dict[str, list[str]], service: str) -> None:
    resolving["files.example"] = []
    with client_of(service, retries=2) as client:
        with pytest.raises(quantcdn.ApiConnectionException, match=r"the host is unknown: files\.example") as caught:
            client.rest_client.download("https://files.example/a")
        assert caught.value.attempts == 1


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["::ffff:127.0.0.1"]])
def test_a_name_that_leads_to_this_machine_is_never_connected_to(
    certificates: Certificates, resolving: dict[str, list[str]], addresses: list[str], tmp_path: Path
) -> None:
    # Without the check of what was resolved, any name could stand for any address.
    resolving["files.example"] = addresses
    with ScriptedServer(answer(200, PNG), context=certificates.context("files.example")) as inside:
        url = f"https://files.example:{inside.port}/a?X-Amz-Signature={SIGNATURE}"
        with client_of(PUBLIC, ca_cert_data=certificates.pem) as client:
            for save in (save_images, save_files):
                with pytest.raises(quantcdn.ApiResponseException, match="leads into a local network") as caught:
                    save(finished(url), tmp_path / "out", api_client=client)
                assert SIGNATURE not in str(caught.value)
                assert caught.value.attempts == 1
        assert inside.connections == 0
        assert list(tmp_path.iterdir()) == []
        # The very same where the service is on this machine itself.
        with client_of("http://127.0.0.1:9", ca_cert_data=certificates.pem) as client:
            assert client.rest_client.download(url).data == PNG


def test_of_several_addresses_only_the_public_ones_are_tried(
    certificates: Certificates, resolving: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving["files.example"] = ["127.0.0.1", "192.0.2.1", "1.1.1.1"]
    tried: list[str] = []

    def connect(_: Any, address: Any) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with client_of(PUBLIC, ca_cert_data=certificates.pem, retries=0) as client:
        with pytest.raises(quantcdn.ApiConnectionException):
            client.rest_client.download("https://files.example/a")
    assert tried == ["1.1.1.1"]


PUBLIC_ADDRESS = "1.1.1.1"


@pytest.fixture
def public_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections to a public address come to this machine."""
    connect = socket.socket.connect

    def redirected(sock: socket.socket, address: Any) -> None:
        connect(sock, ("127.0.0.1", *address[1:]) if address[0] == PUBLIC_ADDRESS else address)

    monkeypatch.setattr(socket.socket, "connect", redirected)


@pytest.mark.usefixtures("public_loopback")
@pytest.mark.parametrize("to", ["https://inside.example", "https://127.0.0.1", "https://[::1]", "https://a.internal"])
def test_every_redirect_is_checked(certificates: Certificates, resolving: dict[str, list[str]], to: str) -> None:
    # Without this, one host of files could send a client anywhere.
    resolving["files.example"] = [PUBLIC_ADDRESS]
    resolving["inside.example"] = ["::1"]
    context = certificates.context("files.example", "inside.example", "127.0.0.1", "::1")
    with ScriptedServer(answer(200, PNG), context=context, family=socket.AF_INET6) as inside:
        script = answer(302, "", [("Location", f"{to}:{inside.port}/latest/meta-data?X-Amz-Signature={SIGNATURE}")])
        with ScriptedServer(script, context=context) as server:
            with client_of(PUBLIC, ca_cert_data=certificates.pem) as client:
                with pytest.raises(quantcdn.ApiException) as caught:
                    client.rest_client.download(f"https://files.example:{server.port}/a")
        assert len(server.requests) == 1
        assert inside.connections == 0
        assert SIGNATURE not in str(caught.value)


@pytest.mark.usefixtures("public_loopback")
def test_a_redirect_between_public_hosts_is_followed(
    certificates: Certificates, resolving: dict[str, list[str]]
) -> None:
    resolving["one.example"] = resolving["two.example"] = [PUBLIC_ADDRESS]
    context = certificates.context("one.example", "two.example")
    with ScriptedServer(answer(200, PNG), context=context) as two:
        script = answer(302, "", [("Location", f"https://two.example:{two.port}/b")])
        with ScriptedServer(script, context=context) as one, client_of(PUBLIC, ca_cert_data=certificates.pem) as client:
            assert client.rest_client.download(f"https://one.example:{one.port}/a").data == PNG


def test_a_host_that_is_changed_later_counts(certificates: Certificates, resolving: dict[str, list[str]]) -> None:
    # Without a pool for each kind, a connection that was made while the service was local would serve a public one.
    resolving["files.example"] = ["127.0.0.1"]
    with ScriptedServer(answer(200, PNG), context=certificates.context("files.example")) as inside:
        url = f"https://files.example:{inside.port}/a"
        with client_of("http://127.0.0.1:9", ca_cert_data=certificates.pem) as client:
            assert client.rest_client.download(url).data == PNG
            with pytest.raises(quantcdn.ApiResponseException, match="local network"):
                client.rest_client.download(url, service=PUBLIC)
            assert client.rest_client.download(url).data == PNG
        assert [request.connection for request in inside.requests] == [1, 1]


@pytest.mark.parametrize("host", ["http://127.0.0.1:9", "http://localhost:9", "https://10.0.0.5", "https://[fd00::1]"])
def test_a_local_service_may_name_local_hosts(certificates: Certificates, host: str) -> None:
    with ScriptedServer(answer(200, PNG), context=certificates.context()) as server:
        with client_of(host, ca_cert_data=certificates.pem) as client:
            assert client.rest_client.download(f"https://127.0.0.1:{server.port}/a").data == PNG


@pytest.mark.parametrize(
    ("host", "name"),
    [(PUBLIC, "127.0.0.1"), (PUBLIC, "localhost"), ("https://10.0.0.5", "10.0.0.5"), ("https://10.0.0.5", "127.0.0.1")],
)
def test_http_is_for_a_service_on_this_machine_alone(host: str, name: str) -> None:
    # Without this, the signature would travel in the clear, or to whoever listens on this machine.
    with ScriptedServer(answer(200, PNG)) as server, client_of(host) as client:
        with pytest.raises(quantcdn.ApiValueError, match="address of a file"):
            client.rest_client.download(f"http://{name}:{server.port}/a")
        assert server.connections == 0


def test_a_proxy_resolves_names_itself_and_local_ones_never_reach_it(
    certificates: Certificates, resolving: dict[str, list[str]]
) -> None:
    # The address that is connected to is the proxy's; what it connects to is its own matter.
    resolving["127.0.0.1"] = ["127.0.0.1"]
    resolving["files.example"] = ["127.0.0.1"]
    with ScriptedServer(answer(200, PNG), context=certificates.context("files.example")) as server:
        with ConnectProxy() as http, SocksProxy() as socks:
            for proxy in (http, socks):
                with client_of(PUBLIC, ca_cert_data=certificates.pem, proxy=proxy.url, retries=0) as client:
                    assert client.rest_client.download(f"https://files.example:{server.port}/a").data == PNG
                    before = proxy.connections
                    for name in ("127.0.0.1", "127.1", "a.internal"):
                        with pytest.raises(quantcdn.ApiValueError, match="local network"):
                            client.rest_client.download(f"https://{name}:{server.port}/a")
                    assert proxy.connections == before
            assert socks.targets == [("files.example", server.port)]


@pytest.mark.usefixtures("public_loopback")
def test_many_hosts_cost_a_few_pools_and_one_tls_context(
    certificates: Certificates, resolving: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the bound, 500 hosts made 500 pools and contexts, which took 409 MB for ever.
    made: list[int] = []
    real = ssl.create_default_context

    def counted(*arguments: Any, **options: Any) -> ssl.SSLContext:
        made.append(1)
        return real(*arguments, **options)

    with ScriptedServer(answer(200, PNG), context=certificates.context("*.files.example")) as server:
        with client_of(PUBLIC, ca_cert_data=certificates.pem) as client:
            monkeypatch.setattr(ssl, "create_default_context", counted)
            for number in range(60):
                name = f"h{number}.files.example"
                resolving[name] = [PUBLIC_ADDRESS]
                client.rest_client.download(f"https://{name}:{server.port}/a")
            assert len(made) == 1
            gc.collect()
            assert len(open_to(server.port)) <= 16
            # The last are still there; the first has to be connected to anew.
            for number, connections in ((59, 60), (44, 60), (0, 61)):
                client.rest_client.download(f"https://h{number}.files.example:{server.port}/a")
                assert server.connections == connections
        gc.collect()
        assert open_to(server.port) == []


def open_to(port: int) -> list[socket.socket]:
    """List the sockets of this process that are connected to a port."""
    found: list[socket.socket] = []
    for item in gc.get_objects():
        if isinstance(item, socket.socket) and item.family == socket.AF_INET and item.fileno() >= 0:
            try:
                if item.getpeername()[1] == port:
                    found.append(item)
            except OSError:
                continue
    return found


@pytest.mark.parametrize(
    ("status", "body", "is_told"),
    [
        (400, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>", True),
        (403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", True),
        (400, "<Error><Code>InvalidArgument</Code><Message>ExpiredToken is no argument</Message></Error>", False),
        (404, "<Error><Code>NoSuchKey</Code></Error>", False),
    ],
)
def test_an_expired_address_is_said_to_be_one(status: int, body: str, is_told: bool, tmp_path: Path) -> None:
    with ScriptedServer(answer(status, body)) as server, client_of("http://127.0.0.1:9") as client:
        for save in (save_images, save_files):
            with pytest.raises(quantcdn.ApiException) as caught:
                save(finished(f"{server.url}/a?X-Amz-Signature={SIGNATURE}"), tmp_path, api_client=client)
            assert ("get the execution's status again" in str(caught.value)) == is_told
            assert caught.value.status == status
            assert SIGNATURE not in str(caught.value)
            assert len(server.requests) == 1 + (save is save_files)


def test_a_part_that_was_not_asked_for_is_no_file(tmp_path: Path) -> None:
    part = answer(206, PNG, [("Content-Range", f"bytes 0-{len(PNG) - 1}/100000")])
    with ScriptedServer(part) as server, client_of("http://127.0.0.1:9") as client:
        for save in (save_images, save_files):
            with pytest.raises(quantcdn.ApiResponseException, match="only a part came"):
                save(finished(f"{server.url}/a"), tmp_path, api_client=client)
    assert list(tmp_path.iterdir()) == []
