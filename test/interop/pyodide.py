"""Pyodide from npm, the packages that the client needs there from PyPI, and the ways to run a program in it."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlsplit

import quantcdn
from test.tools.parts import needed

VERSION = "314.0.7"
_PYTHON, _PLATFORM = "3.14", "pyemscripten_2026_0_wasm32"  # of that version
_NEEDED = ("pydantic", "urllib3", "python-dateutil", "typing-extensions")
_SCRIPT = Path(__file__).with_name("pyodide.mjs")
_KINDS = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}


def _folder() -> Path:
    """Find the folder with Pyodide and the packages, which is filled once."""
    target = Path.home() / ".cache" / "quantcdn-tests" / f"pyodide-{VERSION}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent))
        npm = [needed("npm"), "install", "--ignore-scripts", "--no-audit", "--no-fund", f"pyodide@{VERSION}"]
        subprocess.run([*npm, "--prefix", str(beside)], cwd=beside, check=True)
        system = ["--platform", _PLATFORM, "--python-version", _PYTHON, "--abi", f"cp{_PYTHON.replace('.', '')}"]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", *system, *_NEEDED]
        subprocess.run([*pip, "--dest", str(beside / "wheels")], check=True)
        os.replace(beside, target)
    return target


def _with_client(folder: Path) -> tuple[Path, Path]:
    """Return the folder of Pyodide, and one with the packages and with the client as it is now."""
    installed = _folder()
    wheels = folder / "wheels"
    shutil.copytree(installed / "wheels", wheels)
    package = Path(quantcdn.__file__).parent
    with zipfile.ZipFile(wheels / "quantcdn.zip", "w") as archive:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(package.parent))
    return installed / "node_modules" / "pyodide", wheels


def run_in_node(program: str, folder: Path) -> str:
    """Run a program, and return what it prints."""
    pyodide, wheels = _with_client(folder)
    path = folder / "program.py"
    path.write_text(program, "utf-8")
    node = needed("node")
    version = re.findall(r"\d+", subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout)
    flags = ["--experimental-wasm-stack-switching"] if int(version[0]) < 24 else []
    command = [node, *flags, _SCRIPT, pyodide / "pyodide.mjs", wheels, path]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout


def run_in_chromium(program: str, folder: Path, service: str, *, in_worker: bool, suspends: bool) -> str:
    """Run a program in a page whose server passes on to a service what the page asks of it."""
    pyodide, wheels = _with_client(folder)
    with _serving(pyodide, wheels, service) as site:
        site.program = program.replace("SERVICE", site.url)
        script = f"/pyodide.mjs{'?suspends' if suspends else ''}"
        start = f"new Worker('{script}', {{type: 'module'}})" if in_worker else f"import('{script}')"
        site.page = f"<!doctype html><script>{start}</script>"
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
        # It ends by itself only without this port.
        command = [needed("chromium"), *options, "--remote-debugging-port=0", site.url]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return site.printed.get(timeout=100)
        finally:
            browser.terminate()
            browser.wait()


class _Site(ThreadingHTTPServer):
    """What serves the page, Pyodide, the packages and the program; all else it passes on."""

    daemon_threads = True
    page = program = ""

    def __init__(self, pyodide: Path, wheels: Path, service: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folders = {"pyodide": pyodide, "wheels": wheels}
        self.service = urlsplit(service).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.printed: Queue[str] = Queue()


class _Handler(BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        folder, _, name = self.path.partition("?")[0].removeprefix("/").partition("/")
        if self.path == "/":
            self._send(self.server.page.encode(), "text/html")
        elif folder == _SCRIPT.name:
            self._send(_SCRIPT.read_bytes(), _KINDS[_SCRIPT.suffix])
        elif folder == "program":
            self._send(self.server.program.encode(), "text/plain; charset=utf-8")
        elif folder == "wheels" and not name:
            self._send(json.dumps(os.listdir(self.server.folders[folder])).encode(), "application/json")
        elif folder in self.server.folders:
            path = self.server.folders[folder] / name
            self._send(path.read_bytes(), _KINDS.get(path.suffix, "application/octet-stream"))
        else:
            self._pass_on()

    def do_POST(self) -> None:
        self.server.printed.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._send(b"", "text/plain")

    def _pass_on(self) -> None:
        connection = http.client.HTTPConnection(self.server.service, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        connection.request("GET", self.path, headers=headers)
        response = connection.getresponse()
        self._send(response.read(), response.headers.get_content_type(), response.status)
        connection.close()

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Write no line a request."""


@contextmanager
def _serving(pyodide: Path, wheels: Path, service: str) -> Iterator[_Site]:
    with _Site(pyodide, wheels, service) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()
