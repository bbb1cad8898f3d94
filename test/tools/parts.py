"""Real parts for the fault tests: certificates, nginx, tinyproxy, and proxies and a relay that misbehave as asked.

``python -m test.tools.parts`` installs, where it may and can, the programs that the tests run. For that it must do with
the standard library: pytest and trustme are imported only where they are used.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from test.helpers.server import Answer, ScriptedServer, reset

if TYPE_CHECKING:
    import trustme

PACKAGES = {
    "chromedriver": ("chromium-driver",),
    "chromium": ("chromium",),
    "fish": ("fish",),
    "jq": ("jq",),
    "mandoc": ("mandoc",),
    "nginx": ("nginx-light", "nginx"),
    "node": ("nodejs",),
    "npm": ("npm",),
    "tinyproxy": ("tinyproxy",),
    "valgrind": ("valgrind",),
    "zsh": ("zsh",),
}
"""Programs, and the Debian packages that bring them, best first."""

SERVICES = ("nginx", "tinyproxy")
"""Programs whose packages bring a service; the tests start the programs themselves."""

POLICY = Path("/usr/sbin/policy-rc.d")
"""What Debian's packages ask before they start a service; its exit status 101 forbids it."""

CONSENT = "QUANTCDN_TEST_INSTALL"
"""The variable that allows to install programs on this machine, as CI does."""

MISSING = "is missing"
"""The words by which the report of a run counts what was skipped for want of a program."""

NAMES_JSON = '{"tools": ["get_weather"], "count": 1}'


def find(program: str) -> str | None:
    """Find a program; Debian keeps some where only root's PATH leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin")


def needed(program: str) -> str:
    """Find a program, or end the test."""
    return find(program) or missing(f"{program} {MISSING}: install the Debian package {PACKAGES[program][0]}")


def missing(message: str) -> NoReturn:
    """End a test that lacks a program: as failed in CI, where nothing may be left out, elsewhere as skipped."""
    import pytest

    if os.environ.get("CI"):
        raise pytest.fail.Exception(message, pytrace=False)
    raise pytest.skip.Exception(message)


def install() -> int:
    """Install what is missing, where that is wanted and this machine allows it; returns an exit status."""
    from test.tools import node

    if wanted := any(os.environ.get(name) for name in ("CI", CONSENT)):
        with _alone():
            _install_programs([program for program in PACKAGES if find(program) is None])
            node.install()
    lacking = [*(program for program in PACKAGES if find(program) is None), *node.lacking()]
    print(f"missing: {', '.join(lacking)}" if lacking else f"all are there: {', '.join([*PACKAGES, *node.PACKAGES])}")
    if lacking and not wanted:
        print(f"tests that need them are skipped; {CONSENT}=1 installs them: as root from Debian, Prism by npm")
    return 1 if os.environ.get("CI") and lacking else 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait for environments of tox that install at the same time."""
    with Path(tempfile.gettempdir(), "quantcdn-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_programs(programs: list[str]) -> None:
    """Install programs where this is root on a Debian; their services neither start now nor with the machine."""
    apt = find("apt-get")
    if not programs or apt is None or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_service_starts():
        subprocess.run([apt, "update"], env=environment, check=False)
        for program in programs:
            for package in PACKAGES[program]:
                command = [apt, "install", "-y", "--no-install-recommends", package]
                if subprocess.run(command, env=environment, check=False).returncode == 0:
                    print(f"{program}: installed {package}")
                    break
    for service in {*SERVICES} & {*programs}:
        for tool, *command in (("systemctl", "disable", service), ("update-rc.d", service, "disable")):
            if path := find(tool):
                subprocess.run([path, *command], check=False)


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Forbid packages to start services, in Debian's way, unless this machine has a policy of its own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


class Certificates:
    """An authority, another one that nobody knows, and what they sign."""

    def __init__(self, folder: Path) -> None:
        import trustme

        self._folder = folder
        self._authority = trustme.CA()
        self._stranger = trustme.CA()
        self.pem = self._authority.cert_pem.bytes().decode()
        self.der = ssl.PEM_cert_to_DER_cert(self.pem)
        self.file = str(folder / "authority.pem")
        self._authority.cert_pem.write_to_path(self.file)

    def leaf(self, *names: str, expired: bool = False, unknown: bool = False) -> trustme.LeafCert:
        """Sign a certificate, by default for this machine."""
        now = datetime.datetime.now(datetime.UTC)
        authority = self._stranger if unknown else self._authority
        return authority.issue_cert(
            *(names or ("localhost", "127.0.0.1", "::1")),
            not_before=now - datetime.timedelta(days=20),
            not_after=now + datetime.timedelta(days=-10 if expired else 10),
        )

    def context(
        self, *names: str, expired: bool = False, unknown: bool = False, clients: bool = False
    ) -> ssl.SSLContext:
        """Make what a server needs for TLS; with ``clients`` it asks for a client's certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.leaf(*names, expired=expired, unknown=unknown).configure_cert(context)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            self._authority.configure_trust(context)
        return context

    def pair(self, name: str, *identities: str) -> tuple[str, str]:
        """Write a certificate and its key; returns their paths."""
        leaf = self.leaf(*identities)
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        key.write_bytes(leaf.private_key_pem.bytes())
        return str(certificate), str(key)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def dead_port(address: str = "127.0.0.1") -> Iterator[int]:
    """Hold a port on which nobody listens, so that connections are refused."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as held:
        held.bind((address, 0))
        yield held.getsockname()[1]


@contextlib.contextmanager
def black_hole(address: str = "127.0.0.1") -> Iterator[int]:
    """Hold a port that never answers: Linux drops what comes for a listener whose queue is full."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((address, 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket(family))
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


class Program:
    """A program that listens on ports of its own."""

    patience = 4.0
    """Within how many seconds it has to listen."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._passed_over = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], configure: Callable[[], list[int]]) -> None:
        """Start it; anew with other ports where another process was quicker to take one."""
        for _ in range(5):
            ports = configure()
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            if all(self._listens(port) for port in ports):
                return
            self.stop()
        raise RuntimeError(f"{command[0]} does not start: {self._log.read_text() if self._log.exists() else 'no log'}")

    def _listens(self, port: int) -> bool:
        for _ in range(int(self.patience / 0.02)):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return self._process is not None and self._process.poll() is None
            if self._process is None or self._process.poll() is not None:
                return False
            time.sleep(0.02)
        return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)

    def forget(self) -> None:
        """Leave out of ``lines`` what has been logged by now."""
        self._passed_over = len(self._logged())

    def lines(self, mark: str, count: int) -> list[str]:
        """List the logged lines with a mark; the log may be late by a moment, so wait for a count of them."""
        for _ in range(50):
            found = [line for line in self._logged()[self._passed_over :] if mark in line]
            if len(found) >= count:
                break
            time.sleep(0.01)
        return found

    def _logged(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines() if self._log.exists() else []


_NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    log_format one 'request $connection $status $request_uri';
    access_log {folder}/access.log one;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type application/json;
    keepalive_timeout 200ms;
    gzip on;
    gzip_min_length 1;
    gzip_types application/json;
    server {{
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{tls} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        location / {{ return 200 '{json}'; }}
        location /small/ {{ return 413; }}
        location /files/ {{ root {folder}; default_type application/octet-stream; }}
        location /dead/ {{ proxy_pass http://127.0.0.1:{dead}; }}
    }}
    server {{
        listen 127.0.0.1:{strict} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_client_certificate {authority};
        ssl_verify_client on;
        location / {{ return 200 '{json}'; }}
    }}
}}
"""


class Nginx(Program):
    """A web server: plain, with TLS, and (``strict``) with TLS that asks for a client's certificate.

    It closes idle connections after 0.2 s. Under ``/small/`` it answers 413, under ``/dead/`` 502, under ``/files/``
    with the files of its folder ``files``, ranges and all, else with names.
    """

    def __init__(self, folder: Path, certificates: Certificates, dead: int) -> None:
        super().__init__(folder / "access.log")
        self._folder = folder
        self.files = folder / "files"
        self.files.mkdir()
        self._fixed = {"authority": certificates.file, "dead": dead, "json": NAMES_JSON, "folder": folder}
        self._fixed["certificate"], self._fixed["key"] = certificates.pair("nginx")
        configuration = str(folder / "nginx.conf")
        command = [needed("nginx"), "-p", str(folder), "-e", str(folder / "error.log"), "-c", configuration]
        self.start(command, self._configure)
        self.plain_url = f"http://127.0.0.1:{self.plain}"
        self.url = f"https://127.0.0.1:{self.tls}"
        self.strict_url = f"https://127.0.0.1:{self.strict}"
        self.forget()

    def _configure(self) -> list[int]:
        self.plain, self.tls, self.strict = ports = [free_port() for _ in range(3)]
        text = _NGINX.format(plain=self.plain, tls=self.tls, strict=self.strict, **self._fixed)
        (self._folder / "nginx.conf").write_text(text)
        return ports

    def forget(self) -> None:
        """Leave out what has been asked by now; a request of our own is logged behind all of it."""
        super().forget()
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{self.plain_url}/small/mark", timeout=5)
        self.lines("/small/mark", 1)
        super().forget()

    def requests(self, count: int) -> list[str]:
        """List the requests that were answered, as ``request CONNECTION STATUS TARGET``; wait for a count of them."""
        return self.lines("request ", count)


class Tinyproxy(Program):
    """A proxy; with a user and a password it asks for them."""

    def __init__(self, folder: Path, user: str = "", password: str = "") -> None:
        super().__init__(folder / "log")
        self._folder = folder
        self._credentials = f"BasicAuth {user} {password}\n" if user else ""
        self.start([needed("tinyproxy"), "-d", "-c", str(folder / "conf")], self._configure)
        self.url = f"http://127.0.0.1:{self.port}"

    def _configure(self) -> list[int]:
        self.port = free_port()
        (self._folder / "conf").write_text(
            f"Port {self.port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 10\nMaxClients 50\n"
            f'LogFile "{self._folder / "log"}"\nLogLevel Connect\n{self._credentials}'
        )
        return [self.port]

    def requests(self, count: int = 0) -> list[str]:
        """List the request lines that arrived; wait for a count of them."""
        return [line.partition("): ")[2] for line in self.lines("Request (file descriptor", count)]


def join(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until one side ends."""
    ends = {one: other, other: one}
    while True:
        # What TLS has unpacked already, select cannot see.
        unpacked = [end for end in ends if isinstance(end, ssl.SSLSocket) and end.pending()]
        for source in unpacked or select.select(list(ends), [], [])[0]:
            data = source.recv(65_536)
            if not data:
                return
            ends[source].sendall(data)


class ConnectProxy(ScriptedServer):
    """A proxy that makes tunnels, or gives each request the next answer of a script."""

    def __init__(self, *script: Answer, context: ssl.SSLContext | None = None) -> None:
        super().__init__(*(script or (self.tunnel,)), context=context)

    def tunnel(self, connection: socket.socket) -> None:
        host, _, port = self.requests[-1].target.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), 5) as target:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            join(connection, target)
        raise ConnectionAbortedError


class SocksProxy(ScriptedServer):
    """A SOCKS5 proxy (RFC 1928, RFC 1929).

    Args:
        user: Who may use it; "" for everybody.
        password: The user's password.
        reply: How a request is answered; 0 is yes.
        drip: Seconds before each byte of an answer.
        stall: What is never answered: ``hello``, ``request`` or nothing.
    """

    def __init__(self, user: str = "", password: str = "", *, reply: int = 0, drip: float = 0, stall: str = "") -> None:
        self._secret = (user.encode(), password.encode())
        self._reply = reply
        self._drip = drip
        self._stall = stall
        self.targets: list[tuple[str, int]] = []
        super().__init__()
        self.url = f"socks5h://127.0.0.1:{self.port}"

    def _serve(self, plain: socket.socket, number: int) -> None:
        # An early end of what the client says shows as an index out of range.
        with contextlib.suppress(OSError, IndexError), plain, plain.makefile("rb") as received:
            received.read(received.read(2)[1])
            method = 2 if self._secret[0] else 0
            self._say(plain, bytes([5, method]), "hello")
            if method and not self._is_known(plain, received.read):
                return
            address = self._asked(received.read)
            self.targets.append(address)
            self._say(plain, bytes([5, self._reply, 0, 1, 0, 0, 0, 0, 0, 0]), "request")
            if self._reply == 0:
                with socket.create_connection(address, 5) as target:
                    join(plain, target)

    def _say(self, connection: socket.socket, data: bytes, step: str) -> None:
        if step == self._stall:
            self.wait(5)
        for byte in data:
            self.wait(self._drip)
            connection.sendall(bytes([byte]))

    def _is_known(self, connection: socket.socket, read: Callable[[int], bytes]) -> bool:
        user = read(read(2)[1])
        known = (user, read(read(1)[0])) == self._secret
        self._say(connection, bytes([1, not known]), "secret")
        return known

    @staticmethod
    def _asked(read: Callable[[int], bytes]) -> tuple[str, int]:
        kind = read(4)[3]
        name = read(read(1)[0]).decode() if kind == 3 else socket.inet_ntop(*_ADDRESSES[kind](read))
        return name, int.from_bytes(read(2), "big")


_ADDRESSES: dict[int, Callable[[Callable[[int], bytes]], tuple[int, bytes]]] = {
    1: lambda read: (socket.AF_INET, read(4)),
    4: lambda read: (socket.AF_INET6, read(16)),
}


class Relay(ScriptedServer):
    """Passes bytes on to a port of this machine, and the answers back with faults.

    Args:
        port: Where to.
        latency: Seconds before each piece of an answer.
        piece: How many bytes of an answer are passed on at once; 0 for as they come.
        cut: After how many bytes of answers the connection is reset.
        stall: After how many bytes of answers nothing more comes.
    """

    def __init__(
        self, port: int, *, latency: float = 0, piece: int = 0, cut: int | None = None, stall: int | None = None
    ) -> None:
        self._to = port
        self._latency = latency
        self._piece = piece
        self._cut = cut
        self._stop = cut if cut is not None else stall
        super().__init__()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), plain, socket.create_connection(("127.0.0.1", self._to), 5) as target:
            passed = 0
            while True:
                ready = select.select([plain, target], [], [])[0]
                if plain in ready:
                    target.sendall(self._received(plain))
                if target in ready:
                    passed += self._answer(plain, self._received(target), passed)

    @staticmethod
    def _received(source: socket.socket) -> bytes:
        data = source.recv(65_536)
        if not data:
            raise ConnectionAbortedError
        return data

    def _answer(self, plain: socket.socket, data: bytes, passed: int) -> int:
        allowed = data if self._stop is None else data[: max(self._stop - passed, 0)]
        size = self._piece or len(data)
        for start in range(0, len(allowed), size):
            self.wait(self._latency)
            plain.sendall(allowed[start : start + size])
        if len(allowed) < len(data) and self._cut is not None:
            reset(plain)
        return len(data)


if __name__ == "__main__":
    sys.exit(install())
