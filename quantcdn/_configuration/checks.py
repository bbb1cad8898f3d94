"""The check of each setting that is kept as its check returns it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeVar, overload

from quantcdn import _validation
from quantcdn.exceptions import ApiTypeError
from quantcdn.rate_limit import RateLimit
from quantcdn.retry import RetryPolicy, retry_policy
from quantcdn.timeout import Timeout

Taken = TypeVar("Taken", contravariant=True)
Kept = TypeVar("Kept", covariant=True)


class ConvertedSetting(Generic[Taken, Kept]):
    """A setting that takes more forms than it keeps, as type checkers see it."""

    @overload
    def __get__(self, configuration: None, owner: object = ...) -> Self: ...
    @overload
    def __get__(self, configuration: object, owner: object = ...) -> Kept: ...
    def __get__(self, configuration: object, owner: object = None) -> Any:
        raise NotImplementedError

    def __set__(self, configuration: object, value: Taken) -> None:
        raise NotImplementedError


def _timeout(_name: str, value: Any) -> Timeout:
    return Timeout().changed(value)


def _retries(_name: str, value: Any) -> RetryPolicy:
    return retry_policy(value)


def _rate_limit(name: str, value: object) -> RateLimit | None:
    if value is not None and not isinstance(value, RateLimit):
        raise ApiTypeError(f"{name} takes a RateLimit, such as RateLimit(5, burst=10), not {type(value).__name__}")
    return value


SETTINGS: Mapping[str, Callable[[str, object], object]] = {
    **_validation.SETTINGS,
    "timeout": _timeout,
    "retries": _retries,
    "rate_limit": _rate_limit,
}
