"""What differs between POSIX, Windows and Pyodide, of which no own module is imported here, and what a fork changes."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import re
import shlex
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TextIO

WINDOWS = os.name == "nt"

IN_BROWSER = sys.platform == "emscripten"
"""Whether this is Pyodide, in a browser or in Node.js: it has neither threads nor sockets."""

INTERRUPT_LATENCY = 0.5
"""How long nothing may wait in one go on Windows, in seconds, so that Ctrl-C ends it within a second."""

# What PowerShell takes for a word as it is: it splits an option at a dot or a colon, and changes what is a number.
_IS_PLAIN = re.compile(r"--?[A-Za-z-]*|[A-Za-z_][\w./:\\-]*", re.ASCII).fullmatch
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
_FIRST_PROCESS = os.getpid()

# Between attempts to move a file, in seconds: one in all.
_PAUSES = (0.05, 0.1, 0.15, 0.3, 0.4)

# No file comes so far, and the locks of Windows let nobody else read what is locked.
_LOCKED_BYTE = 0x7FFF_FFFE


def open_flags(*names: str) -> int:
    """Combine those flags of ``os.open`` that this system has."""
    flags = 0
    for name in names:
        flags |= getattr(os, name, 0)
    return flags


def lock(descriptor: int) -> None:
    """Lock a file until it is closed, or raise BlockingIOError."""
    if not WINDOWS:
        fcntl: Any = importlib.import_module("fcntl")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    msvcrt: Any = importlib.import_module("msvcrt")
    os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        raise BlockingIOError(errno.EAGAIN, "the file is locked") from error


def user_folder(xdg: str, default: str, windows: str) -> Path:
    """Find a folder of the user's: by the XDG Base Directory Specification, or by Windows' own variable.

    Raises:
        RuntimeError: The user has no home.
    """
    for name in (xdg, windows) if WINDOWS else (xdg,):
        folder = os.environ.get(name, "")
        if os.path.isabs(folder):  # the specification: a relative one is to be ignored
            return Path(folder)
    return Path.home() / default


def move(do: Callable[[], object]) -> None:
    """Move a file; on Windows, for a second, again: a scanner may have open what was just written."""
    for pause in _PAUSES if WINDOWS else ():
        with contextlib.suppress(PermissionError):
            do()
            return
        time.sleep(pause)
    do()


def join_command(words: Iterable[str]) -> str:
    """Write words as a line to paste into the shell of this system: PowerShell on Windows, else a POSIX shell."""
    if not WINDOWS:
        return shlex.join(words)
    return " ".join(word if _IS_PLAIN(word) else quoted_for_powershell(word) for word in words)


def set_variable(name: str, value: str) -> str:
    """Write the line that sets an environment variable in the shell of this system."""
    return f"$env:{name} = {quoted_for_powershell(value)}" if WINDOWS else f"export {name}={shlex.quote(value)}"


def quoted_for_powershell(text: str) -> str:
    """Quote a text for PowerShell, to which typographic quotes are quotes too."""
    return f"'{_QUOTES.sub(lambda quote: 2 * quote[0], text)}'"


def is_closed_pipe(error: OSError) -> bool:
    """Tell whether a write failed since nobody reads any more."""
    return isinstance(error, BrokenPipeError) or (WINDOWS and error.errno == errno.EINVAL)


def is_connecting(code: int) -> bool:
    """Tell from what ``connect_ex`` returns whether a socket that does not block goes on connecting."""
    return code == (errno.EWOULDBLOCK if WINDOWS else errno.EINPROGRESS)


def socket_error(code: int) -> OSError:
    """Make the error of a code that a socket gives."""
    if not WINDOWS:
        return OSError(code, os.strerror(code))
    ctypes: Any = importlib.import_module("ctypes")
    return OSError(code, ctypes.FormatError(code).strip())  # strerror does not know the codes of sockets there


def receive_in_parts(sock: socket.socket, buffer: Any, seconds: float) -> int:
    """Receive within some seconds, on Windows, where Ctrl-C is noticed between two receives and not within one."""
    while seconds > INTERRUPT_LATENCY:
        sock.settimeout(INTERRUPT_LATENCY)
        seconds -= INTERRUPT_LATENCY
        with contextlib.suppress(TimeoutError):
            return sock.recv_into(buffer)
    sock.settimeout(seconds)
    return sock.recv_into(buffer)


def understands_escapes(stream: TextIO) -> bool:
    """Tell whether a terminal takes escape sequences; a console of Windows is first told to."""
    if not WINDOWS:
        return os.environ.get("TERM") not in (None, "", "dumb")
    if os.environ.get("TERM") == "dumb":
        return False
    ctypes: Any = importlib.import_module("ctypes")
    msvcrt: Any = importlib.import_module("msvcrt")
    console, handle, mode = ctypes.windll.kernel32, msvcrt.get_osfhandle(stream.fileno()), ctypes.c_ulong()
    processing = 4  # ENABLE_VIRTUAL_TERMINAL_PROCESSING
    known = console.GetConsoleMode(handle, ctypes.byref(mode))
    return bool(known and console.SetConsoleMode(handle, mode.value | processing))


def is_child_process() -> bool:
    """Say whether this process was forked off one that had this package, or started by ``multiprocessing``."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    is_started = multiprocessing is not None and multiprocessing.parent_process() is not None
    return is_started or os.getpid() != _FIRST_PROCESS


class ProcessLock:
    """A lock for the threads of one process; a process that was forked off has a free one of its own.

    Args:
        make: Makes a lock.
    """

    # A thread that is not in the child may have held the parent's lock when the fork was made.

    def __init__(self, make: Callable[[], AbstractContextManager[bool]] = threading.Lock) -> None:
        self._make = make
        self._locks: dict[int, AbstractContextManager[bool]] = {}

    def of_process(self) -> AbstractContextManager[bool]:
        """Get the lock of this process."""
        process = os.getpid()
        lock = self._locks.get(process)
        # One step, so that threads that come here at once get the same lock.
        return self._locks.setdefault(process, self._make()) if lock is None else lock
