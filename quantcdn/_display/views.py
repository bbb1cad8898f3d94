"""What is displayed of each model and error, read so that nothing in them can be too odd to be displayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from quantcdn._display import client_views, columns, formats
from quantcdn._display.elements import Cell, Code, Details, Element, KeyValues, Paragraph, Status, Table, Text
from quantcdn._display.images import image_element
from quantcdn._display.reading import (
    MAX_ROWS,
    as_json,
    cell,
    code,
    extra_fields,
    fields,
    first,
    get,
    run_time,
    text,
    total_duration,
)
from quantcdn._display.text import service_text, truncated
from quantcdn._types import is_array

View = Callable[[object], Iterator[Element]]

_MAX_IMAGES = 8
_MAX_INLINE = 80
_MAX_SUMMARY = 100


def elements_of(obj: object) -> list[Element]:
    """Choose what is displayed of a model or an error of this client; anything may be wrong in it."""
    try:
        view = _view_of(obj) or _any_fields
        return list(view(obj)) or list(_any_fields(obj))
    except Exception:
        # Whoever looks at a value must see something, also where it was made without a check.
        return [Paragraph(as_json(obj))]


def _view_of(obj: object) -> View | None:
    return next((VIEWS[base.__name__] for base in type(obj).__mro__ if base.__name__ in VIEWS), None)


def _tools(obj: object) -> Iterator[Element]:
    tools, more = first(get(obj, "tools"))
    rows: list[list[Cell]] = []
    for tool in tools:
        spec = _spec(tool)
        arguments = "\n".join(
            f"{name}: {_type(schema)}{', required' if required else ''}"
            for name, schema, required in columns.arguments(spec)
        )
        rows.append([*columns.row(columns.TOOL, spec), text(get(spec, "description")), arguments])
    yield Table(formats.count(len(tools) + more, "tool"), ("Tool", "Description", "Arguments"), rows, more)


def _tool(obj: object) -> Iterator[Element]:
    spec = _spec(obj)
    yield Text(text(get(spec, "name")) or "A tool without a name", text(get(spec, "description")))
    yield from _input(spec)


def _input(spec: object) -> Iterator[Element]:
    arguments, more = first(columns.arguments(spec))
    rows: list[list[Cell]] = [
        [Code(name), _type(schema) + _choices(schema), "yes" if required else "no", _description(schema)]
        for name, schema, required in arguments
    ]
    if rows:
        caption = formats.count(len(rows) + more, "argument")
        yield Table(caption, ("Argument", "Type", "Required", "Description"), rows, more)
    else:
        yield Paragraph("It takes no arguments.")


def _schema(obj: object) -> Iterator[Element]:
    yield from _input({"input_schema": obj})


def _spec(tool: object) -> object:
    wrapped = get(tool, "tool_spec")
    return tool if wrapped is None else wrapped


def _type(schema: object) -> str:
    """Say in words of which type the values are that a JSON Schema allows."""
    kind = get(schema, "type")
    if kind == "array":
        return f"array of {_type(get(schema, 'items'))}"
    return " or ".join(map(text, kind)) if is_array(kind) else text(kind) or "anything"


def _choices(schema: object) -> str:
    choices = get(schema, "enum")
    return f": {', '.join(map(text, choices))}" if is_array(choices) and choices else ""


def _description(schema: object) -> str:
    default = get(schema, "default")
    parts = [text(get(schema, "description")), "" if default is None else f"Default: {as_json(default)}"]
    return "\n".join(part for part in parts if part)


def _names(obj: object) -> Iterator[Element]:
    names, more = first(get(obj, "tools"))
    yield Table(formats.count(len(names) + more, "tool"), ("Tool",), [[code(name)] for name in names], more)


def _servers(obj: object) -> Iterator[Element]:
    servers, more = first(get(obj, "servers"))
    gateway = text(get(obj, "gateway_base_url"))
    caption = formats.count(len(servers) + more, "MCP server") + (f" at {gateway}" if gateway else "")
    rows = [columns.row(columns.MCP_SERVER, server) for server in servers]
    yield Table(caption, tuple(columns.MCP_SERVER), rows, more)


def _server(obj: object) -> Iterator[Element]:
    yield _key_values("An MCP server", [*columns.pairs(columns.MCP_SERVER, obj), *extra_fields(obj)])


def _executions(obj: object) -> Iterator[Element]:
    executions, more = first(get(obj, "executions"))
    organisation, status = text(get(obj, "org_id")), text(get(obj, "status"))
    caption = formats.count(len(executions) + more, "execution") + (f" of {organisation}" if organisation else "")
    caption += f", status {status}" if status not in ("", "all") else ""
    rows = [columns.row(columns.EXECUTION, execution) for execution in executions]
    yield Table(f"{caption}, seen at {formats.timestamp(formats.now())}", tuple(columns.EXECUTION), rows, more)


def _execution(obj: object) -> Iterator[Element]:
    tool = text(get(obj, "tool_name"))
    times = [("Duration", total_duration(obj)), ("Run time", run_time(obj))]
    yield _status(obj, tool or "An execution", [("Execution", code(get(obj, "execution_id")))], times)
    yield from _result(get(obj, "result"), tool)


def _orchestration(obj: object) -> Iterator[Element]:
    known = columns.ORCHESTRATION
    ahead = columns.pairs(columns.pick(known, "Orchestration", "Tools"), obj)
    yield _status(obj, "An orchestration", ahead, columns.pairs(columns.pick(known, "Duration"), obj))
    answer = text(get(obj, "answer"))
    if answer:
        yield Text("Answer", answer)
    tools, more = first(get(obj, "tools"))
    if tools:
        shared = columns.pick(columns.EXECUTION, "Execution", "Tool", "Status")
        rows = [[*columns.row(shared, tool), _result_or_error(tool)] for tool in tools]
        yield Table("Its tools", (*shared, "Result or error"), rows, more)


def _status(
    obj: object, caption: str, ahead: Sequence[tuple[str, Cell]], durations: Sequence[tuple[str, Cell]]
) -> KeyValues:
    """List the status, the times and what the service has added; what is not known is left out."""
    created = get(obj, "created")
    rows: list[tuple[str, Cell]] = [
        ("Status", Status(text(get(obj, "status")))),
        ("Error", text(get(obj, "error"))),
        *ahead,
        ("Created", f"{formats.timestamp(created)} ({formats.age(created)} ago)" if formats.age(created) else ""),
        ("Started", formats.timestamp(get(obj, "started"))),
        ("Completed", formats.timestamp(get(obj, "completed"))),
        *durations,
        *extra_fields(obj),
    ]
    return _key_values(caption, rows)


def _key_values(caption: str, rows: Sequence[tuple[str, Cell]]) -> KeyValues:
    known = [(name, value) for name, value in rows if str(value)]
    return KeyValues(caption, known[:MAX_ROWS], max(0, len(known) - MAX_ROWS))


def _result(result: object, tool: str) -> Iterator[Element]:
    images, more = first(get(result, "images"), _MAX_IMAGES)
    for number, uri in enumerate(images, 1):
        yield image_element(uri, f"Image {number} of {len(images) + more}" + (f" by {tool}" if tool else ""))
    if more:
        yield Paragraph(f"{formats.count(more, 'image')} more.")
    urls, more = first(get(result, "s3_urls"))
    if urls:
        rows = [(f"Original {number}", code(url)) for number, url in enumerate(urls, 1)]
        yield KeyValues("Originals; save_images saves them as files", rows, more)
    values = [(key, value) for key, value in fields(result) if key not in ("images", "s3_urls")]
    if values:
        yield from _values("Result", values)
    elif not images and not urls and result is not None and not fields(result):
        yield _value("Result", result)


def _tool_result(obj: object) -> Iterator[Element]:
    yield from _result(obj, "")


def _error(obj: object) -> Iterator[Element]:
    request = get(obj, "request")
    message = text(get(obj, "message"))
    reason = " ".join(filter(None, [text(get(obj, "status") or None), text(get(obj, "reason"))]))
    body = get(obj, "body")
    rows: list[tuple[str, Cell]] = [
        ("What happened", message or reason or str(obj)),
        ("The service says", service_text(get(obj, "data"), body if isinstance(body, str) else None)),
        ("Request", Code(f"{text(get(request, 'method'))} {text(get(request, 'url'))}".strip())),
        ("Waited for", code(get(obj, "identifier"))),
        ("Last seen", Status(text(get(get(obj, "last"), "status")))),
        ("Attempts", text(get(request, "attempts"))),
        ("Polls", text(get(obj, "polls") or None)),
        ("Duration", formats.duration(get(request, "seconds"))),
        ("Waited", formats.duration(get(obj, "waited") or None)),
        ("Retry after", formats.duration(get(obj, "retry_after"))),
        ("Request id", code(get(obj, "request_id"))),
        ("What to do", text(get(obj, "hint"))),
    ]
    yield _key_values(type(obj).__name__, rows)


def _response(obj: object) -> Iterator[Element]:
    body, data = get(obj, "raw_data"), get(obj, "data")
    rows: list[tuple[str, Cell]] = [("Status code", text(get(obj, "status_code")))]
    if isinstance(body, bytes):
        rows.append(("Body", formats.count(len(body), "byte")))
    yield KeyValues(type(obj).__name__, rows)
    if data is not None:
        yield from elements_of(data) if _view_of(data) else [_value("Data", data)]


def _outcome(obj: object) -> Iterator[Element]:
    execution, error = get(obj, "execution"), get(obj, "error")
    rows: list[tuple[str, Cell]] = [
        ("Execution", code(get(obj, "identifier"))),
        ("Status", Status(text(get(execution, "status")))),
        ("Error", "" if error is None else text(get(error, "message")) or text(get(error, "problem")) or str(error)),
        ("Waited", formats.duration(get(obj, "seconds"))),
    ]
    yield _key_values(type(obj).__name__, rows)
    if execution is not None:
        yield from elements_of(execution)
    elif error is not None:
        yield from elements_of(error)


def _any_fields(obj: object) -> Iterator[Element]:
    yield from _values(type(obj).__name__, fields(obj))


def _values(caption: str, values: Sequence[tuple[str, object]]) -> Iterator[Element]:
    """List named values; what has a structure of its own is closed at first."""
    details, rows = list[Element](), list[tuple[str, Cell]]()
    for name, value in values[:MAX_ROWS]:
        if (is_array(value) or fields(value)) and len(as_json(value)) > _MAX_INLINE:
            details.append(Details(name, as_json(value, indent=2)))
        else:
            rows.append((name, cell(value)))
    more = max(0, len(values) - MAX_ROWS)
    if rows or more or not details:
        yield KeyValues(caption, rows, more)
    yield from details


def _value(title: str, value: object) -> Element:
    """Display one value: text as such, JSON closed at first where it is long."""
    if isinstance(value, str):
        return Text(title, value)
    written = as_json(value)
    return Text(title, Code(written)) if len(written) <= _MAX_INLINE else Details(title, as_json(value, indent=2))


def _result_or_error(tool: object) -> Cell:
    """Write why a tool failed, or a summary of its result, JSON in a code font."""
    result, error = get(tool, "result"), text(get(tool, "error"))
    written = error or summary(result)
    return written if error or isinstance(result, str) or get(result, "images") else Code(written)


def summary(result: object) -> str:
    """Write a result in one line: how many images it has, or the start of its text."""
    images = get(result, "images")
    if is_array(images) and images:
        return formats.count(len(images), "image")
    return truncated(text(result), _MAX_SUMMARY)


VIEWS: Mapping[str, View] = {
    "ListAITools200Response": _tools,
    "ListAITools200ResponseToolsInner": _tool,
    "ListAITools200ResponseToolsInnerToolSpec": _tool,
    "ListAITools200ResponseToolsInnerToolSpecInputSchema": _schema,
    "ListAIToolNames200Response": _names,
    "ListAIToolExecutions200Response": _executions,
    "ListAIToolExecutions200ResponseExecutionsInner": _execution,
    "GetAIToolExecutionStatus200Response": _execution,
    "GetAIToolExecutionStatus200ResponseResult": _tool_result,
    "GetAIOrchestrationStatus200Response": _orchestration,
    "GetAIOrchestrationStatus200ResponseToolsInner": _execution,
    "ListMcpServers200Response": _servers,
    "ListMcpServers200ResponseServersInner": _server,
    "OpenApiException": _error,
    "ApiResponse": _response,
    "Outcome": _outcome,
    "ExecutionStats": client_views.statistics,
    "Durations": client_views.durations,
    "Image": client_views.image,
    "Configuration": client_views.settings,
    "ApiClient": client_views.client,
    "AIToolsApi": client_views.api,
    "OrganisationApi": client_views.api,
}
"""The view of each class, by its name, so that nothing is imported for it; any other is displayed as its fields."""
