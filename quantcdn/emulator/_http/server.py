"""HTTP on a loopback socket: the only module that knows how answers travel."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from quantcdn.emulator._http.request import Headers, Request
from quantcdn.emulator._http.response import Answer, json_answer

HOST = "127.0.0.1"

Answering = Callable[[Request], Answer]
"""Answers a request."""

_LARGEST_BODY = 1024 * 1024

_CLOSING_TIME = 5.0

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Server:
    """A port that is open from the start, and answered from ``start`` on.

    Args:
        port: The port, or 0 for a free one.

    Raises:
        OSError: The port is in use, or may not be opened.
    """

    def __init__(self, port: int) -> None:
        self._server = _Server(port)
        self._thread = threading.Thread(target=self._server.serve, name="quantcdn-emulator", daemon=True)

    @property
    def port(self) -> int:
        """The port."""
        return self._server.server_port

    def start(self, answering: Answering) -> None:
        """Answer requests, in threads of their own."""
        self._server.RequestHandlerClass = partial(_Handler, answering, self._server.closing)
        self._thread.start()

    def close(self) -> None:
        """End all connections, and wait for their threads."""
        self._server.close(self._thread)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    timeout = 1.0  # the longest that a close waits, should its own connection below not come through

    def __init__(self, port: int) -> None:
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer would ask the resolver for this machine's name here, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def serve(self) -> None:
        while not self.closing.is_set():
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        if self.closing.is_set():
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        # No shutdown before the close: its FIN would come before a reset.
        self.close_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that has gone is no error of ours; anything else is, and is shown.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close(self, thread: threading.Thread) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            # The thread waits for a connection: this one wakes it.
            socket.create_connection((HOST, self.server_port), timeout=1).close()
        thread.join(_CLOSING_TIME)
        self.server_close()
        with self._changed:
            for request in self._open:
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, _CLOSING_TIME)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def __init__(self, answering: Answering, closing: threading.Event, *args: Any) -> None:
        self._answering = answering
        self._closing = closing
        super().__init__(*args)

    def _serve(self) -> None:
        self._skip_body()
        answer = self._answering(Request(self.command, self.path, Headers(self.headers.items())))
        if self._closing.wait(answer.delay) if answer.delay else self._closing.is_set():
            self.close_connection = True
        elif answer.reset:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        else:
            self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _serve  # noqa: N815 - http.server's names
    do_DELETE = do_OPTIONS = do_TRACE = do_QUERY = _serve  # noqa: N815 - http.server's names

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.truncate:
            self.close_connection = True
        elif self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.truncate else answer.body)

    def _skip_body(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True  # where the next request begins is not known
        else:
            self.rfile.read(int(length))

    def handle_expect_100(self) -> bool:
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # http.server calls this for requests that it cannot read, and would answer a web page.
        self.close_connection = True
        self._send(json_answer(code, {"error": message or explain or "Bad request"}).completed(time.time(), "unread"))

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.rfile.close()
