"""The arguments of a tool."""

from typing import Any

from pydantic import Field

from quantcdn._types import is_array, is_object
from quantcdn.models._base import Model
from quantcdn.models._fields import JsonObject, Lenient


class ListAITools200ResponseToolsInnerToolSpecInputSchema(Model):
    """The arguments of a tool.

    Attributes:
        var_json: Optional. A JSON Schema of the tool's arguments.
    """

    var_json: Lenient[JsonObject] | None = Field(default=None, alias="json")
    """A JSON Schema of the tool's arguments."""

    @property
    def properties(self) -> dict[str, Any]:
        """The schema of each argument by its name; empty where the schema names none."""
        found = self._keyword("properties")
        return found if is_object(found) else {}

    @property
    def required(self) -> list[str]:
        """The names of the required arguments."""
        found = self._keyword("required")
        return [name for name in found if isinstance(name, str)] if is_array(found) else []

    def _keyword(self, name: str) -> object:
        """Read a keyword of the schema; a schema that is no object has none."""
        return self.var_json.get(name) if is_object(self.var_json) else None
