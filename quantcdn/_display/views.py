"""What is shown of each model and of an error, read so that nothing in them can be too odd to be shown."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from quantcdn._content.image import image_from_uri
from quantcdn._display.elements import Cell, Facts, Fold, Meter, Note, Part, Picture, Status, Table, Text, scrubbed
from quantcdn._types import is_array, is_object
from quantcdn.exceptions import ApiResponseException, service_text

_MOST_ROWS = 50
_MOST_PICTURES = 8
_LARGEST_PICTURE = 2 * 1024 * 1024
_WIDEST_PICTURE = 400
_SHORTEST_FOLDED = 80
_LONGEST_IN_SHORT = 100


def parts_of(thing: object) -> list[Part]:
    """Find out what is shown.

    Args:
        thing: A model, or an error of this client; anything may be wrong in it.

    Returns:
        The parts, in their order.
    """
    try:
        view = next((_VIEWS[base.__name__] for base in type(thing).__mro__ if base.__name__ in _VIEWS), _anything)
        return list(view(thing)) or list(_anything(thing))
    except Exception:
        # Whoever looks at a value must see something, also where it was made without a check.
        return [Note(_written(thing))]


def _tools(thing: object) -> Iterator[Part]:
    tools, more = _first(_get(thing, "tools"))
    rows: list[list[Cell]] = []
    for tool in tools:
        spec = _spec(tool)
        taken = "\n".join(
            f"{name}: {_type(schema)}{', required' if needed else ''}" for name, schema, needed in _arguments(spec)
        )
        rows.append([_text(_get(spec, "name")), _text(_get(spec, "description")), taken])
    yield Table(_count(len(tools) + more, "tool"), ("Tool", "What it does", "What it takes"), rows, more)


def _tool(thing: object) -> Iterator[Part]:
    spec = _spec(thing)
    yield Text(_text(_get(spec, "name")) or "A tool without a name", _text(_get(spec, "description")))
    yield from _input(spec)


def _input(spec: object) -> Iterator[Part]:
    arguments, more = _first(_arguments(spec))
    rows = [
        [name, _type(schema) + _choices(schema), "required" if needed else "", _described(schema)]
        for name, schema, needed in arguments
    ]
    if rows:
        yield Table(_count(len(rows) + more, "argument"), ("Argument", "Type", "Required", "Description"), rows, more)
    else:
        yield Note("It takes no arguments.")


def _schema(thing: object) -> Iterator[Part]:
    yield from _input({"input_schema": thing})


def _spec(tool: object) -> object:
    wrapped = _get(tool, "tool_spec")
    return tool if wrapped is None else wrapped


def _arguments(spec: object) -> list[tuple[str, object, bool]]:
    """List the arguments of a tool: the name, the schema, and whether it is required."""
    taken = _get(spec, "input_schema")
    properties, required = _get(taken, "properties"), _get(taken, "required")
    needed = required if is_array(required) else []
    return [(_text(name), schema, name in needed) for name, schema in _items(properties)]


def _type(schema: object) -> str:
    """Say in words of which type the values are that a JSON Schema allows."""
    kind = _get(schema, "type")
    if kind == "array":
        return f"array of {_type(_get(schema, 'items'))}"
    return " or ".join(map(_text, kind)) if is_array(kind) else _text(kind) or "anything"


def _choices(schema: object) -> str:
    choices = _get(schema, "enum")
    return f": {', '.join(map(_text, choices))}" if is_array(choices) and choices else ""


def _described(schema: object) -> str:
    default = _get(schema, "default")
    parts = [_text(_get(schema, "description")), "" if default is None else f"Default: {_written(default)}"]
    return "\n".join(part for part in parts if part)


def _names(thing: object) -> Iterator[Part]:
    names, more = _first(_get(thing, "tools"))
    yield Table(_count(len(names) + more, "tool"), ("Tool",), [[_text(name)] for name in names], more)


def _servers(thing: object) -> Iterator[Part]:
    servers, more = _first(_get(thing, "servers"))
    gateway = _text(_get(thing, "gateway_base_url"))
    rows: list[list[Cell]] = [[value for _, value in _server_facts(server)] for server in servers]
    caption = _count(len(servers) + more, "MCP server") + (f" at {gateway}" if gateway else "")
    yield Table(caption, tuple(name for name, _ in _server_facts(None)), rows, more)


def _server(thing: object) -> Iterator[Part]:
    rows = [(name, value) for name, value in [*_server_facts(thing), *_unknown(thing)] if str(value)]
    yield Facts("An MCP server", rows)


def _server_facts(server: object) -> list[tuple[str, Cell]]:
    allowed, enabled = _get(server, "tool_allowlist"), _get(server, "enabled")
    return [
        ("Server", _text(_get(server, "server_name"))),
        ("Name", _text(_get(server, "display_name"))),
        ("Enabled", ("yes" if enabled else "no") if isinstance(enabled, bool) else _text(enabled)),
        ("URL", _text(_get(server, "url"))),
        ("Allowed tools", ", ".join(map(_text, allowed)) if is_array(allowed) else _text(allowed)),
    ]


def _executions(thing: object) -> Iterator[Part]:
    executions, more = _first(_get(thing, "executions"))
    now = _now()
    organisation, status = _text(_get(thing, "org_id")), _text(_get(thing, "status"))
    caption = _count(len(executions) + more, "execution") + (f" of {organisation}" if organisation else "")
    caption += f", status {status}" if status not in ("", "all") else ""
    rows: list[list[Cell]] = [
        [
            _text(_get(execution, "tool_name")),
            Status(_text(_get(execution, "status"))),
            _moment(_get(execution, "created")),
            _seconds_between(_get(execution, "created"), now),
            _took(execution),
            _text(_get(execution, "execution_id")),
        ]
        for execution in executions
    ]
    columns = ("Tool", "Status", "Asked for", "Age", "Took", "Execution")
    yield Table(f"{caption}, seen at {_moment(now)}", columns, rows, more)


def _execution(thing: object) -> Iterator[Part]:
    tool = _text(_get(thing, "tool_name"))
    yield _progress(thing, tool or "An execution", ("Execution", _text(_get(thing, "execution_id"))))
    yield from _result(_get(thing, "result"), tool)


def _orchestration(thing: object) -> Iterator[Part]:
    yield _progress(
        thing,
        "An orchestration",
        ("Orchestration", _text(_get(thing, "orchestration_id"))),
        ("Tools", _meter(_get(thing, "completed_tools"), _get(thing, "tool_count"))),
    )
    answer = _text(_get(thing, "answer"))
    if answer:
        yield Text("Answer", answer)
    tools, more = _first(_get(thing, "tools"))
    if tools:
        rows: list[list[Cell]] = [
            [
                _text(_get(tool, "tool_name")),
                Status(_text(_get(tool, "status"))),
                _text(_get(tool, "execution_id")),
                _text(_get(tool, "error")) or _in_short(_get(tool, "result")),
            ]
            for tool in tools
        ]
        yield Table("Its tools", ("Tool", "Status", "Execution", "Result or error"), rows, more)


def _tool_of_orchestration(thing: object) -> Iterator[Part]:
    tool = _text(_get(thing, "tool_name"))
    yield _progress(thing, tool or "A tool", ("Execution", _text(_get(thing, "execution_id"))))
    yield from _result(_get(thing, "result"), tool)


def _progress(thing: object, caption: str, *facts: tuple[str, Cell]) -> Facts:
    """Show how far something is; what is not known is left out."""
    status = _text(_get(thing, "status"))
    rows: list[tuple[str, Cell]] = [
        ("Status", Status(status)),
        ("Error", _text(_get(thing, "error"))),
        *facts,
        ("Asked for", _moment(_get(thing, "created"))),
        ("Began", _moment(_get(thing, "started"))),
        ("Ended", _moment(_get(thing, "completed"))),
        ("Took", _took(thing)),
        *_unknown(thing),
    ]
    return Facts(caption, [(name, value) for name, value in rows if str(value)])


def _result(result: object, tool: str) -> Iterator[Part]:
    pictures, more = _first(_get(result, "images"), _MOST_PICTURES)
    for number, uri in enumerate(pictures, 1):
        yield _picture(uri, f"Picture {number} of {len(pictures) + more}" + (f" by {tool}" if tool else ""))
    if more:
        yield Note(f"{_count(more, 'picture')} more.")
    addresses, more = _first(_get(result, "s3_urls"))
    if addresses:
        rows = [(f"Original {number}", _text(address)) for number, address in enumerate(addresses, 1)]
        yield Facts("Originals; save_images makes files of them", rows)
    values = [(key, value) for key, value in _fields(result) if key not in ("images", "s3_urls")]
    if values:
        yield from _values("Result", values)
    elif not pictures and not addresses and result is not None and not _fields(result):
        yield Text("Result", _text(result))


def _resulting(thing: object) -> Iterator[Part]:
    yield from _result(thing, "")


def _picture(uri: object, name: str) -> Part:
    if not isinstance(uri, str):
        return Note(f"{name} is not shown: it is no text.")
    size = (len(uri) - uri.find(",") - 1) * 3 // 4 - uri[-2:].count("=")  # of what its base64 stands for
    if size > _LARGEST_PICTURE:
        return Note(f"{name} is not shown, since it has {size / 1024 / 1024:.1f} MiB; save_images makes a file of it.")
    try:
        image = image_from_uri(uri)
    except ApiResponseException as error:
        return Note(f"{name} is not shown: {error.reason}.")
    letters = uri.partition(",")[2]
    if not image.width or not image.height:
        return Picture(image.media_type, letters, None, None, name)
    scale = min(1.0, _WIDEST_PICTURE / max(image.width, image.height))
    width, height = (max(1, round(side * scale)) for side in (image.width, image.height))
    return Picture(image.media_type, letters, width, height, f"{name}, {image.width}x{image.height} pixels")


def _error(thing: object) -> Iterator[Part]:
    request = _get(thing, "request")
    message = _text(_get(thing, "message"))
    reason = " ".join(filter(None, [_text(_get(thing, "status") or None), _text(_get(thing, "reason"))]))
    attempts, polls = _get(request, "attempts"), _get(thing, "polls")
    rows: list[tuple[str, Cell]] = [
        ("What happened", message or reason or str(thing)),
        ("The service says", _said(thing)),
        ("Request", f"{_text(_get(request, 'method'))} {_text(_get(request, 'url'))}".strip()),
        ("Waited for", _text(_get(thing, "identifier"))),
        ("Last seen", Status(_text(_get(_get(thing, "last"), "status")))),
        ("Attempts", _text(attempts)),
        ("Looks", _text(polls or None)),
        ("Took", _span(_get(request, "seconds"))),
        ("Waited", _span(_get(thing, "waited"))),
        ("Asked to wait", _span(_get(thing, "retry_after"))),
        ("Request id", _text(_get(thing, "request_id"))),
        ("What to do", _text(_get(thing, "hint"))),
    ]
    yield Facts(type(thing).__name__, [(name, value) for name, value in rows if str(value)])


def _said(error: object) -> str:
    body = _get(error, "body")
    return service_text(_get(error, "data"), body if isinstance(body, str) else None)


def _anything(thing: object) -> Iterator[Part]:
    yield from _values(type(thing).__name__, _fields(thing))


def _values(caption: str, values: Sequence[tuple[str, object]]) -> Iterator[Part]:
    """Show named values; what has a structure of its own is folded away."""
    (shown, more), folded = _first(values), list[Part]()
    rows: list[tuple[str, Cell]] = []
    for name, value in shown:
        text = _written(value)
        if (is_array(value) or _fields(value)) and len(text) > _SHORTEST_FOLDED:
            folded.append(Fold(name, _written(value, indent=2)))
        else:
            rows.append((name, _text(value)))
    if rows or more or not folded:
        yield Facts(caption, rows)
    yield from folded
    if more:
        yield Note(f"{more:,} more.")


def _in_short(result: object) -> str:
    pictures = _get(result, "images")
    if is_array(pictures) and pictures:
        return _count(len(pictures), "picture")
    return scrubbed(_text(result), _LONGEST_IN_SHORT)


def _took(thing: object) -> str:
    given = _get(thing, "duration")
    if isinstance(given, (int, float)):
        return _span(given)
    return _seconds_between(_get(thing, "created"), _get(thing, "completed"))


def _seconds_between(begin: object, end: object) -> str:
    if isinstance(begin, datetime) and isinstance(end, datetime):
        return _span((end - begin).total_seconds())
    return ""


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def _span(seconds: object) -> str:
    """Write a duration with its two largest units."""
    if not isinstance(seconds, (int, float)) or not math.isfinite(seconds):
        return ""
    if abs(seconds) < 60:
        return f"{round(seconds, 1):g} s"
    whole, words = int(abs(seconds)), list[str]()
    for length, unit in _UNITS:
        count, whole = divmod(whole, length)
        words.append(f"{count:,} {unit}" if count else "")
    largest = next(place for place, word in enumerate(words) if word)
    return ("-" if seconds < 0 else "") + " ".join(filter(None, words[largest : largest + 2]))


def _now() -> datetime:
    return datetime.now(UTC)


def _moment(value: object) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else ""


def _meter(done: object, total: object) -> Cell:
    if isinstance(total, int) and total > 0:
        return Meter(min(max(done, 0), total) if isinstance(done, int) else 0, total)
    return _text(total)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _first(items: object, most: int = _MOST_ROWS) -> tuple[list[Any], int]:
    """Take the first items of a list, and count the others."""
    if not is_array(items):
        return [], 0
    return items[:most], max(0, len(items) - most)


def _get(thing: object, name: str) -> object:
    """Read an attribute of a model, or a key of JSON; what is not there is None."""
    if is_object(thing):
        return thing.get(name)
    try:
        return getattr(thing, name, None)
    except Exception:
        return None  # a property that reads what a model made without a check lacks


def _items(value: object) -> list[tuple[Any, Any]]:
    return list(value.items()) if is_object(value) else []


def _fields(thing: object) -> list[tuple[str, object]]:
    """List the fields of a model, or the keys of a JSON object, that have a value."""
    known = _items(thing) or _items(_get(thing, "__dict__")) + _items(_get(thing, "__pydantic_extra__"))
    return [(_text(name), value) for name, value in known if value is not None]


def _unknown(thing: object) -> list[tuple[str, Cell]]:
    return [(_text(name), _text(value)) for name, value in _items(_get(thing, "__pydantic_extra__"))[:_MOST_ROWS]]


def _text(value: object) -> str:
    """Write a value for reading: text as it is, None as nothing, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _written(value)


def _written(value: object, indent: int | None = None) -> str:
    """Write a value as JSON, or as Python writes it where JSON cannot."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    except Exception:
        return f"<{type(value).__name__}>"


def _plain(value: object) -> object:
    return dict(_fields(value)) or repr(value)


_VIEWS: Mapping[str, Callable[[object], Iterator[Part]]] = {
    "ListAITools200Response": _tools,
    "ListAITools200ResponseToolsInner": _tool,
    "ListAITools200ResponseToolsInnerToolSpec": _tool,
    "ListAITools200ResponseToolsInnerToolSpecInputSchema": _schema,
    "ListAIToolNames200Response": _names,
    "ListAIToolExecutions200Response": _executions,
    "ListAIToolExecutions200ResponseExecutionsInner": _execution,
    "GetAIToolExecutionStatus200Response": _execution,
    "GetAIToolExecutionStatus200ResponseResult": _resulting,
    "GetAIOrchestrationStatus200Response": _orchestration,
    "GetAIOrchestrationStatus200ResponseToolsInner": _tool_of_orchestration,
    "ListMcpServers200Response": _servers,
    "ListMcpServers200ResponseServersInner": _server,
    "OpenApiException": _error,
}
"""How each model is shown, by the name of its class; a model that is not here is shown as its fields."""
