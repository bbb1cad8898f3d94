"""One MCP server of an organisation, as the gateway offers it."""

from pydantic import StrictBool

from quantcdn.models._base import Model
from quantcdn.models._fields import Items, Lenient


class ListMcpServers200ResponseServersInner(Model):
    """One MCP server of an organisation, as the gateway offers it.

    Attributes:
        server_name: Optional. The name by which the service knows the server.
        display_name: Optional. The name for people.
        url: Optional. The URL on the gateway at which an MCP client reaches the server.
        enabled: Optional. Whether the organisation may use the server.
        tool_allowlist: Optional. The names of the tools of the server that may be called.
    """

    server_name: Lenient[str] | None = None
    """The name by which the service knows the server."""

    display_name: Lenient[str] | None = None
    """The name for people."""

    url: Lenient[str] | None = None
    """The URL on the gateway at which an MCP client reaches the server."""

    enabled: Lenient[StrictBool] | None = None
    """Whether the organisation may use the server."""

    tool_allowlist: Lenient[Items[str]] | None = None
    """The names of the tools of the server that may be called."""
