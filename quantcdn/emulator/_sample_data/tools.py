"""The tools that the local service claims to have, and the usual result of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _tool(name: str, description: str, required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"toolSpec": {"name": name, "description": description, "inputSchema": {"json": schema}}}


TOOLS: tuple[dict[str, Any], ...] = (
    _tool(
        "get_weather",
        "Look up the present weather of a place: temperature, sky, humidity and wind.",
        ["location"],
        location={"type": "string", "description": "The name of a town, with its country where in doubt"},
        unit={"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
    ),
    _tool(
        "calculate",
        "Apply one of the four basic operations to two numbers.",
        ["operation", "a", "b"],
        operation={"type": "string", "enum": ["add", "subtract", "multiply", "divide"]},
        a={"type": "number", "description": "The first number"},
        b={"type": "number", "description": "The second number; for divide, not 0"},
    ),
    _tool(
        "search_web",
        "Find pages about a subject, the most fitting first.",
        ["query"],
        query={"type": "string", "minLength": 1, "description": "What to look for"},
        maxResults={"type": "integer", "minimum": 1, "maximum": 10, "default": 5},
    ),
    _tool(
        "generate_image",
        "Paint an image from a description. It takes ten seconds or more: poll its status.",
        ["prompt"],
        prompt={"type": "string", "minLength": 1, "maxLength": 1024, "description": "What the image shows"},
        negativePrompt={"type": "string", "maxLength": 1024, "description": "What it must not show"},
        width={"type": "integer", "minimum": 320, "maximum": 4096, "default": 1024},
        height={"type": "integer", "minimum": 320, "maximum": 4096, "default": 1024},
    ),
)
"""The tools, each as a list of tools has it."""

NAMES: tuple[str, ...] = tuple(tool["toolSpec"]["name"] for tool in TOOLS)
"""Their names."""

RESULTS: Mapping[str, object] = {
    "get_weather": {
        "location": "Melbourne, Australia",
        "temperature": 18.5,
        "unit": "celsius",
        "conditions": "Partly cloudy",
        "humidity": 62,
        "wind": {"speed": 14.2, "direction": "SW"},
    },
    "calculate": {"operation": "multiply", "a": 6, "b": 7, "result": 42},
    "search_web": {
        "query": "static web sites",
        "results": [
            {
                "title": "Static pages, quickly told",
                "url": "https://example.com/static",
                "snippet": "Why they are fast.",
            },
            {"title": "At the edge", "url": "https://example.org/edge", "snippet": "Where a page is near its reader."},
        ],
    },
}
"""The usual result of each that makes no image."""
