"""Processes of the command without a start of Python for each: one process loads it, and forks for each call.

A start and the imports take a third of a second, and the tests start the command many hundreds of times. Between the
fork and ``main`` nothing is shared that a new process has for itself: descriptors, environment, folder and signals.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import marshal
import os
import pkgutil
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

COMMAND = Path(sys.executable).with_name("quantcdn")

_LONGEST_MESSAGE = 200_000


class Forked:
    """A process of the command, with what the tests use of ``subprocess.Popen``."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], *files: int) -> None:
        own, status = os.pipe()
        message = marshal.dumps([list(arguments), dict(environ), os.getcwd()])
        try:
            socket.send_fds(_server(os.getpid()), [message], [*files, status])
        finally:
            os.close(status)
        self._status = os.fdopen(own, encoding="ascii")
        self.pid = int(self._status.readline())
        self.returncode: int | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._reap, daemon=True).start()

    def _reap(self) -> None:
        with self._status:
            self.returncode = os.waitstatus_to_exitcode(int(self._status.readline()))
        self._ended.set()

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired("quantcdn", timeout or 0)
        return self.returncode

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(arguments: Sequence[str], environ: Mapping[str, str], given: bytes, timeout: float) -> CompletedProcess[bytes]:
    """Run the command to its end, between pipes."""
    (stdin, feed), (out, stdout), (err, stderr) = (os.pipe() for _ in range(3))
    process = Forked(arguments, environ, stdin, stdout, stderr)
    for end in (stdin, stdout, stderr):
        os.close(end)
    with ThreadPoolExecutor(3) as pool:
        fed = pool.submit(_feed, feed, given)
        said, told = (pool.submit(_read, end) for end in (out, err))
        try:
            process.wait(timeout)
        finally:
            process.kill()
        fed.result()
        return CompletedProcess(arguments, process.wait(), said.result(), told.result())


def _read(end: int) -> bytes:
    with os.fdopen(end, "rb") as stream:
        return stream.read()


def _feed(end: int, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), os.fdopen(end, "wb", buffering=0) as stream:
        while data:
            data = data[stream.write(data) :]


class Program:
    """A folder for the PATH of shells: its ``quantcdn`` is a process of the command too."""

    def __init__(self) -> None:
        self.descriptor = _server(os.getpid()).fileno()
        """What a shell has to pass on, as ``subprocess.Popen(pass_fds=…)`` does."""
        self.folder = _program(self.descriptor)


@cache
def _program(descriptor: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="quantcdn-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-I", "-S", Path(__file__).with_name("forkclient.py"), descriptor, COMMAND]
    file = folder / COMMAND.name
    file.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
    file.chmod(0o755)
    return folder


@cache
def _server(_pid: int) -> socket.socket:
    """Start the server of this process; it ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LONGEST_MESSAGE)
    # Without the settings of the language, as the processes that it forks: their streams follow from them.
    environ = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(sys.path), **environ},
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _serve(connection: socket.socket) -> list[str] | None:
    """Fork for each message; returns a command's arguments in the process that has to run it, and None at the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, files, _, _ = socket.recv_fds(connection, _LONGEST_MESSAGE, 4)
        if not message:
            return None
        if os.fork() == 0:
            connection.close()
            arguments, environ, folder = marshal.loads(message)
            if _is_child(files.pop()):
                _become(environ, folder, files)
                return list(arguments)
        for file in files:
            os.close(file)


def _is_child(status: int) -> bool:
    """Fork once more: the parent tells of the child by a pipe until it has ended, and ends too."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(status)
        return True
    os.write(status, f"{pid}\n".encode())
    os.write(status, f"{os.waitpid(pid, 0)[1]}\n".encode())
    os._exit(0)


def _become(environ: Mapping[str, str], folder: str, files: list[int]) -> None:
    """Make of this process what a new one would be."""
    os.setsid()  # or it would read a password from the terminal of whoever runs the tests
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        made = io.TextIOWrapper(
            open(number, "rb" if number == 0 else "wb", closefd=False),  # noqa: SIM115 - as long as the process
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=number == 2 or os.isatty(number),
        )
        setattr(sys, stream.name.strip("<>"), made)
        setattr(sys, f"__{stream.name.strip('<>')}__", made)


def _load() -> None:
    """Import what the commands may need."""
    import quantcdn.cli

    for module in pkgutil.walk_packages(quantcdn.cli.__path__, "quantcdn.cli."):
        importlib.import_module(module.name)
    gc.freeze()  # a collection would write to every page that a fork shares


def main() -> int:
    """Serve until the other end closes, or run the command in a process of its own."""
    _load()
    from quantcdn.cli import main

    arguments = _serve(socket.socket(fileno=int(sys.argv[1])))
    if arguments is None:
        return 0
    sys.argv = [str(COMMAND), *arguments]
    return main()


if __name__ == "__main__":
    sys.exit(main())
