"""The command as shells start it: ``python -I -S forkclient.py DESCRIPTOR COMMAND ARGUMENTS``.

It asks the process at a descriptor (``forkserver.py``) for a fork, passes signals on to it, and ends as it does. What
it imports is a part of Python itself or one file: a start takes 10 ms, where the command and what it needs take 400.
"""

from __future__ import annotations

import _signal
import _socket
import marshal
import os
import sys

STREAMS = (0, 1, 2)


def main() -> int:
    """Run the command to its end."""
    if any(_is_closed(stream) for stream in STREAMS):  # which no message can take along
        os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
    pids: list[int] = []
    early: list[int] = []

    def forward(number: int, _frame: object) -> None:
        if pids:
            os.kill(pids[0], number)
        else:
            early.append(number)

    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, forward)
    with _asked(int(sys.argv[1])) as told:
        pids.append(int(told.readline()))
        for number in early:
            os.kill(pids[0], number)
        status = int(told.readline())
    if os.WIFSIGNALED(status):
        _signal.signal(os.WTERMSIG(status), _signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.waitstatus_to_exitcode(status)


def _is_closed(stream: int) -> bool:
    try:
        os.fstat(stream)
    except OSError:
        return True
    return False


def _asked(server: int):  # type: ignore[no-untyped-def]  # typing takes as long to import as all the rest
    """Send what the command is to have; gives the file that tells its process, then its status."""
    own, status = os.pipe()
    files = b"".join(number.to_bytes(4, sys.byteorder) for number in (*STREAMS, status))
    message = marshal.dumps([sys.argv[3:], dict(os.environ), os.getcwd()])
    connection = _socket.socket(fileno=server)
    connection.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
    os.close(status)
    return open(own)


if __name__ == "__main__":
    sys.exit(main())
