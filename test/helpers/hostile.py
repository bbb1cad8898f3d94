"""Every public callable of the package, found by looking, and values that nobody should pass."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy

import quantcdn
import quantcdn.emulator
from quantcdn.api_client import RequestOptions
from quantcdn.rest import RESTResponse

VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 7, 10**30, 10**400, -(10**400), 10**5000, 2**31, 2**63, 1e19, 1e308, -1e308, 5e-324),
    *(
        -0.0,
        0.5,
        float("nan"),
        float("inf"),
        float("-inf"),
        Decimal("NaN"),
        Decimal("1e400"),
        Decimal(1),
        Fraction(1, 3),
    ),
    *(numpy.int64(3), numpy.int64(-1), numpy.float64("nan"), numpy.float64(1.5), numpy.bool_(True), 1 + 2j),
    *(
        "",
        " ",
        "text",
        "\0",
        "\r\n",
        "\ud800",
        "..",
        ".",
        "/",
        "a/b",
        "%00",
        "{}",
        "[]",
        "null",
        "NaN",
        "1",
        "1" * 5000,
    ),
    *("a" * 1_000_000, "http://[", "https://user:secret@host/", "data:image/png;base64,\ud800", "[" * 20_000),
    *(b"bytes", b"", b"\xff", bytearray(b"{}"), memoryview(b"{}")),
    *([], [1], ["a", 1], [[]], [None], (), (1, 2), (0, float("nan")), (10**400, 1), (1, 2, 3), {}, {1: 2}, {"a": None}),
    *({"\ud800": "\r\n"}, {"in": "header"}, {"in": "cookie", "key": 1, "value": 2}, {"a": {"b": [object()]}}, {1}),
    *(object(), range(3), iter([]), Exception("boom"), lambda *_args, **_kwargs: None, Ellipsis, inspect),
    *(str, dict, quantcdn.ApiClient, quantcdn.AIToolsApi, (value for value in "ab"), Path("x"), uuid.UUID(int=1)),
    *(datetime(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC), date(2026, 1, 31), timedelta(seconds=3)),
]


@dataclass(frozen=True)
class Subject:
    """Something public that can be called: a constructor, a function, a method, or a setting that can be assigned."""

    name: str
    owner: type | None
    member: Any

    @property
    def is_method(self) -> bool:
        """Whether an instance is needed."""
        return self.owner is not None and not isinstance(self.member, (staticmethod, classmethod))

    def bound(self, make: Callable[[type], Any]) -> Callable[..., Any]:
        """Make it a function of its arguments alone; ``make`` makes instances."""
        if self.owner is None:
            return self.member  # type: ignore[no-any-return]
        name = self.name.rpartition(".")[2]
        if isinstance(self.member, property):
            instance = make(self.owner)
            return lambda value: setattr(instance, name, value)
        return getattr(make(self.owner) if self.is_method else self.owner, name)  # type: ignore[no-any-return]

    @cached_property
    def parameters(self) -> list[str]:
        """What it takes: the parameters by their names, an option of calls with a star before it."""
        if isinstance(self.member, property):
            return ["value"]
        function = self.member.__func__ if isinstance(self.member, (staticmethod, classmethod)) else self.member
        names: list[str] = []
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                names += (
                    sorted(RequestOptions.__optional_keys__) if "RequestOptions" in str(parameter.annotation) else []
                )
            elif parameter.kind is not parameter.VAR_POSITIONAL:
                names.append(parameter.name)
        takes_self = self.owner is not None and not isinstance(self.member, staticmethod)
        return names[1:] if takes_self else names

    @cached_property
    def required(self) -> list[str]:
        """The parameters that have no default."""
        if isinstance(self.member, property):
            return ["value"]
        function = self.member.__func__ if isinstance(self.member, (staticmethod, classmethod)) else self.member
        found = inspect.signature(function).parameters.values()
        return [
            p.name for p in found if p.default is p.empty and p.kind <= p.KEYWORD_ONLY and p.name in self.parameters
        ]


def subjects() -> Iterator[Subject]:
    """Find everything public that can be called."""
    seen: set[int] = set()
    for module in (quantcdn, quantcdn.chat, quantcdn.images, quantcdn.emulator):
        for name in _public_names(module):
            value = getattr(module, name)
            if id(value) in seen or isinstance(value, (ModuleType, str)):
                continue
            seen.add(id(value))
            yield from _subjects_in(f"{module.__name__}.{name}", value)
    yield from _members("quantcdn.rest.RESTResponse", RESTResponse)


def _public_names(module: ModuleType) -> list[str]:
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    own = [name for name, value in vars(module).items() if getattr(value, "__module__", "").startswith("quantcdn")]
    return [name for name in own if not name.startswith("_")]


def _subjects_in(name: str, value: Any) -> Iterator[Subject]:
    if isinstance(value, type):
        if not getattr(value, "_is_protocol", False):
            yield Subject(name, None, value)
            yield from _members(name, value)
    elif callable(value) and inspect.isfunction(value):
        yield Subject(name, None, value)


def _members(name: str, owner: type) -> Iterator[Subject]:
    """List what a class adds itself or takes from a class of this package, not what pydantic or Python gives it."""
    ours = [base for base in owner.__mro__ if base.__module__.startswith("quantcdn")]
    found = {key: value for base in reversed(ours) for key, value in vars(base).items() if not key.startswith("_")}
    for key, value in found.items():
        is_setting = isinstance(value, property) and value.fset is not None
        if is_setting or isinstance(value, (staticmethod, classmethod)) or inspect.isfunction(value):
            yield Subject(f"{name}.{key}", owner, value)
