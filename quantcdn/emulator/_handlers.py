"""What each endpoint responds: functions from a call to a response."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

from quantcdn import models
from quantcdn.api import ai_tools_api
from quantcdn.emulator._example_model import example_of
from quantcdn.emulator._http.request import IncomingRequest
from quantcdn.emulator._http.response import Response, json_response, xml_error
from quantcdn.emulator._image_store import ImageStore
from quantcdn.emulator._records import Execution, Records
from quantcdn.emulator._sample_data.mcp_servers import GATEWAY, SERVERS
from quantcdn.emulator._sample_data.tools import NAMES, RESULTS, TOOLS
from quantcdn.emulator._serializers import WireFormat, execution_body, execution_entry, orchestration_body
from quantcdn.models._base import json_keys
from quantcdn.operation import Operation

DEFAULT_LIMIT = 50
"""How many executions a list has at most where no limit is given."""

FILTERS = models.ListAIToolExecutions200ResponseExecutionsInner.known_statuses
"""The statuses that a list can be filtered by."""

_MAX_LIMIT = 100

_PAGE = """\
quantcdn emulator: a small, local stand-in for QuantCDN's AI tools API

It is made for tests, demonstrations and work without a network.

Routes
{routes}
  GET /generated/{{execution_id}}.png   the images, by the signed URLs in results
  GET /openapi.json                   these routes for programs: a description in OpenAPI 3.1
  GET /                               this page

All but the last three need the header "Authorization: Bearer TOKEN".

What it does not do
- It is not the service, and nobody should conclude from it how fast or how reliable the service is.
- Nothing is run. No model is asked, no weather is looked up, no page is searched: executions are
  scripts, their statuses move by a clock, and their results are made up.
- There is no chat, so executions are started from Python alone (start_execution, start_orchestration).
- It has one token, which never expires, and every organisation sees the same executions.
- It has no rate limits and no quotas. Errors come by request only (add_fault).
- It speaks HTTP on the loopback interface; there is no TLS.
- It keeps everything in memory, and forgets it when it stops.
- A few responses are guesses, since the service's own are not known: the texts
  beside 400, 401, 403, 405 and unknown paths are our own.
- Signed URLs look like S3's and expire after an hour as they do, but the signature is another.
- An endpoint without a script of its own responds with an example that is made from its model.
"""


@dataclass(frozen=True)
class Context:
    """A call, and all that its response depends on."""

    request: IncomingRequest
    arguments: Mapping[str, str]
    """The path parameters by their Python names, decoded."""
    now: float
    """The time, in seconds since 1970."""
    wire: WireFormat
    records: Records
    images: ImageStore

    def result_of(self, execution: Execution) -> object:
        """Find the result of a tool; its own wins over the usual, and images are signed anew for each response."""
        if execution.result is not None:
            return execution.result
        if execution.tool_name == "generate_image":
            return self.images.result(execution.execution_id, self.now)
        return RESULTS.get(execution.tool_name, {"tool": execution.tool_name, "ok": True})


Handler = Callable[[Context], Response]


def _list_tools(_context: Context) -> Response:
    return json_response(200, {"tools": TOOLS, "count": len(TOOLS)})


def _list_names(_context: Context) -> Response:
    return json_response(200, {"tools": NAMES, "count": len(NAMES)})


def _list_executions(context: Context) -> Response:
    limit = _limit(context.request.query.get("limit", str(DEFAULT_LIMIT)))
    if limit is None:
        return _invalid(f"limit must be a whole number from 1 to {_MAX_LIMIT}")
    wanted = context.request.query.get("status")
    if wanted not in (None, *FILTERS):
        return _invalid(f"status must be one of {', '.join(FILTERS)}")
    entries = (execution_entry(execution, context.now) for execution in context.records.newest_first())
    chosen = list(islice((entry for entry in entries if wanted in (None, entry["status"])), limit))
    return json_response(
        200,
        {
            "executions": chosen,
            "count": len(chosen),
            "orgId": context.arguments["organisation"],
            "status": "all" if wanted is None else wanted,
        },
    )


def _invalid(problem: str) -> Response:
    return json_response(400, {"error": "Invalid parameters", "message": problem})


def _limit(text: str) -> int | None:
    number = int(text) if re.fullmatch("[0-9]{1,9}", text) else 0
    return number if 1 <= number <= _MAX_LIMIT else None


def _execution_status(context: Context) -> Response:
    execution_id = context.arguments["execution_id"]
    execution = context.records.executions.get(execution_id)
    if execution is None:
        return json_response(404, {"error": "Execution not found", "executionId": execution_id})
    return json_response(200, execution_body(execution, context.now, context.result_of))


def _orchestration_status(context: Context) -> Response:
    orchestration_id = context.arguments["orchestration_id"]
    orchestration = context.records.orchestrations.get(orchestration_id)
    if orchestration is None:
        return json_response(404, {"error": "Orchestration not found", "orchestrationId": orchestration_id})
    return json_response(200, orchestration_body(orchestration, context.now, context.wire, context.result_of))


def _list_servers(_context: Context) -> Response:
    return json_response(200, {"gatewayBaseUrl": GATEWAY, "servers": SERVERS})


HANDLERS: Mapping[str, Handler] = {
    "list_ai_tools": _list_tools,
    "list_ai_tool_names": _list_names,
    "list_ai_tool_executions": _list_executions,
    "get_ai_tool_execution_status": _execution_status,
    "get_ai_orchestration_status": _orchestration_status,
    "list_mcp_servers": _list_servers,
}
"""The handler of each endpoint by its operation's name; any other responds with its model's example."""


def handler_of(operation: Operation[Any]) -> Handler:
    """Find the handler of an endpoint, or make one of its model."""

    def respond_example(context: Context) -> Response:
        """Respond with an example that has the call's own arguments in the fields of the same names."""
        keys = json_keys(operation.model)
        echoed = {keys[name]: value for name, value in context.arguments.items() if name in keys}
        return json_response(200, {**example_of(operation.model), **echoed})

    return HANDLERS.get(operation.name, respond_example)


def serve_image(context: Context) -> Response:
    """Respond to a signed URL, as S3 does."""
    # S3 takes one way to say who asks: a client that sends its token along has sent it to a foreign host.
    if "Authorization" in context.request.headers:
        return xml_error(400, "InvalidArgument", "The URL is signed already; an Authorization header is one too many.")
    execution_id = context.arguments["execution_id"]
    rejection = context.images.rejection(execution_id, context.request.query, context.now)
    if rejection is not None:
        return xml_error(403, *rejection)
    if execution_id not in context.records.executions:
        return xml_error(404, "NoSuchKey", "There is no such image.")
    return Response(200, context.images.original(execution_id), {"Content-Type": "image/png"})


def serve_page(_context: Context) -> Response:
    """Respond with a page that says what the local service is and what it is not."""
    routes = "\n".join(f"  {operation.method} {operation.path}" for operation in ai_tools_api.OPERATIONS)
    return Response(200, _PAGE.format(routes=routes).encode(), {"Content-Type": "text/plain; charset=utf-8"})


def serve_description(_context: Context) -> Response:
    """Respond with the description of the API in OpenAPI."""
    return Response(200, _description(), {"Content-Type": "application/json"})


@cache
def _description() -> bytes:
    # Data, since the texts in it are docstrings, which python -OO drops: docs/tools/openapi.py writes it.
    return resources.files("quantcdn.emulator").joinpath("_openapi.json").read_bytes()
