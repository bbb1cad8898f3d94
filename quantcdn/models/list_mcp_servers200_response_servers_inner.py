"""One MCP server of an organisation, as the gateway offers it."""

from quantcdn.models._model import Model


class ListMcpServers200ResponseServersInner(Model):
    """One MCP server of an organisation, as the gateway offers it."""

    server_name: str | None = None
    """The name by which the service knows the server."""

    display_name: str | None = None
    """The name that people are shown."""

    url: str | None = None
    """The address on the gateway at which an MCP client reaches the server."""

    enabled: bool | None = None
    """Whether the organisation may use the server."""

    tool_allowlist: list[str] | None = None
    """The names of the tools of the server that may be called."""
