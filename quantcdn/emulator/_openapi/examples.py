"""Examples for the description of the API: what the local service itself answers to calls of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from quantcdn.emulator._example_model import example_of
from quantcdn.emulator._handlers import Call, handler_of
from quantcdn.emulator._http.request import Headers, Request
from quantcdn.emulator._http.response import Answer
from quantcdn.emulator._records import Execution, Orchestration, Records
from quantcdn.emulator._sample_data.images import Pictures
from quantcdn.emulator._serializers import WIRES, Wire
from quantcdn.operation import Operation

_NOW = 1_767_225_660.0

_PICTURE = {
    "images": ["data:image/png;base64,iVBORw0KGgo="],
    "s3Urls": ["https://pictures.example/lighthouse.png?X-Amz-Expires=3600&X-Amz-Signature=0123456789abcdef"],
}

_EXECUTIONS = (
    Execution(f"exec_{1:032}", "generate_image", _NOW - 60, pending=1.0, running=12.5, result=_PICTURE),
    Execution(f"exec_{2:032}", "generate_image", _NOW - 5, pending=1.0, running=12.0),
    Execution(f"exec_{3:032}", "search_web", _NOW - 3, pending=1.0, running=0.5, error="The search is down"),
)

_ORCHESTRATIONS = (
    Orchestration(f"orch_{1:032}", _EXECUTIONS[:1], _NOW - 60, 1.0, 2.0, "Here is the lighthouse."),
    Orchestration(f"orch_{2:032}", _EXECUTIONS[:2], _NOW - 5, 1.0, 2.0, "Here are both pictures."),
)

ARGUMENTS: Mapping[str, Sequence[str | int]] = {
    "organisation": ["acme"],
    "execution_id": [execution.execution_id for execution in _EXECUTIONS],
    "orchestration_id": [orchestration.orchestration_id for orchestration in _ORCHESTRATIONS],
    "status": ["complete"],
    "limit": [10],
}
"""Examples of arguments, by their names."""


def answers(operation: Operation[Any]) -> dict[str, Any]:
    """Give examples of what an endpoint answers.

    Args:
        operation: The endpoint.

    Returns:
        The bodies by names of their own; one where the versions of the service answer the same.
    """
    found: dict[str, Any] = {}
    for value in ARGUMENTS.get(operation.path_parameters[-1], [""]):
        bodies = {name: json.loads(_answer(operation, str(value), wire).body) for name, wire in WIRES.items()}
        for version, body in bodies.items():
            name = str(body.get("status", "usual"))
            found[name if len({*map(str, bodies.values())}) == 1 else f"{name} ({version})"] = body
    return found


def missing(operation: Operation[Any]) -> Any:
    """Give an example of what an endpoint answers to an identifier that it does not know.

    Args:
        operation: The endpoint.

    Returns:
        The body.
    """
    answer = _answer(operation, f"{operation.path_parameters[-1][:4]}_{'f' * 32}", WIRES["4.19"])
    return json.loads(answer.body) if answer.status == 404 else example_of(operation.errors[404])


def _answer(operation: Operation[Any], last: str, wire: Wire) -> Answer:
    """Call an endpoint, with a value for the last of its path parameters."""
    records = Records(
        {execution.execution_id: execution for execution in _EXECUTIONS},
        {orchestration.orchestration_id: orchestration for orchestration in _ORCHESTRATIONS},
    )
    arguments = dict.fromkeys(operation.path_parameters, "acme") | {operation.path_parameters[-1]: last}
    request = Request(operation.method, operation.path, Headers())
    call = Call(request, arguments, _NOW, wire, records, Pictures("http://127.0.0.1", ""))
    return handler_of(operation)(call)
