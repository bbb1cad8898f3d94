"""The types of the models' fields, which read every form that the service has been seen to send."""

import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from operator import index
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, overload

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from quantcdn._types import is_array, is_object

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Larger numbers are milliseconds: as seconds they would lie beyond the year 2603. pydantic-core has the same border.
_LARGEST_SECONDS = 20_000_000_000

# pydantic-core also reads the digits of a compact date as seconds. Those lie before these years, or beyond them.
_FROM, _BEFORE = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

# Fewer digits are a year, or a date without separators; 14 are a date and a time without them.
_EPOCH_TEXT = re.compile(r"-?(?:[0-9]{9,13}|[0-9]{15})(\.[0-9]+)?").fullmatch

# A week, and a month, alone would have a day guessed.
_ISO_TEXT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}-?[0-9]|[0-9]{4}-[0-9]{3})([T _].*)?"
).fullmatch

# A leap second (RFC 3339 section 5.6), which POSIX counts as the next one.
_LEAP_SECOND = re.compile(r"(?<=[0-9]{2}:[0-9]{2}:)60(?![0-9])")

# JavaScript writes GMT+0200 (Central European Time), which dateutil reads as POSIX would: two hours the other way.
_SURE_OFFSET = re.compile(r"\b(?:GMT|UTC?|Z)(?=[+-][0-9])|\s*\([^()]*\)$", re.IGNORECASE)

# RFC 1123 section 5.2.14, of which HTTP has the form with GMT (RFC 9110 section 5.6.7). The email package reads it too,
# but takes the years below 100 for others, an unknown zone for none, and twice the time.
_RFC_1123_TEXT = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) "
    r"(?:GMT|UTC?|([+-][0-9]{2})([0-9]{2}))"
).fullmatch
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"

_LONGEST_TEXT = 100

_NUMBER_TEXT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?").fullmatch


def read_time(value: object) -> datetime:
    """Read a time in any form in which the service has been seen to send one, or raise ``ValueError``.

    That is ISO 8601 or RFC 1123 text (UTC where it names no zone), or seconds or milliseconds since 1970, as a number
    or as text of 9 digits or more. Text that leaves year, month or day to be guessed is refused.
    """
    found = _RFC_1123_TEXT(value) if isinstance(value, str) else None
    try:
        instant = _read(value) if found is None else _from_rfc_1123(*found.groups())
        if instant.tzinfo is not UTC:
            in_utc = instant.astimezone(UTC)  # or a later use of it would overflow
            offset = instant.utcoffset()
            if offset is not None and offset % timedelta(minutes=1):
                return in_utc  # JSON has offsets of whole minutes
    except (ValueError, OverflowError, TypeError):
        raise ValueError("a time is expected") from None
    return instant


def _read(value: object) -> datetime:
    if isinstance(value, datetime):
        return _in_utc_unless_zoned(value)
    if isinstance(value, str):
        return _read_text(value.strip())
    if isinstance(value, bool):
        raise ValueError
    number = value if isinstance(value, float) else index(value)  # type: ignore[arg-type] # any other type is refused
    if abs(number) <= _LARGEST_SECONDS:
        return _EPOCH + timedelta(seconds=number)
    return _EPOCH + timedelta(milliseconds=number)


def _read_text(text: str) -> datetime:
    if len(text) > _LONGEST_TEXT or not text.isascii():
        raise ValueError
    if _EPOCH_TEXT(text):
        return _read(float(text) if "." in text else int(text))
    if _LEAP_SECOND.search(text):
        return _read_text(_LEAP_SECOND.sub("59", text)) + timedelta(seconds=1)
    if _ISO_TEXT(text):
        with suppress(ValueError):
            return _in_utc_unless_zoned(datetime.fromisoformat(text.upper()))
    return _read_other_text(text)


def _from_rfc_1123(
    day: str, month: str, year: str, hour: str, minute: str, second: str, hours: str | None, minutes: str
) -> datetime:
    """Read the parts of a date as mail and HTTP write it."""
    zone = UTC if hours is None else timezone(timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes}")))
    return datetime(
        int(year), _MONTHS.index(month) // 3 + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone
    )


def _read_other_text(text: str) -> datetime:
    """Read text in a form of no standard, if all ways to read it agree."""
    from dateutil import parser  # few programs meet such a form, and importing it takes long

    if _ISO_TEXT(text):  # 24:00, and days by their number in the year
        with suppress(ValueError):
            return _in_utc_unless_zoned(parser.isoparse(text.upper()))
    text = _SURE_OFFSET.sub("", text)
    # What the text does not say comes from the default, and 01/02 is two dates.
    instant, other = (
        parser.parse(text, default=default, dayfirst=swapped, yearfirst=swapped, tzinfos=_known_offset)
        for default, swapped in ((datetime(2000, 1, 1), False), (datetime(2001, 2, 2), True))
    )
    if instant != other or not re.search(rf"(?<![0-9+-]){instant.year:04}", text):
        raise ValueError
    offset = instant.utcoffset()
    return instant.replace(tzinfo=UTC if offset is None else timezone(offset))


def _known_offset(name: str | None, seconds: int | None) -> int | None:
    """Refuse the name of a zone that is not known, which dateutil would read as this machine's, as none or turned."""
    if name is not None and (seconds is None or seconds):
        raise ValueError
    return seconds


def _in_utc_unless_zoned(instant: datetime) -> datetime:
    return instant if instant.utcoffset() is not None else instant.replace(tzinfo=UTC)


def _read_seconds(value: object) -> int:
    return (read_time(value) - _EPOCH) // timedelta(seconds=1)


@overload
def utc(value: datetime | int) -> datetime: ...


@overload
def utc(value: object) -> datetime | None: ...


def utc(value: object) -> datetime | None:
    """Convert a model's time to a datetime in UTC; None for None, and for what the service sent in place of a time."""
    if isinstance(value, int):
        return _EPOCH + timedelta(seconds=value)
    return value.astimezone(UTC) if isinstance(value, datetime) else None


_Written = Literal["any", "str", "int", "datetime"]
"""What pydantic-core expects when it writes a field: it need not find that out, and takes any other value too."""


class _FirstOf:
    """Reads a field by the first schema that accepts it: pydantic-core's own code, and ours where that refuses."""

    # Left to right, since pydantic's smart mode may go on to our slow code where its own has accepted a value. The JSON
    # schema is the documented type alone: that of the union would offer forms that nobody should send.
    # https://docs.pydantic.dev/latest/concepts/unions/#union-modes

    def __init__(
        self, message: str, written: _Written, json_schema: JsonSchemaValue, *choices: core_schema.CoreSchema
    ) -> None:
        self._json_schema = json_schema
        self._schema = core_schema.union_schema(
            list(choices),
            mode="left_to_right",
            custom_error_type="form",
            custom_error_message=message,
            serialization=core_schema.simple_ser_schema(written),
        )

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return self._schema

    def __get_pydantic_json_schema__(self, _schema: object, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return dict(self._json_schema)


def _read_number(value: object) -> int | float:
    """Read a number that came as text, which is plain digits; a truth value is none, though Python counts with it."""
    if not isinstance(value, str) or not _NUMBER_TEXT(value):
        raise ValueError("a number is expected")
    return float(value) if "." in value else int(value)


def _read_count(value: object) -> int:
    number = value if isinstance(value, float) else _read_number(value)
    if not float(number).is_integer():
        raise ValueError("a whole number is expected")
    return int(number)


def finite(value: T) -> T:
    """Refuse a JSON value with a number that JSON does not have (RFC 8259 section 6), which could not go out again."""
    found: list[object] = [value]
    for item in found:  # which grows by what is inside the item
        kind = type(item)
        if kind is str or kind is int:
            continue  # most are, and this runs for every response
        if is_object(item):
            found.extend(item.values())
        elif is_array(item):
            found.extend(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise ValueError("a finite number is expected")
    return value


_JSON_SCHEMA = core_schema.no_info_after_validator_function(
    finite, core_schema.any_schema(), serialization=core_schema.simple_ser_schema("any")
)


class _KeptWhole:
    """Reads a field as documented, and keeps any other JSON value unchanged."""

    # An optional field of an odd type must not hide the status beside it, by which a wait ends.

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        documented = handler.generate_schema(get_args(source)[0])
        # Models inside are written by what their own schemas say, which pydantic 2.11 has for them nowhere else.
        written = core_schema.simple_ser_schema("str") if documented["type"] == "str" else None
        return core_schema.union_schema(
            [documented, _JSON_SCHEMA],
            mode="left_to_right",
            custom_error_type="form",
            custom_error_message="a JSON value is expected",
            serialization=written,
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.UnionSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(cast(core_schema.CoreSchema, schema["choices"][0]))


class OverdueError(Exception):
    """The deadline passed while a model was read."""


class Reading:
    """The context of pydantic while one model is read: its deadline, and what is to be corrected afterwards."""

    __slots__ = ("extra_keys", "is_overdue")

    def __init__(self, is_overdue: Callable[[], bool] | None = None) -> None:
        self.is_overdue = is_overdue
        self.extra_keys = False
        """Whether there was an extra key that may be the name of a field."""


def _note_key(key: str, info: ValidationInfo) -> str:
    """Note an extra key that may be the name of a field, for whoever reads the model to set right."""
    if "_" in key and isinstance(info.context, Reading):
        info.context.extra_keys = True
    return key


def _within_deadline(read: Callable[[object], object]) -> Callable[[object, ValidationInfo], object]:
    """End the reading where the deadline has passed: a time in an odd form takes very long, compared with others."""

    def read_within_deadline(value: object, info: ValidationInfo) -> object:
        """Read a value, unless the deadline has passed."""
        reading = info.context
        if isinstance(reading, Reading) and reading.is_overdue is not None and reading.is_overdue():
            raise OverdueError
        return read(value)

    return read_within_deadline


ExtraKey = Annotated[str, AfterValidator(_note_key)]
"""A key that is no field's."""


class _FailFast:
    """Ends the reading of a list at its first problem; pydantic's own class cannot be part of a union's type."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return {**cast(core_schema.ListSchema, handler(source)), "fail_fast": True}


_ZONED = core_schema.datetime_schema(tz_constraint="aware", ge=_FROM, lt=_BEFORE)


def _in_utc(value: object) -> str:
    """Write a time without a zone as one in UTC, which pydantic-core cannot make of it by itself."""
    return f"{value}Z"


_UNZONED = core_schema.no_info_before_validator_function(_in_utc, _ZONED)


def _iso_time(read: Callable[[object], object]) -> _FirstOf:
    json_schema = {"type": "string", "format": "date-time"}
    others = core_schema.with_info_plain_validator_function(_within_deadline(read))
    return _FirstOf("a time is expected", "datetime", json_schema, _ZONED, _UNZONED, others)


def _unix_time(read: Callable[[object], object]) -> _FirstOf:
    seconds = core_schema.int_schema(strict=True, ge=-_LARGEST_SECONDS, le=_LARGEST_SECONDS)
    others = core_schema.with_info_plain_validator_function(_within_deadline(read))
    return _FirstOf("a time is expected", "int", {"type": "integer"}, seconds, others)


def _or_structure(read: Callable[[object], object]) -> Callable[[object], object]:
    """Extend the reading of a time: an object, a list and a truth value are kept whole, since none is a time."""

    def read_or_keep(value: object) -> object:
        """Keep a structure, and read anything else."""
        is_structure = isinstance(value, bool) or is_object(value) or is_array(value)
        return finite(value) if is_structure else read(value)

    return read_or_keep


DateTime = Annotated[datetime, _iso_time(read_time)]
"""An instant that the service documents as ISO 8601 text."""

LenientDateTime = Annotated[datetime | Any, _iso_time(_or_structure(read_time))]
"""The same where it is optional, or whatever object, list or truth value the service sent in its place."""

UnixSeconds = Annotated[int, _unix_time(_read_seconds)]
"""An instant that the service documents as whole seconds since 1970; parts of a second are cut off."""

LenientUnixSeconds = Annotated[int | Any, _unix_time(_or_structure(_read_seconds))]
"""The same where it is optional, or whatever object, list or truth value the service sent in its place."""

Count = Annotated[
    int,
    _FirstOf(
        "a whole number is expected",
        "int",
        {"type": "integer"},
        core_schema.int_schema(strict=True),
        core_schema.no_info_plain_validator_function(_read_count),
    ),
]
"""A whole number; 2.0 and "2" count as one."""

Seconds = Annotated[
    int | float,
    _FirstOf(
        "a number is expected",
        "any",
        {"type": "number"},
        core_schema.int_schema(strict=True),
        core_schema.float_schema(strict=True, allow_inf_nan=False),
        core_schema.no_info_plain_validator_function(_read_number),
    ),
]
"""A duration in seconds, whole or not."""

Json = Annotated[Any, AfterValidator(finite)]
"""Any JSON value, unchanged."""

JsonObject = Annotated[dict[str, Any], AfterValidator(finite)]
"""Any JSON object, unchanged."""

Items = Annotated[list[T], _FailFast()]
"""A list whose reading ends at the first item that cannot be read."""

Lenient = Annotated[T | Any, _KeptWhole()]
"""An optional field: of the documented type, or whatever the service sent in its place."""
