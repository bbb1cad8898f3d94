"""Real programs for the tests, each on ports and in a folder of its own: nginx and tinyproxy."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from test.helpers.certificates import Certificates
from test.helpers.ports import free_port
from test.tools.parts import needed

NAMES_JSON = '{"tools": ["get_weather"], "count": 1}'


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
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(f"{self.plain_url}/small/mark", timeout=5).close()
        except urllib.error.HTTPError as refused:
            refused.close()  # Python 3.14 warns of one that is left open
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
