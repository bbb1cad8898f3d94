"""HTTP/1.1 on a loopback socket: the only module of the emulator that knows sockets."""

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

from quantcdn import _portability
from quantcdn.emulator._http.request import Headers, IncomingRequest
from quantcdn.emulator._http.response import Response, json_response

HOST = "127.0.0.1"

Respond = Callable[[IncomingRequest], Response]

_LARGEST_BODY = 1024 * 1024

_CLOSING_TIME = 5.0

# struct linger with a time of 0: a close then sends RST in place of FIN, which a client sees as ECONNRESET.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Server:
    """A port that is open from the start, so that it is known, and served from ``start`` on."""

    def __init__(self, port: int) -> None:
        if _portability.IN_BROWSER:
            raise OSError("Pyodide has neither ports nor threads: run 'quantcdn emulator' outside of it")
        self._server = _Server(port)
        self._thread = threading.Thread(target=self._server.serve, name="quantcdn-emulator", daemon=True)

    @property
    def port(self) -> int:
        """The port, which is never 0."""
        return self._server.server_port

    def start(self, respond: Respond) -> None:
        """Respond to requests, each connection in a thread of its own."""
        self._server.RequestHandlerClass = partial(_Handler, respond, self._server.closing)
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
        """Bind the socket, and learn the port."""
        # On Windows, which alone has this, an address that may be used again may be taken while it is in use
        # (https://learn.microsoft.com/en-us/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse).
        if (exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", None)) is not None:
            self.allow_reuse_address = False
            self.socket.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        # HTTPServer would ask the resolver for this machine's name here, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def serve(self) -> None:
        """Accept connections until the server closes."""
        while not self.closing.is_set():
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, unless the server closes."""
        with self._changed:
            self._open.add(request)
        if self.closing.is_set():
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, without the FIN that socketserver would send before the RST of a fault."""
        self.close_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless it is a client that has gone."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close(self, thread: threading.Thread) -> None:
        """End all connections, and wait for the threads."""
        self.closing.set()
        with contextlib.suppress(OSError):
            # The thread waits in accept for a connection, and this is one.
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
    # Head and body leave in one segment, at once: else Nagle's algorithm and delayed acknowledgements cost 40 ms.
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def __init__(self, respond: Respond, closing: threading.Event, *args: Any) -> None:
        self._respond = respond
        self._closing = closing
        super().__init__(*args)

    def _serve(self) -> None:
        self._skip_body()
        response = self._respond(IncomingRequest(self.command, self.path, Headers(self.headers.items())))
        if self._closing.wait(response.delay) if response.delay else self._closing.is_set():
            self.close_connection = True
        elif response.reset:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        else:
            self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _serve  # noqa: N815 - http.server's names
    do_DELETE = do_OPTIONS = do_TRACE = do_QUERY = _serve  # noqa: N815 - http.server's names

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.truncate:
            # No "Connection: close", which would announce the end that the client is to be surprised by.
            self.close_connection = True
        elif self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body[: len(response.body) // 2] if response.truncate else response.body)

    def _skip_body(self) -> None:
        """Read a request's body away, since the next request on the connection begins behind it."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True  # where the body ends is not known, or too far to read on
        else:
            self.rfile.read(int(length))

    def handle_expect_100(self) -> bool:
        """Send the interim response at once."""
        proceed = super().handle_expect_100()
        # Else the line would stay in the buffer, and the client would wait for it with its body.
        self.wfile.flush()
        return proceed

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Respond with JSON to a request that cannot be read, where http.server would send a web page."""
        self.close_connection = True
        response = json_response(code, {"error": message or explain or "Bad request"})
        self._send(response.with_common_headers(time.time(), "unread"))

    def finish(self) -> None:
        """Close both files, though the first may fail."""
        try:
            super().finish()
        finally:
            self.rfile.close()
