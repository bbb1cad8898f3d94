"""Windows and Pyodide, simulated: without what they lack, and with stand-ins for what they have."""

from __future__ import annotations

import argparse
import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from quantcdn import _portability
from quantcdn._display import terminal
from quantcdn.cli import main
from quantcdn.cli.audit_log import AuditLog
from quantcdn.cli.config_file import config_path, read_config, write_config
from quantcdn.cli.diagnostics import network_probe
from quantcdn.cli.progress.wait_report import advice
from quantcdn.emulator import Emulator
from quantcdn.emulator import __main__ as emulator_command
from quantcdn.exceptions import ApiValueError

IMPORT_ALL = """
import os, pkgutil, importlib, select, signal, socket, sys
import argparse, concurrent.futures, http.server, logging.handlers, multiprocessing, pathlib, selectors, subprocess
import tempfile
import pydantic, urllib3, rich.console, jsonschema, pandas, pytest, IPython.display, dask

for name in ("fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty"):
    sys.modules[name] = None
for module, names in (
    (os, "O_NONBLOCK O_CLOEXEC O_NOFOLLOW O_DIRECTORY fork register_at_fork geteuid getuid pread pwrite fchmod killpg"),
    (signal, "SIGPIPE SIGHUP SIGALRM SIGTSTP SIGWINCH SIGCONT pthread_sigmask setitimer"),
    (select, "poll epoll"),
    (socket, "AF_UNIX socketpair"),
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)

import quantcdn

names = [module.name for module in pkgutil.walk_packages(quantcdn.__path__, "quantcdn.")]
for name in names:
    if not name.endswith(("__main__", "hook-quantcdn")):
        importlib.import_module(name)
print(len(names))
"""


def test_no_module_needs_what_windows_lacks_at_import() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, timeout=90, check=False)
    assert done.stderr == ""
    assert int(done.stdout) > 100


class FakeMsvcrt:
    """The locks of Windows: of a byte, for whoever opened the file."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.locked: dict[tuple[int, int], int] = {}

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        place = (os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR))
        if self.locked.setdefault(place, descriptor) != descriptor:
            raise PermissionError(errno.EACCES, "locked")


@pytest.fixture
def msvcrt(monkeypatch: pytest.MonkeyPatch) -> FakeMsvcrt:
    fake: Any = FakeMsvcrt()
    monkeypatch.setattr(_portability, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setitem(sys.modules, "fcntl", None)  # type: ignore[arg-type] # so that it cannot be imported
    return fake


def test_a_log_has_one_writer(msvcrt: FakeMsvcrt, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with AuditLog(path) as log:
        log.add([])
        with pytest.raises(ApiValueError, match="another watch"):
            AuditLog(path)
    ((_, position),) = msvcrt.locked
    line = path.read_bytes()
    assert json.loads(line)["watching"] is True
    assert position > len(line)  # a reader may follow the file


def test_settings_are_in_the_folder_for_them_whatever_their_mode(
    msvcrt: FakeMsvcrt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("APPDATA", str(tmp_path))
    path = config_path()
    assert path == tmp_path / "quantcdn" / "config.toml"
    write_config(path, {"organisation": "acme"})
    path.chmod(0o666)  # what every file has there
    assert read_config(path) == {"organisation": "acme"}


def test_a_closed_pipe_ends_a_command_quietly(msvcrt: FakeMsvcrt, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_: bytes) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    plain = {"flush": lambda: None, "isatty": lambda: False, "reconfigure": lambda **_: None}
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=SimpleNamespace(write=write, **plain), **plain))
    assert main(["config", "path"]) == 0


@pytest.mark.parametrize(("windows", "code"), [(True, errno.EWOULDBLOCK), (False, errno.EINPROGRESS)])
def test_a_socket_that_goes_on_connecting_is_known(monkeypatch: pytest.MonkeyPatch, windows: bool, code: int) -> None:
    monkeypatch.setattr(_portability, "WINDOWS", windows)
    assert _portability.is_connecting(code)
    assert not _portability.is_connecting(errno.ECONNREFUSED)


@pytest.mark.parametrize(
    ("term", "known", "set_mode", "expected"),
    [(None, 1, 1, True), ("dumb", 1, 1, False), (None, 0, 1, False), (None, 1, 0, False)],
)
def test_a_console_is_told_to_take_escapes(
    msvcrt: FakeMsvcrt,
    monkeypatch: pytest.MonkeyPatch,
    term: str | None,
    known: int,
    set_mode: int,
    expected: bool,
) -> None:
    modes: list[int] = []

    def set_console_mode(_: int, mode: int) -> int:
        modes.append(mode)
        return set_mode

    kernel = SimpleNamespace(GetConsoleMode=lambda _handle, _mode: known, SetConsoleMode=set_console_mode)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(msvcrt, "get_osfhandle", lambda descriptor: descriptor, raising=False)
    monkeypatch.delenv("TERM", raising=False)
    if term:
        monkeypatch.setenv("TERM", term)
    stream: Any = SimpleNamespace(isatty=lambda: True, fileno=lambda: 1)
    assert terminal.can_redraw(stream) is expected
    assert modes == ([4] if term is None and known else [])


def test_a_python_without_docstrings_has_the_same_help_and_results() -> None:
    for words in ("--help", "executions wait --help", "tools names --emulator --json"):
        command = ["-m", "quantcdn", *words.split()]
        plain, optimised = (
            subprocess.run([sys.executable, *options, *command], capture_output=True, text=True, timeout=60, check=True)
            for options in ([], ["-OO"])
        )
        assert plain.stdout == optimised.stdout != ""


def test_pyodide_is_told_that_it_cannot_serve(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_portability, "IN_BROWSER", True)
    with pytest.raises(OSError, match="run 'quantcdn emulator' outside of it"):
        Emulator()
    assert main(["demo"]) == main(["tools", "names", "--emulator"]) == main(["emulator"]) == 1
    assert capsys.readouterr().err.count("neither ports nor threads") == 3


def test_doctor_leaves_the_connection_to_the_browser(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator(organisation="acme") as service:
        for name, value in (("HOST", service.url), ("API_TOKEN", service.token), ("ORGANIZATION", "acme")):
            monkeypatch.setenv(f"QUANTCDN_{name}", value)
        monkeypatch.setattr(_portability, "IN_BROWSER", True)
        monkeypatch.setattr(network_probe, "threading", None)
        assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "skip  connection: the browser makes it, and tells nothing of its steps" in lines
    assert not any(line.startswith(("ok    name", "ok    connection")) for line in lines)
    assert any(line.startswith("ok    call") for line in lines)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_portability, "WINDOWS", True)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("exec_0123-abc", "exec_0123-abc"),
        ("--exit-status", "--exit-status"),
        ("C:\\pictures", "C:\\pictures"),
        ("two words", "'two words'"),
        ("it's", "'it''s'"),
        ("it\u2019s", "'it\u2019\u2019s'"),  # which ends a string in single quotes, too
        ("$(evil)", "'$(evil)'"),
        ("a,b", "'a,b'"),
        ("@splat", "'@splat'"),
        ("007", "'007'"),
        ("--host=http://127.0.0.1:1", "'--host=http://127.0.0.1:1'"),
        ("", "''"),
    ],
)
def test_advice_is_quoted_for_powershell(windows: None, word: str, written: str) -> None:
    assert advice("quantcdn executions wait", [], [word]).endswith(f" {written}" if word else "")
    assert _portability.join_command([word]) == written


def test_the_local_service_says_how_powershell_sets_variables(
    windows: None, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = argparse.ArgumentParser()
    emulator_command.add_arguments(arguments)
    assert emulator_command.run(arguments.parse_args(["--token", "it's"]), lambda: None) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "$env:QUANTCDN_API_TOKEN = 'it''s'" in lines
    assert any(line.startswith("$env:QUANTCDN_HOST = 'http://127.0.0.1:") for line in lines)


def test_no_other_program_can_take_the_port_of_the_local_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)  # of Windows alone
    options: list[int] = []
    real = socket.socket

    class Recorder(real):  # type: ignore[misc,valid-type] # a class of the module
        def setsockopt(self, level: int, name: int, value: Any) -> None:  # type: ignore[override] # one of its forms
            options.append(name)
            super().setsockopt(level, name, value)

    monkeypatch.setattr(socket, "socket", Recorder)
    with Emulator():
        pass
    assert socket.SO_REUSEADDR not in options
    assert socket.SO_KEEPALIVE in options


@pytest.mark.parametrize("code", [10060, 10061])
def test_what_windows_says_of_a_connection_is_in_words(
    windows: None, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(ctypes, "FormatError", {10060: "It did not respond.", 10061: "It refused."}.get, raising=False)
    error = _portability.socket_error(code)
    assert isinstance(error, OSError)
    assert str(error) == f"[Errno {code}] {ctypes.FormatError(code)}"  # type: ignore[attr-defined] # of Windows alone


@pytest.mark.parametrize("refusals", [2, 100])
def test_a_file_that_is_open_for_a_moment_is_moved(
    msvcrt: FakeMsvcrt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, refusals: int
) -> None:
    pauses: list[float] = []
    replace, refused = os.replace, iter([True] * refusals)

    def scanned(source: str, target: str) -> None:
        if next(refused, False):
            raise PermissionError(errno.EACCES, "Access is denied", source, None, target)
        replace(source, target)

    monkeypatch.setattr(_portability.time, "sleep", pauses.append)
    monkeypatch.setattr(os, "replace", scanned)
    path = tmp_path / "config.toml"
    if refusals == 2:
        write_config(path, {"organisation": "acme"})
        assert read_config(path) == {"organisation": "acme"}
        assert len(pauses) == 2
    else:
        with pytest.raises(PermissionError, match=r"Access is denied: .*config\.toml"):
            write_config(path, {"organisation": "acme"})
        assert sum(pauses) == pytest.approx(1)


def test_no_file_is_moved_twice_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_portability.time, "sleep", lambda _: pytest.fail("slept"))

    def refuse() -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        _portability.move(refuse)


LEGACY = """
import io, sys
from quantcdn.cli import main

class Console(io.TextIOWrapper):
    def isatty(self):
        return True

sys.stdout = Console(sys.stdout.buffer, encoding={encoding!r}, errors="strict", write_through=True)
sys.stderr = Console(sys.stderr.buffer, encoding={encoding!r}, errors="backslashreplace", write_through=True)
for words in {commands!r}:
    try:
        main(words.split())
    except SystemExit:
        pass
"""
COMMANDS = (
    "--help",
    "completion --help",
    "n→nsense",
    "tools list --emulator",
    "tools show generate_image --emulator",
    "tools names --emulator --fields näme→",
    "executions list --emulator",
    "executions get exec_0123456789abcdef0123456789abcdef --emulator",
    "executions get → --emulator",
    "executions wait exec_0123456789abcdef0123456789abcdef --emulator",
    "executions watch --emulator --timeout 0.5",
    "doctor --emulator --organisation →",
    "executions save exec_0123456789abcdef0123456789abcdef --emulator --to {folder}/→",
)


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252"])
@pytest.mark.timeout(60)
def test_no_command_fails_on_a_console_of_few_letters(encoding: str, tmp_path: Path) -> None:
    commands = [command.format(folder=tmp_path) for command in COMMANDS]
    program = LEGACY.format(encoding=encoding, commands=commands)
    environ = {**os.environ, "PYTHONUTF8": "0", "XDG_CONFIG_HOME": str(tmp_path), "TERM": "xterm"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environ, timeout=60, check=False)
    assert b"Error" not in done.stderr, done.stderr
    assert done.returncode == 0
    assert done.stdout.count(b"exec_0123456789abcdef0123456789abcdef") >= 3
