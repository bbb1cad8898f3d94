"""Ports on which something, nothing or a stranger listens."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator


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
