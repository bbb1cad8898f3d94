"""Requests to the local service that go round the client, for what a client would not send or would not show."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from quantcdn.emulator import Emulator

TOOLS = "/api/v3/organizations/acme/ai/tools"
START = 1_767_225_600
"""The time at first on a ``ManualClock``, in seconds since 1970."""


def ask(
    service: Emulator, target: str, *, method: str = "GET", token: bool = True, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=5)
    try:
        authorization = {"Authorization": f"Bearer {service.token}"} if token else {}
        connection.request(method, target, headers={**authorization, **headers})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def body_of(service: Emulator, target: str) -> Any:
    return json.loads(ask(service, target)[1])


def connect(service: Emulator) -> socket.socket:
    """Open a connection."""
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def exchange(service: Emulator, request: bytes) -> bytes:
    """Send bytes, and read to the end of the connection."""
    with connect(service) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))
