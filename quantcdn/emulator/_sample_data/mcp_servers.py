"""The MCP servers that the local service lists; nothing answers at their URLs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

GATEWAY = "https://mcp-gateway.example"
"""The origin of a gateway that does not exist: RFC 2606 section 3 keeps the name free."""


def _server(name: str, display_name: str, allowed: Sequence[str], *, enabled: bool = True) -> dict[str, Any]:
    return {
        "serverName": name,
        "displayName": display_name,
        "url": f"{GATEWAY}/servers/{name}/mcp",
        "enabled": enabled,
        "toolAllowlist": list(allowed),
    }


SERVERS: tuple[dict[str, Any], ...] = (
    _server("issues", "Issue tracker", ["search_issues", "read_issue"]),
    _server("site-docs", "Documentation of the site", ["search_pages"]),
    _server("billing", "Invoices", [], enabled=False),
)
"""The servers, each as a list of servers has it."""
