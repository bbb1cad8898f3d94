"""The recipe of docs/hooks.md writes each attempt with its fields."""

from __future__ import annotations

import io
import json
import logging

from quantcdn import AIToolsApi
from test.interop.recipes import recipe

TOOLS = ("structlog",)


def test_the_recipe_writes_fields(api: AIToolsApi) -> None:
    names = recipe("structlog")
    stream = io.StringIO()
    names["handler"].setStream(stream)
    try:
        api.list_ai_tool_executions("acme", status="complete")
    finally:
        logging.getLogger("quantcdn").removeHandler(names["handler"])
    written = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["level"], line["quantcdn_status"], line["quantcdn_attempt"]) for line in written] == [
        ("debug", 200, 1)
    ]
