"""Text that authorises, of a type that no traceback, log or debugger shows.

What keeps the local variables of frames (Sentry, rich, ``traceback`` with ``capture_locals``, pytest) writes them by
``repr``. To write a secret where it is meant to go, ``str``, ``format`` and ``encode`` have it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from inspect import CO_VARKEYWORDS, getmro
from types import FunctionType
from typing import Any, SupportsIndex, TypeVar

from quantcdn._types import is_array, is_mapping, is_tuple

C = TypeVar("C", bound=type)

_MASK = "[secret]"
_DEEPEST = 4

_AUTHORISING_OPTION = r"(?i)auth|header|host|key|proxy|token"

# Whose values authorise nothing, whoever set them.
_PLAIN_HEADERS = frozenset({"accept", "accept-encoding", "content-type", "if-range", "range", "user-agent"})
_KNOWN_HEADERS = _PLAIN_HEADERS | {"authorization", "cookie", "proxy-authorization"}
_OWN_HEADER = re.compile(r"(?i)x(-[a-z]{1,20}){1,4}")  # X-Team: no token begins so, and has words alone


class Secret(str):
    """Text whose ``repr`` is masked, as is that of its parts and its bytes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _MASK

    def __getitem__(self, key: SupportsIndex | slice) -> Secret:
        return Secret(super().__getitem__(key))  # rich writes the first characters of a long text

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> SecretBytes:
        """Give the bytes of the text, masked too."""
        return SecretBytes(super().encode(encoding, errors))


class SecretBytes(bytes):
    """Bytes whose ``repr`` is masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _MASK

    __str__ = __repr__

    def __getitem__(self, key: Any) -> Any:
        return hidden(bytes.__getitem__(self, key))


class SecretFunction:
    """A function that returns a secret; a ``functools.partial`` or a callable object may show it in its ``repr``."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function

    def __call__(self) -> Any:
        return self.function()

    def __repr__(self) -> str:
        return _MASK

    def __reduce__(self) -> tuple[Any, ...]:
        return SecretFunction, (self.function,)


def hidden(value: Any, depth: int = 0) -> Any:
    """Hide every text and function in a value, which may be of any type; a text still equals what it equalled."""
    if isinstance(value, str):
        return value if isinstance(value, Secret) else Secret(str.__str__(value))  # an Enum's str is a name
    if isinstance(value, bytes | bytearray):
        return SecretBytes(value)
    if depth > _DEEPEST:
        return Secret(_MASK)
    if is_mapping(value):
        return {hidden(key): hidden(part, depth + 1) for key, part in value.items()}
    if is_array(value) or is_tuple(value):
        return [hidden(part, depth + 1) for part in value]
    if callable(value) and not isinstance(value, type | SecretFunction):
        return SecretFunction(value)
    return value


def type_name(value: object) -> str:
    """Name the type of a value as the caller knows it."""
    known: object = value.function if isinstance(value, SecretFunction) else value
    return next(kind.__name__ for kind in getmro(type(known)) if kind.__module__ != __name__)


def is_known_header(name: str) -> bool:
    """Say whether a header's name is one that may be shown; any other may be a token in the wrong place."""
    return name.lower() in _KNOWN_HEADERS or bool(_OWN_HEADER.fullmatch(name))


def header_value(name: str, value: str) -> str:
    """Hide the value of a header that may authorise."""
    return value if name.lower() in _PLAIN_HEADERS else hidden(value)


def hidden_options(options: Any) -> Any:
    """Copy options, those hidden that may authorise; what is no mapping is hidden whole."""
    if not is_mapping(options):
        return hidden(options)
    copied = dict(options)
    hide_authorising(copied)
    return copied


def hide_options(cls: C) -> C:
    """Let the methods of a class hide those of their options that may authorise, before they do anything else."""
    for name, method in list(vars(cls).items()):
        if isinstance(method, FunctionType) and method.__code__.co_flags & CO_VARKEYWORDS:
            setattr(cls, name, _hiding(method))
    return cls


def _hiding(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        """Hide the options, and call the method."""
        if options:
            hide_authorising(options)  # in place: this frame is a part of tracebacks too
        return method(*arguments, **options)

    return call


def hide_authorising(options: Any) -> None:
    """Hide what a mapping of options says under a name that may be one of a secret, rightly spelt or not."""
    for name in options:
        if isinstance(name, str) and re.search(_AUTHORISING_OPTION, name):
            options[name] = hidden(options[name])
