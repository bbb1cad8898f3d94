"""The MCP servers of an organisation."""

from typing import TYPE_CHECKING

from quantcdn._types import is_array
from quantcdn.models._fields import Items, Lenient
from quantcdn.models._sequence import ListModel
from quantcdn.models.list_mcp_servers200_response_servers_inner import ListMcpServers200ResponseServersInner

if TYPE_CHECKING:
    import pandas


class ListMcpServers200Response(ListModel[ListMcpServers200ResponseServersInner]):
    """The MCP servers of an organisation, and the gateway that they are reached through.

    Attributes:
        gateway_base_url: Optional. The origin of the gateway, which takes the organisation's Quant token; this client
            never connects to it.
        servers: Optional. The servers.
    """

    gateway_base_url: Lenient[str] | None = None
    """The origin of the gateway, which takes the organisation's Quant token; this client never connects to it."""

    servers: Lenient[Items[ListMcpServers200ResponseServersInner]] | None = None
    """The servers."""

    @property
    def _sequence(self) -> list[ListMcpServers200ResponseServersInner]:
        return self.servers if is_array(self.servers) else []

    def to_dataframe(self) -> "pandas.DataFrame":
        """Make a data frame of pandas; this needs the extra ``pandas``.

        Returns:
            A row for each server: ``server_name``, ``display_name``, ``url``, ``enabled``, and the names in its
            ``tool_allowlist`` with commas between them, missing where it has no list.
            What is no server is left out.

        Raises:
            ApiValueError: pandas is not installed.
        """
        from quantcdn.models import _dataframes

        servers = self.servers if is_array(self.servers) else []
        return _dataframes.of_servers(one for one in servers if isinstance(one, ListMcpServers200ResponseServersInner))
