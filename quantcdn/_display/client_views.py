"""What is displayed of clients and their settings, of images, and of figures over executions."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from quantcdn._display import formats
from quantcdn._display.elements import Cell, Code, Element, KeyValues, Paragraph, Table
from quantcdn._display.images import MAX_SIZE, sized_image
from quantcdn._display.reading import MAX_ROWS, code, get, items, text

_MAX_STATUSES = 10


def settings(obj: object) -> Iterator[Element]:
    """Display the settings of a client; of its token no more than whether there is one."""
    timeout, proxy = get(obj, "timeout"), get(obj, "proxy")
    limits = [(formats.duration(get(timeout, name)), what) for name, what in _LIMITS.items()]
    rows: list[tuple[str, Cell]] = [
        *_service(obj, get(obj, "organisation")),
        ("Timeout", ", ".join(f"{limit} {what}" for limit, what in limits if limit)),
        ("Attempts", text(get(get(obj, "retries"), "attempts"))),
        ("Proxy", "from the environment" if proxy is None else "set" if proxy else "none"),
        ("Certificates", "not checked" if get(obj, "verify_ssl") is False else "checked"),
    ]
    yield KeyValues(type(obj).__name__, rows)


_LIMITS = {"total": "for a call", "connect": "to connect", "read": "of silence"}


def client(obj: object) -> Iterator[Element]:
    """Display which service and organisation a client is about."""
    configuration = get(obj, "configuration")
    yield KeyValues(type(obj).__name__, _service(configuration, get(configuration, "organisation")))


def api(obj: object) -> Iterator[Element]:
    """Display which service and organisation the endpoints are about."""
    endpoints = get(obj, "api") or obj
    configuration = get(get(endpoints, "api_client"), "configuration")
    yield KeyValues(type(obj).__name__, _service(configuration, get(obj, "name") or get(configuration, "organisation")))


def _service(configuration: object, organisation: object) -> list[tuple[str, Cell]]:
    token = get(configuration, "access_token")
    return [
        ("Organisation", code(organisation) if organisation else "not set"),
        ("Host", code(get(configuration, "host"))),
        ("Access token", "not set" if token is None else "from a function" if callable(token) else "set"),
    ]


def image(obj: object) -> Iterator[Element]:
    """Display an image, if its bytes are not too many for a notebook."""
    data = get(obj, "data")
    if not isinstance(data, bytes | bytearray):
        yield Paragraph("An image without bytes.")
    elif len(data) > MAX_SIZE:
        known = f"{text(get(obj, 'media_type'))}, {text(get(obj, 'width'))}x{text(get(obj, 'height'))} pixels"
        yield Paragraph(f"An image ({known}) is not shown, since it has {len(data) / 1024 / 1024:.1f} MiB.")
    else:
        yield sized_image(bytes(data), b64encode(data).decode(), "Image")


def statistics(obj: object) -> Iterator[Element]:
    """Display figures over executions: how many of each tool and status, and their durations."""
    rate = get(obj, "success_rate")
    rows: list[tuple[str, Cell]] = [("Total", text(get(obj, "total")))]
    if isinstance(rate, int | float):
        rows.append(("Success rate", f"{rate:.1%}"))
    yield KeyValues("Executions", rows)
    yield _by_tool_and_status(obj)
    yield from durations(get(obj, "durations"))


def _by_tool_and_status(obj: object) -> Table:
    counts = dict(items(get(obj, "by_tool_and_status")))
    tools, statuses = items(get(obj, "by_tool")), [status for status, _ in items(get(obj, "by_status"))]
    shown = statuses[:_MAX_STATUSES]
    rows: list[list[Cell]] = [
        [Code(text(tool)), *(text(counts.get((tool, status), 0)) for status in shown), text(total)]
        for tool, total in tools[:MAX_ROWS]
    ]
    columns = ("Tool", *(text(status).capitalize() for status in shown), "Total")
    return Table("By tool and status", columns, rows, max(0, len(tools) - MAX_ROWS))


def durations(obj: object) -> Iterator[Element]:
    """Display percentiles of durations."""
    rows: list[tuple[str, Cell]] = [(name, formats.duration(get(obj, field))) for field, name in _PERCENTILES.items()]
    if get(obj, "count"):
        yield KeyValues("Durations", [("Executions", text(get(obj, "count"))), *rows])


_PERCENTILES = {"p50": "Median", "p90": "90th percentile", "p99": "99th percentile", "longest": "Longest"}
