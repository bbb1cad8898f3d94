"""A body of a test's choice, read through the public API from a server that sends nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, get_args

from pydantic import BaseModel

import quantcdn
from quantcdn.api.ai_tools_api import OPERATIONS
from test.helpers.server import ScriptedServer, answer

EXECUTION_ID = "exec_0123456789abcdef0123456789abcdef"
ORCHESTRATION_ID = "orch_0123456789abcdef0123456789abcdef"

ARGUMENTS = {"organisation": "acme", "execution_id": EXECUTION_ID, "orchestration_id": ORCHESTRATION_ID}
"""A value of each path parameter."""

CALLS: dict[str, tuple[str, ...]] = {
    operation.name: tuple(ARGUMENTS[name] for name in operation.path_parameters) for operation in OPERATIONS
}
"""What each call takes."""

BODIES: dict[str, Any] = {
    "list_ai_tools": {
        "tools": [
            {
                "toolSpec": {
                    "name": "get_weather",
                    "description": "The weather of a place.",
                    "inputSchema": {"json": {"type": "object", "properties": {"place": {"type": "string"}}}},
                }
            }
        ],
        "count": 1,
    },
    "list_ai_tool_names": {"tools": ["get_weather"], "count": 1},
    "list_ai_tool_executions": {
        "executions": [
            {
                "executionId": EXECUTION_ID,
                "toolName": "get_weather",
                "status": "complete",
                "createdAt": "2026-11-24T04:56:07Z",
                "completedAt": "2026-11-24T04:56:09Z",
            }
        ],
        "count": 1,
        "orgId": "acme",
        "status": "all",
    },
    "get_ai_tool_execution_status": {
        "executionId": EXECUTION_ID,
        "toolName": "generate_image",
        "status": "complete",
        "result": {"images": ["data:image/png;base64,AAAA"], "s3Urls": ["https://bucket.example/a.png"]},
        "error": "none",
        "createdAt": 1795496167,
        "startedAt": 1795496168,
        "completedAt": 1795496179,
        "duration": 11,
    },
    "get_ai_orchestration_status": {
        "orchestrationId": ORCHESTRATION_ID,
        "status": "complete",
        "toolCount": 2,
        "completedTools": 2,
        "synthesizedResponse": "Sunny.",
        "result": "Sunny, too.",
        "duration": 19,
        "tools": [{"executionId": EXECUTION_ID, "toolName": "search_web", "status": "complete", "result": "{}"}],
        "error": "none",
        "createdAt": "2026-11-24T04:56:07Z",
        "completedAt": "2026-11-24T04:56:26Z",
    },
    "list_mcp_servers": {
        "gatewayBaseUrl": "https://gateway.example",
        "servers": [
            {
                "serverName": "search",
                "displayName": "Search",
                "url": "https://gateway.example/search",
                "enabled": True,
                "toolAllowlist": ["search_web"],
            }
        ],
    },
}
"""A body of each call in its documented form, with every field but a tool's ``error``."""

Path = Sequence[str | int]


def changed(call: str, path: Path, value: object) -> dict[str, Any]:
    """Make a call's body in which one value is another."""
    body = copy.deepcopy(BODIES[call])
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return body


def at(data: Any, path: Path) -> Any:
    """Find what is in a body, or in the dict of a model."""
    for step in path:
        data = data[step]
    return data


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the model in a type such as ``list[Model] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


class OneBody:
    """An API object whose every call is answered by the body that a test asks for."""

    def __init__(self) -> None:
        self._next = b""
        self._server = ScriptedServer(lambda connection: connection.sendall(self._next))
        self._client = quantcdn.ApiClient(
            quantcdn.Configuration(host=self._server.url, access_token="x", retries=0, progress=False)
        )
        self.api = quantcdn.AIToolsApi(self._client)

    def prepare(self, body: object) -> None:
        """Say what comes next: bytes as they are, anything else as JSON."""
        self._next = answer(200, body if isinstance(body, bytes) else json.dumps(body))

    def read(self, call: str, body: object) -> BaseModel:
        """Make a call and read a body."""
        self.prepare(body)
        model: BaseModel = getattr(self.api, call)(*CALLS[call])
        return model

    def close(self) -> None:
        self._client.close()
        self._server.__exit__()


@contextmanager
def one_body() -> Iterator[OneBody]:
    """Serve for as long as a block runs."""
    service = OneBody()
    try:
        yield service
    finally:
        service.close()
