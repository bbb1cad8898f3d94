"""Examples for the description of the API: the responses of the local service itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from page_examples import EXAMPLES

from quantcdn import AIToolsApi, ApiClient
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.emulator._example_model import example_of
from quantcdn.emulator._serializers import WIRE_FORMATS
from quantcdn.operation import Operation

_EXECUTION_IDS = tuple(f"exec_{number:032}" for number in (1, 2, 3))
_ORCHESTRATION_IDS = tuple(f"orch_{number:032}" for number in (1, 2))

_IDENTIFIERS: Mapping[str, Sequence[str]] = {
    "execution_id": _EXECUTION_IDS,
    "orchestration_id": _ORCHESTRATION_IDS,
}

_IMAGE = {
    "images": ["data:image/png;base64,iVBORw0KGgo="],
    "s3Urls": ["https://pictures.example/lighthouse.png?X-Amz-Expires=3600&X-Amz-Signature=0123456789abcdef"],
}


def arguments(name: str) -> Sequence[object]:
    """List examples of an argument."""
    return _IDENTIFIERS.get(name, [EXAMPLES[name]] if name in EXAMPLES else [])


def responses(operation: Operation[Any]) -> dict[str, Any]:
    """List examples of response bodies by names of their own; one where the versions of the service send the same."""
    found: dict[str, Any] = {}
    for value in arguments(operation.path_parameters[-1]) or ["example"]:
        bodies = {wire: _response(operation, str(value), wire)[1] for wire in WIRE_FORMATS}
        for wire, body in bodies.items():
            name = str(body.get("status", "usual"))
            found[name if len({*map(str, bodies.values())}) == 1 else f"{name} ({wire})"] = body
    return found


def not_found(operation: Operation[Any]) -> Any:
    """Make an example of the response to an unknown identifier."""
    status, body = _response(operation, f"{operation.path_parameters[-1][:4]}_{'f' * 32}", "4.19")
    return body if status == 404 else example_of(operation.errors[404])


def _response(operation: Operation[Any], identifier: str, wire: str) -> tuple[int, Any]:
    """Call an endpoint, with a value for the last of its path parameters."""
    given = dict.fromkeys(operation.path_parameters, "acme") | {operation.path_parameters[-1]: identifier}
    with _api(wire) as api:
        response = getattr(api, f"{operation.name}_without_preload_content")(**given)
        return response.status, json.loads(response.data)


@contextmanager
def _api(wire: str) -> Iterator[AIToolsApi]:
    """Serve an execution and an orchestration that are complete, some that run, and an execution that has failed."""
    clock = ManualClock()
    with (
        Emulator(wire=wire, clock=clock) as service,
        ApiClient(service.configuration(proxy="", retries=0)) as client,
    ):
        complete, running, failed = _EXECUTION_IDS
        service.start_execution("generate_image", running=12.5, result=_IMAGE, execution_id=complete)
        service.start_orchestration(
            [complete], synthesizing=2, answer="Here is the lighthouse.", orchestration_id=_ORCHESTRATION_IDS[0]
        )
        clock.advance(55)
        service.start_execution("generate_image", running=12, execution_id=running)
        service.start_orchestration(
            [complete, running], synthesizing=2, answer="Here are both.", orchestration_id=_ORCHESTRATION_IDS[1]
        )
        clock.advance(2)
        service.start_execution("search_web", running=0.5, error="The search is down", execution_id=failed)
        clock.advance(3)
        yield AIToolsApi(client)
