"""What each endpoint answers: functions from a call to an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

from quantcdn import models
from quantcdn.emulator._example_model import example_of
from quantcdn.emulator._http.request import Request
from quantcdn.emulator._http.response import Answer, json_answer, xml_error
from quantcdn.emulator._records import Execution, Records
from quantcdn.emulator._sample_data.images import Pictures
from quantcdn.emulator._sample_data.mcp_servers import GATEWAY, SERVERS
from quantcdn.emulator._sample_data.tools import NAMES, TOOLS, result_of
from quantcdn.emulator._serializers import Wire, execution_body, execution_entry, orchestration_body
from quantcdn.models._base import json_keys
from quantcdn.operation import Operation

DEFAULT_LIMIT = 50
"""How many executions a list has at most where no limit is given."""

FILTERS = models.ListAIToolExecutions200ResponseExecutionsInner.known_statuses
"""The statuses that a list can be filtered by."""

_LARGEST_LIMIT = 100


@dataclass(frozen=True)
class Call:
    """A request that may be answered, and all that the answer depends on."""

    request: Request
    arguments: Mapping[str, str]
    """The path parameters by their Python names, decoded."""
    now: float
    """The moment, in seconds since 1970."""
    wire: Wire
    records: Records
    pictures: Pictures

    def result_of(self, execution: Execution) -> object:
        """Give what a tool gives back, at this moment."""
        return result_of(execution, self.pictures, self.now)


Handler = Callable[[Call], Answer]
"""Answers an endpoint's calls."""


def _list_tools(_call: Call) -> Answer:
    return json_answer(200, {"tools": TOOLS, "count": len(TOOLS)})


def _list_names(_call: Call) -> Answer:
    return json_answer(200, {"tools": NAMES, "count": len(NAMES)})


def _list_executions(call: Call) -> Answer:
    limit = _limit(call.request.query.get("limit", str(DEFAULT_LIMIT)))
    if limit is None:
        return _invalid(f"limit must be a whole number from 1 to {_LARGEST_LIMIT}")
    wanted = call.request.query.get("status")
    if wanted not in (None, *FILTERS):
        return _invalid(f"status must be one of {', '.join(FILTERS)}")
    entries = (execution_entry(execution, call.now) for execution in call.records.newest_first())
    chosen = list(islice((entry for entry in entries if wanted in (None, entry["status"])), limit))
    return json_answer(
        200,
        {
            "executions": chosen,
            "count": len(chosen),
            "orgId": call.arguments["organisation"],
            "status": "all" if wanted is None else wanted,
        },
    )


def _invalid(problem: str) -> Answer:
    return json_answer(400, {"error": "Invalid parameters", "message": problem})


def _limit(text: str) -> int | None:
    number = int(text) if re.fullmatch("[0-9]{1,9}", text) else 0
    return number if 1 <= number <= _LARGEST_LIMIT else None


def _execution_status(call: Call) -> Answer:
    execution_id = call.arguments["execution_id"]
    execution = call.records.executions.get(execution_id)
    if execution is None:
        return json_answer(404, {"error": "Execution not found", "executionId": execution_id})
    return json_answer(200, execution_body(execution, call.now, call.result_of))


def _orchestration_status(call: Call) -> Answer:
    orchestration_id = call.arguments["orchestration_id"]
    orchestration = call.records.orchestrations.get(orchestration_id)
    if orchestration is None:
        return json_answer(404, {"error": "Orchestration not found", "orchestrationId": orchestration_id})
    return json_answer(200, orchestration_body(orchestration, call.now, call.wire, call.result_of))


def _list_servers(_call: Call) -> Answer:
    return json_answer(200, {"gatewayBaseUrl": GATEWAY, "servers": SERVERS})


HANDLERS: Mapping[str, Handler] = {
    "list_ai_tools": _list_tools,
    "list_ai_tool_names": _list_names,
    "list_ai_tool_executions": _list_executions,
    "get_ai_tool_execution_status": _execution_status,
    "get_ai_orchestration_status": _orchestration_status,
    "list_mcp_servers": _list_servers,
}
"""The handler of each endpoint by its operation's name; any other is answered by its model's example."""


def handler_of(operation: Operation[Any]) -> Handler:
    """Find what answers an endpoint.

    Args:
        operation: The endpoint.

    Returns:
        Its handler, or one that answers an example of its model, with the call's own arguments in
        the fields of the same names.
    """

    def answer_example(call: Call) -> Answer:
        keys = json_keys(operation.model)
        echoed = {keys[name]: value for name, value in call.arguments.items() if name in keys}
        return json_answer(200, {**example_of(operation.model), **echoed})

    return HANDLERS.get(operation.name, answer_example)


def serve_picture(call: Call) -> Answer:
    """Answer a signed address, as S3 does."""
    if "Authorization" in call.request.headers:
        return xml_error(
            400, "InvalidArgument", "The address is signed already; an Authorization header is one too many."
        )
    execution_id = call.arguments["execution_id"]
    refusal = call.pictures.refusal(execution_id, call.request.query, call.now)
    if refusal is not None:
        return refusal
    if execution_id not in call.records.executions:
        return xml_error(404, "NoSuchKey", "There is no such picture.")
    return call.pictures.original(execution_id)


def serve_description(_call: Call) -> Answer:
    """Answer the description of the API in OpenAPI."""
    return _description()


@cache
def _description() -> Answer:
    body = resources.files("quantcdn.emulator").joinpath("_openapi.json").read_bytes()
    return Answer(200, body, {"Content-Type": "application/json"})
