"""Requests as they arrive, and as a test reads them afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})


class Headers(Mapping[str, str]):
    """Headers, found in any letter case; their ``repr`` shows no secret.

    Args:
        items: Names and values; the values of a name that comes twice are joined by a comma.
    """

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        for name, value in items:
            known = self._items.get(name.lower())
            self._items[name.lower()] = (known[0], f"{known[1]}, {value}") if known else (name, value)

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Headers({ {name: '…' if name.lower() in _SECRET else value for name, value in self.items()} })"


@dataclass(frozen=True)
class IncomingRequest:
    """A request as it arrived."""

    method: str
    target: str
    """Path and query, percent-encoded as they came."""
    headers: Headers

    @property
    def path(self) -> str:
        """The path, percent-encoded as it came."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query, decoded; of a name that comes twice, the last value."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, repr=False)
class RecordedRequest:
    """A request that arrived, and the status of its response; its ``repr`` shows no secret."""

    method: str
    """The HTTP method."""
    target: str
    """Path and query, percent-encoded as they came."""
    operation: str | None
    """The name of the endpoint's method in ``AIToolsApi``, ``picture``, or None for all else."""
    arguments: Mapping[str, str]
    """The path parameters by their Python names, decoded."""
    query: Mapping[str, str]
    """The query, decoded; of a name that comes twice, the last value."""
    headers: Headers
    """The headers, found in any letter case."""
    status: int | None
    """The status of the response, or None where a fault reset the connection."""

    @property
    def path(self) -> str:
        """The path, percent-encoded as it came."""
        return self.target.partition("?")[0]

    def __repr__(self) -> str:
        return f"RecordedRequest({self.method} {self.path}, operation={self.operation!r}, status={self.status})"
