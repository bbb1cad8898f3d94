"""What all models share: they are open, they read every form of time, and they give back what came in."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Protocol, Self, overload

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetPydanticSchema,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema

from quantcdn import display
from quantcdn._json import is_array, is_mapping, is_object
from quantcdn.exceptions import ApiTypeError, ApiValueError, escaped, without_query

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Larger numbers are milliseconds: as seconds they would lie beyond the year 2603.
_LARGEST_SECONDS = 20_000_000_000

_SHOWN_LENGTH = 80

_UTF8_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_PLAIN = (str, int, type(None))


# What a plain datetime is written as, which is how the service writes most. Every other form has to be remembered to
# go out as it came in. Of this length and with this end, the date before it can have one form only.
_WRITTEN_LENGTH = len("2026-01-31T23:59:59.999Z")
_WRITTEN_END = r"T[0-9:]{8}\.[0-9]{3}Z$"


class EpochSeconds(int):
    """Whole seconds since 1970 that came in another form, which ``source`` keeps."""

    source: str | int | float


class Moment(datetime):
    """A moment that came in another form than it would be written in, which ``source`` keeps."""

    source: str | int | float

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        return _remembered, (datetime.combine(self.date(), self.timetz()), self.source)


def _remembered(moment: datetime, source: str | int | float) -> Moment:
    remembered = Moment.combine(moment.date(), moment.timetz())
    remembered.source = source
    return remembered


def read_time(value: object) -> datetime:
    """Read a moment in any form in which the service has been seen to send one.

    Args:
        value: ISO 8601 or RFC 1123 text (UTC where it names no zone), or seconds or
            milliseconds since 1970, as a number or as text.

    Returns:
        The moment, with its zone.

    Raises:
        ValueError: The value is none of these.
    """
    if isinstance(value, EpochSeconds):
        value = value.source
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _read_text(str(value))
    if isinstance(value, datetime):
        return _in_utc_unless_zoned(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a time is expected")
    seconds = value if abs(value) <= _LARGEST_SECONDS else value / 1000
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        raise ValueError("a time between the years 1 and 9999 is expected") from None


def _read_text(text: str) -> datetime:
    try:
        return _in_utc_unless_zoned(datetime.fromisoformat(text))
    except ValueError:
        pass  # the slow reader knows more forms
    # It reads "12" as a day of this month: text without a year is no moment.
    if not re.search("[0-9]{4}", text):
        raise ValueError("a time is expected")
    from dateutil import parser as dateutil_parser  # few programs meet such a form, and importing it takes long

    try:
        return _in_utc_unless_zoned(dateutil_parser.parse(text, tzinfos=_known_offset))
    except (ValueError, OverflowError, TypeError):
        raise ValueError("a time is expected") from None


def _known_offset(name: str | None, seconds: int | None) -> int | None:
    # Else it would warn, and read a name that it does not know as the zone of this machine or as none.
    if name is not None and seconds is None:
        raise ValueError("a time zone is not known")
    return seconds


def _in_utc_unless_zoned(moment: datetime) -> datetime:
    return moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)


def _read_seconds(value: object) -> EpochSeconds:
    seconds = EpochSeconds((read_time(value) - _EPOCH) // timedelta(seconds=1))
    if not isinstance(value, (str, int, float)):
        return seconds
    seconds.source = value
    return seconds


def _read_moment(value: object) -> datetime:
    moment = read_time(value)
    return _remembered(moment, value) if isinstance(value, (str, int, float)) else moment


def _seconds_as_they_came(value: int) -> object:
    return value.source if isinstance(value, EpochSeconds) else value


def _moment_as_it_came(value: datetime | None) -> object:
    if value is None or isinstance(value, Moment):
        return value and value.source
    written = value.astimezone(UTC).isoformat(timespec="auto" if value.microsecond % 1000 else "milliseconds")
    return written.replace("+00:00", "Z")


@overload
def utc(value: datetime | int) -> datetime: ...


@overload
def utc(value: None) -> None: ...


@overload
def utc(value: datetime | int | None) -> datetime | None: ...


def utc(value: datetime | int | None) -> datetime | None:
    """Give a model's time as an aware datetime.

    Args:
        value: A moment with its zone, seconds since 1970, or None.

    Returns:
        The same moment in UTC, or None for None.
    """
    return None if value is None else read_time(value).astimezone(UTC)


def _first_of(message: str, *choices: core_schema.CoreSchema) -> GetPydanticSchema:
    # The documented form is read by pydantic's own code; ours runs only where that refuses.
    schema = core_schema.union_schema(
        list(choices), mode="left_to_right", custom_error_type="form", custom_error_message=message
    )
    return GetPydanticSchema(lambda _source, _handler: schema)


def _number(value: object) -> object:
    if isinstance(value, (bool, str)):
        raise ValueError("a number is expected")
    return value


def _finite(value: Any) -> Any:
    # JSON has no NaN and no infinity (RFC 8259 section 6), and neither could go out again.
    found = [value]
    for item in found:  # which grows by what is inside the item
        if isinstance(item, _PLAIN):
            continue  # most are, and this runs for every answer
        if isinstance(item, float):
            if not math.isfinite(item):
                raise ValueError("a finite number is expected")
        elif is_object(item):
            found.extend(item.values())
        elif is_array(item):
            found.extend(item)
    return value


DateTime = Annotated[
    datetime,
    _first_of(
        "a time is expected",
        core_schema.chain_schema(
            [
                core_schema.str_schema(pattern=_WRITTEN_END, min_length=_WRITTEN_LENGTH, max_length=_WRITTEN_LENGTH),
                core_schema.datetime_schema(),
            ]
        ),
        core_schema.no_info_plain_validator_function(_read_moment),
    ),
    PlainSerializer(_moment_as_it_came, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string"}, {"type": "number"}]}),
]
"""A moment that the service documents as ISO 8601 text."""

UnixSeconds = Annotated[
    int,
    _first_of(
        "a time is expected",
        core_schema.int_schema(strict=True, ge=-_LARGEST_SECONDS, le=_LARGEST_SECONDS),
        core_schema.no_info_plain_validator_function(_read_seconds),
    ),
    PlainSerializer(_seconds_as_they_came),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "string"}]}),
]
"""A moment that the service documents as whole seconds since 1970."""

Count = Annotated[int, BeforeValidator(_number)]
"""A whole number; 2.0 counts as one, text and truth values do not."""

Seconds = Annotated[int | float, AfterValidator(_finite), BeforeValidator(_number), WithJsonSchema({"type": "number"})]
"""A duration in seconds, whole or not, as it came."""

Json = Annotated[Any, AfterValidator(_finite)]
"""Any JSON value, kept as it came."""

JsonObject = Annotated[dict[str, Any], AfterValidator(_finite)]
"""Any JSON object, kept as it came."""


class Model(display.Displayed, BaseModel):
    """A part of an answer; keys that it does not know are kept and go out again."""

    model_config = ConfigDict(
        extra="allow",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        validate_assignment=True,
        protected_namespaces=(),
        defer_build=True,  # most programs need few of the models
    )
    __pydantic_extra__: dict[str, Json]  # pyright: ignore[reportIncompatibleVariableOverride] # as pydantic documents it

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
            return cls.model_validate(dict(obj))
        except ValidationError as error:
            problem = _explained(cls, error)
        raise problem

    @classmethod
    def from_json(cls, json_str: str | bytes | bytearray) -> Self:
        """Make the model from JSON.

        Args:
            json_str: A JSON object as text, or as bytes in UTF-8 with or without a byte-order mark.

        Returns:
            The model.

        Raises:
            ApiTypeError: ``json_str`` is neither text nor bytes.
            ApiValueError: It is not JSON, a required key is missing, or a value cannot be read;
                the message names the keys that lead to it.
        """
        if not isinstance(json_str, (str, bytes, bytearray)):
            raise ApiTypeError(f"from_json takes text or bytes, not {type(json_str).__name__}")
        if isinstance(json_str, (bytes, bytearray)):
            json_str = json_str.removeprefix(_UTF8_BYTE_ORDER_MARK)
        try:
            return cls.model_validate_json(json_str, by_alias=True, by_name=False)
        except ValidationError as error:
            problem = _explained(cls, error)
        raise problem

    def to_dict(self) -> dict[str, Any]:
        """Give the model as a dict with JSON keys.

        Returns:
            Every key that came in or was set, also those whose value is None.
        """
        return self.model_dump(by_alias=True, exclude_unset=True)

    def to_json(self) -> str:
        """Give the model as JSON.

        Returns:
            A JSON object with every key that came in or was set.
        """
        return self.model_dump_json(by_alias=True, exclude_unset=True)

    def to_str(self) -> str:
        """Give the model for reading.

        Returns:
            The dict of ``to_dict``, one value a line.
        """
        from pprint import pformat  # importing the package is part of what every program costs

        return pformat(self.to_dict())

    def __repr_args__(self) -> Any:
        for name, value in super().__repr_args__():
            yield name and escaped(name), _shown(value)

    def __str__(self) -> str:
        return display.plain(self)


def json_keys(model: type[BaseModel]) -> dict[str, str]:
    """Give the JSON key of each field of a model.

    Args:
        model: The model.

    Returns:
        The keys by the names of the fields.
    """
    model.model_rebuild()  # before the first use, not every version of pydantic knows them
    return {name: field.alias or name for name, field in model.model_fields.items()}


class _HasStatus(Protocol):
    @property
    def status(self) -> str | None: ...


class StatusMixin:
    """What a status means, whatever its letter case."""

    known_statuses: ClassVar[tuple[str, ...]]
    """The statuses that the service documents; others may come, and count as unfinished."""

    @property
    def is_complete(self: _HasStatus) -> bool:
        """Whether it finished well."""
        return _plain(self.status) == "complete"

    @property
    def is_failed(self: _HasStatus) -> bool:
        """Whether it finished badly."""
        return _plain(self.status) == "failed"

    @property
    def is_final(self: _HasStatus) -> bool:
        """Whether it finished; an unknown status is not final."""
        return _plain(self.status) in ("complete", "failed")


def _plain(status: str | None) -> str:
    return (status or "").strip().casefold()


def _explained(cls: type[Model], error: ValidationError) -> ApiValueError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = list(first["loc"])
    count = error.error_count()
    problem = first["msg"] if count == 1 else f"{count} problems, the first: {first['msg']}"
    return ApiValueError(f"{cls.__name__}: {problem}", path)


def _shown(value: Any) -> Any:
    """Shorten what would flood a screen, and cut the signature off a signed address."""
    if isinstance(value, str):
        value = without_query(value)
        return value if len(value) <= _SHOWN_LENGTH else f"{value[:_SHOWN_LENGTH]}… ({len(value)} characters)"
    if is_array(value):
        return [_shown(item) for item in value]
    if is_object(value):
        return {key: _shown(item) for key, item in value.items()}
    return value
