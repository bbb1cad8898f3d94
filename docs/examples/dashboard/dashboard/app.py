"""The pages: what they show comes from this machine's history and from the client's own calls."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

import quantcdn
from dashboard.history import History
from dashboard.live import Live
from quantcdn import chat

TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")
TEMPLATES.env.filters["base64"] = lambda data: base64.b64encode(data).decode()
# A page of another site must not read these through a name of its own that leads to this machine.
LOOPBACK = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "testserver"])


class Dashboard:
    """The pages; those that call the service are functions that Starlette runs in threads."""

    def __init__(self, client: quantcdn.ApiClient, history: History, live: Live) -> None:
        self._api, self._history, self._live = client.organisation(), history, live

    def app(self) -> Starlette:
        """Make the application."""
        routes = [
            Route("/", self.executions),
            Route("/events", self.events),
            Route("/executions/{id}", self.execution),
            Route("/orchestrations", self.orchestrations),
            Route("/tools", self.tools),
            Route("/tools/{name}", self.tool),
            Mount("/static", StaticFiles(packages=[("dashboard", "static")])),
        ]
        errors = {quantcdn.OpenApiException: lambda request, error: self._page(request, "base.html", problem=error)}
        return Starlette(routes=routes, middleware=[LOOPBACK], exception_handlers=errors)

    def executions(self, request: Request) -> Response:
        """Show how the tools have done; ``events`` brings the executions."""
        return self._page(request, "executions.html", figures=self._history.figures())

    async def events(self, request: Request) -> Response:
        """Send the executions that have changed, at most twice a second."""
        return StreamingResponse(self._changes(request), media_type="text/event-stream")

    async def _changes(self, request: Request) -> AsyncIterator[str]:
        seen = int(request.headers.get("last-event-id", 0))
        with contextlib.suppress(asyncio.CancelledError):  # when the server ends
            while not await request.is_disconnected():
                rows, last = self._history.since(seen)
                if last != seen or self._live.problem:
                    yield f"id: {last}\ndata: {json.dumps({'rows': rows, 'problem': self._live.problem})}\n\n"
                    seen = last
                await asyncio.sleep(0.5)

    def execution(self, request: Request) -> Response:
        """Show an execution with its result."""
        execution = self._api.get_ai_tool_execution_status(request.path_params["id"])
        images = execution.result.inline_images() if execution.is_complete and execution.result else []
        return self._page(request, "execution.html", execution=execution, images=images)

    def orchestrations(self, request: Request) -> Response:
        """Show the orchestrations that are followed, and take the identifier of a further one."""
        if identifier := request.query_params.get("id"):
            self._live.follow(identifier)
        return self._page(request, "orchestrations.html", orchestrations=self._live.orchestrations)

    def tools(self, request: Request) -> Response:
        """Show the tools, and make ``toolConfig`` of those that were chosen."""
        tools, chosen = self._api.list_ai_tools(), request.query_params.getlist("allowed")
        config = chat.tool_config(tools, allowed=chosen, auto_execute=True) if chosen else None
        return self._page(request, "tools.html", tools=tools.tools, chosen=chosen, config=config)

    def tool(self, request: Request) -> Response:
        """Show a tool's form, and whether what was typed fits its schema."""
        tool = self._api.list_ai_tools().get(request.path_params["name"])
        schema, form, problem = tool.tool_spec.input_schema, request.query_params, ""
        arguments = {name: _value(schema.properties.get(name), text) for name, text in form.items() if text}
        try:
            if form:
                chat.check_input(tool, arguments)
        except quantcdn.ApiValueError as error:
            problem = str(error)
        return self._page(request, "tool.html", tool=tool, form=form, arguments=arguments, problem=problem)

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        values["problem"] = values.get("problem") or self._live.problem
        return TEMPLATES.TemplateResponse(request, template, {"organisation": self._api.name, **values})


def _value(schema: Any, text: str) -> Any:
    """Read what was typed for an argument; what should be JSON and is none stays text, and the check says so."""
    try:
        return text if isinstance(schema, dict) and schema.get("type") == "string" else json.loads(text)
    except ValueError:
        return text
