"""What all models share: they are open, and write what they have read."""

import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from quantcdn._display import mixin
from quantcdn._display.text import escaped, truncated
from quantcdn._file_formats import json_bounds
from quantcdn._portability import ProcessLock
from quantcdn._types import is_array, is_mapping, is_object
from quantcdn.exceptions import ApiAttributeError, ApiTypeError, ApiValueError
from quantcdn.models._fields import ExtraKey, Json, Reading

_M = TypeVar("_M", bound="Model")

_SHOWN_LENGTH = 80

_UTF8_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_BUILD_LOCK = ProcessLock(threading.RLock)  # to build a model may need another one


class Model(mixin.DisplayMixin, BaseModel):
    """A part of a response; unknown keys are kept and written again."""

    model_config = ConfigDict(
        extra="allow",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        validate_assignment=True,
        protected_namespaces=(),
        defer_build=True,  # most programs need few of the models
    )

    __pydantic_extra__: dict[ExtraKey, Json]  # pyright: ignore[reportIncompatibleVariableOverride] # as pydantic documents it

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any] | None) -> Self | None:
        """Make the model from a mapping.

        Args:
            obj: JSON keys and values, or None.

        Returns:
            The model, or None for None.

        Raises:
            ApiTypeError: ``obj`` is not a mapping.
            ApiValueError: A required key is missing or a value cannot be read; the message
                names the keys that lead to it.
        """
        if obj is None:
            return None
        if not is_mapping(obj):
            raise ApiTypeError(f"from_dict takes a mapping, not {type(obj).__name__}")
        try:
            return _read(cls.model_validate, dict(obj), Reading())
        except ValidationError as error:
            problem = _explained(cls, error)
        raise problem

    @classmethod
    def from_json(cls, json_str: str | bytes | bytearray) -> Self:
        """Make the model from JSON.

        Args:
            json_str: A JSON object as text, or as bytes in UTF-8 with or without a byte-order mark; 100,000 items
                and keys at most in all of it.

        Returns:
            The model.

        Raises:
            ApiTypeError: ``json_str`` is neither text nor bytes.
            ApiValueError: It is not JSON, it is too large, a required key is missing, or a value cannot be read;
                the message names the keys that lead to it.
        """
        if not isinstance(json_str, (str, bytes, bytearray)):
            raise ApiTypeError(f"from_json takes text or bytes, not {type(json_str).__name__}")
        return _read_json(cls, json_str, Reading())

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a dict with JSON keys.

        Returns:
            Every key that was received or set, also those whose value is None.
        """
        return self.__pydantic_serializer__.to_python(self, by_alias=True, exclude_unset=True, warnings=False)  # type: ignore[no-any-return] # a model's is a dict

    def to_json(self) -> str:
        """Return the model as JSON.

        Returns:
            A JSON object with every key that was received or set.
        """
        # pydantic warns of a value that is not of the field's type; here such values are kept on purpose.
        return self.__pydantic_serializer__.to_json(self, by_alias=True, exclude_unset=True, warnings=False).decode()

    def to_str(self) -> str:
        """Return the model as text for reading.

        Returns:
            The dict of ``to_dict``, one value a line.
        """
        from pprint import pformat  # importing the package is part of what every program costs

        return pformat(self.to_dict())

    def __setattr__(self, name: str, value: Any) -> None:
        # By its JSON key, the value would be kept as an extra one, and written beside the field's own.
        field = _field_names(type(self)).get(name)
        if field is not None:
            raise ApiAttributeError(f"{type(self).__name__} has {name!r} as {field!r}")
        super().__setattr__(name, value)

    def __repr_args__(self) -> Any:
        for name, value in super().__repr_args__():
            yield name and escaped(_shown(name)), _shown(value)

    def __str__(self) -> str:
        return mixin.plain(self)


class _BuildByOneThread:
    """pydantic's ``model_rebuild``, which it calls at the first use of a model, for one thread at a time."""

    # pydantic before 2.14 has no lock: one thread deletes what another has built, and a base class's is used. This is
    # no method of Model, since it is no more of this package than all else that pydantic's models have.

    def __get__(self, instance: object, owner: type[Model]) -> Callable[..., bool | None]:
        def build(**settings: Any) -> bool | None:
            """Call pydantic's own, with its settings."""
            with _BUILD_LOCK.of_process():
                return super(Model, owner).model_rebuild(**settings)

        return build


Model.model_rebuild = _BuildByOneThread()  # type: ignore[method-assign, assignment] # pyright: ignore[reportAttributeAccessIssue] # it is called like one


def from_body(model: type[_M], body: bytes, is_overdue: Callable[[], bool]) -> _M:
    """Make a model from a response's body, or raise ``OverdueError`` where the call's deadline passes meanwhile."""
    return _read_json(model, body, Reading(is_overdue))


def _read_json(model: type[_M], json_str: str | bytes | bytearray, reading: Reading) -> _M:
    if isinstance(json_str, (bytes, bytearray)):
        json_str = json_str.removeprefix(_UTF8_BYTE_ORDER_MARK)
    excess = json_bounds.excess(json_str)
    if excess is not None:
        raise ApiValueError(f"{model.__name__}: {excess}")
    if len(json_str) > json_bounds.MOST_ITEMS and json_bounds.has_many_items(json_str):
        _check_required_keys(model, json_str)
    validate: Callable[..., _M] = model.__pydantic_validator__.validate_json
    try:
        return _read(validate, json_str, reading)
    except ValidationError as error:
        problem = _explained(model, error)
    raise problem


def _check_required_keys(model: type[Model], json_str: str | bytes | bytearray) -> None:
    """Refuse a body without a required key before pydantic does, which copies all of the body for each of them."""
    try:
        found = from_json(json_str)
    except ValueError:
        return  # pydantic says why
    for name, key in json_keys(model).items():
        if is_object(found) and key not in found and model.model_fields[name].is_required():
            raise ApiValueError(f"{model.__name__}: Field required", [key])


def _read(validate: Callable[..., _M], value: object, reading: Reading) -> _M:
    """Read a model by its JSON keys alone: a key that is named like the field in Python is an extra one."""
    model = validate(value, by_alias=True, by_name=False, context=reading)
    if reading.extra_keys:
        _unset_extra(model)
    return model


def json_keys(model: type[BaseModel]) -> dict[str, str]:
    """Map the names of a model's fields to their JSON keys."""
    model.model_rebuild()  # before the first use, not every version of pydantic knows them
    return {name: field.alias or name for name, field in model.model_fields.items()}


def _unset_extra(model: object) -> None:
    """Let no field count as set for an extra key of its name, here and in all inner models."""
    if is_array(model):
        for item in model:
            _unset_extra(item)
    elif isinstance(model, Model):
        for name in type(model).model_fields.keys() & model.__pydantic_extra__.keys():
            if model.__dict__[name] is None:
                model.__pydantic_fields_set__.discard(name)
        for value in model.__dict__.values():
            _unset_extra(value)


@cache
def _field_names(model: type[BaseModel]) -> dict[str, str]:
    """Map the JSON keys that differ from the names of their fields to these."""
    return {key: name for name, key in json_keys(model).items() if key != name}


class StatusMixin:
    """What a status means, whatever its letter case and surrounding blanks."""

    known_statuses: ClassVar[tuple[str, ...]]
    """The statuses that the service documents; others may come."""

    @property
    def is_complete(self) -> bool:
        """Whether it succeeded: ``complete`` or ``completed``."""
        return _plain(self) in _COMPLETE

    @property
    def is_failed(self) -> bool:
        """Whether it failed: ``failed``, ``cancelled``, ``canceled``, ``timed_out`` or ``expired``."""
        return _plain(self) in _FAILED

    @property
    def is_final(self) -> bool:
        """Whether its status is terminal; an unknown status is where there is a time at which it completed."""
        status = _plain(self)
        if status in _COMPLETE or status in _FAILED:
            return True
        return status not in _UNFINISHED and bool(_completed_at(self))


_UNFINISHED = frozenset({"pending", "running", "polling", "waiting_tools", "synthesizing"})
_COMPLETE = frozenset({"complete", "completed"})
_FAILED = frozenset({"failed", "cancelled", "canceled", "timed_out", "expired"})


def _plain(model: object) -> str:
    """Read a model's status; what is no text says nothing."""
    status = getattr(model, "status", None)
    return status.strip().casefold() if isinstance(status, str) else ""


def _completed_at(model: object) -> object:
    """Read when a model's execution completed, also where that is no field of the model."""
    return getattr(model, "completed_at", None) or getattr(model, "completedAt", None)


def _explained(cls: type[Model], error: ValidationError) -> ApiValueError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = list(first["loc"])
    count = error.error_count()
    problem = first["msg"] if count == 1 else f"{count} problems, the first: {first['msg']}"
    return ApiValueError(f"{cls.__name__}: {problem}", path)


def _shown(value: Any) -> Any:
    """Redact and truncate the texts in a value."""
    if isinstance(value, str):
        return truncated(value, _SHOWN_LENGTH, counted=True)
    if is_array(value):
        return [_shown(item) for item in value]
    if is_object(value):
        return {_shown(key): _shown(item) for key, item in value.items()}
    return value
