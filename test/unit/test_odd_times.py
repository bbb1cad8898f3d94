"""Times in all forms: which instant each is read as, and what is refused, read through the public API.

The judge is what is written: an instant counts as said if year, month and day are. Where two readings of a text exist
(``01/02/2026``), it is refused; users would rather see an error than the first of February in place of the second of
January.
"""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from quantcdn import ApiResponseException
from test.helpers.read_body import BODIES, OneBody, Path, at, changed, one_body
from test.helpers.table import table

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = datetime(2026, 11, 24, 4, 56, 7, tzinfo=UTC)
SECONDS = 1795496167

# The call, where its body has the time, where its model has it, and the type that the description gives it.
FIELDS: list[tuple[str, Path, str, type]] = [
    ("get_ai_tool_execution_status", ["createdAt"], "created_at", int),
    ("get_ai_tool_execution_status", ["startedAt"], "started_at", int),
    ("get_ai_tool_execution_status", ["completedAt"], "completed_at", int),
    ("get_ai_orchestration_status", ["createdAt"], "created_at", datetime),
    ("get_ai_orchestration_status", ["completedAt"], "completed_at", datetime),
    ("list_ai_tool_executions", ["executions", 0, "createdAt"], "created_at", datetime),
    ("list_ai_tool_executions", ["executions", 0, "completedAt"], "completed_at", datetime),
]
REQUIRED = [FIELDS[0], FIELDS[3]]

READ: dict[str | int | float, datetime] = {
    # ISO 8601 and RFC 3339, as clients of many languages write them.
    "2026-11-24T04:56:07Z": INSTANT,
    "2026-11-24T04:56:07+00:00": INSTANT,
    "2026-11-24T04:56:07-00:00": INSTANT,  # RFC 3339 section 4.3: UTC, whatever the local time
    "2026-11-24t04:56:07z": INSTANT,  # RFC 3339 section 5.6: small letters count
    "2026-11-24T04:56:07": INSTANT,
    "2026-11-24 04:56:07": INSTANT,
    "2026-11-24 04:56:07Z": INSTANT,
    "2026-11-24 04:56:07+00:00": INSTANT,  # as the description's own examples have it
    "2026-11-24 04:56:07+00": INSTANT,  # PostgreSQL's
    "2026-11-24 04:56:07 +0000": INSTANT,  # Ruby's
    "2026-11-24 04:56:07 UTC": INSTANT,
    "2026-11-24T04:56:07+0000": INSTANT,
    "2026-11-24T10:26:07+05:30": INSTANT,
    "2026-11-24T10:26:07+0530": INSTANT,
    "2026-11-23T20:56:07-08:00": INSTANT,
    "2026-11-24T18:56:07+14:00": INSTANT,
    "20261124T045607Z": INSTANT,  # the basic format, as Amazon writes it in signatures
    " 2026-11-24T04:56:07Z ": INSTANT,
    "2026-11-24T04:56Z": INSTANT.replace(second=0),
    "2026-11-24T04:56:07.1Z": INSTANT.replace(microsecond=100_000),
    "2026-11-24T04:56:07.123Z": INSTANT.replace(microsecond=123_000),
    "2026-11-24T04:56:07,123Z": INSTANT.replace(microsecond=123_000),
    "2026-11-24T04:56:07.123456Z": INSTANT.replace(microsecond=123_456),
    "2026-11-24T04:56:07.123456": INSTANT.replace(microsecond=123_456),
    "2026-11-24T04:56:07.123456789Z": INSTANT.replace(microsecond=123_456),  # a datetime holds no more
    "2026-11-24": datetime(2026, 11, 24, tzinfo=UTC),  # a day is said, and its midnight is ISO 8601's own reading
    # HTTP and mail.
    "Tue, 24 Nov 2026 04:56:07 GMT": INSTANT,
    "Tue, 24 Nov 2026 06:56:07 +0200": INSTANT,
    "Tue, 24 Nov 2026 10:41:07 +0545": INSTANT,
    "Tue, 24 Nov 2026 01:26:07 -0330": INSTANT,
    "24 Nov 2026 04:56:07 GMT": INSTANT,
    # Of what is left, that in which the year, the month and the day cannot be mistaken for each other.
    "Tue Nov 24 04:56:07 2026": INSTANT,  # C's asctime
    "2026/11/24 04:56:07": INSTANT,
    "24 November 2026 04:56:07 UTC": INSTANT,
    "Nov 24, 2026 04:56:07": INSTANT,
    "Tue Nov 24 2026 06:56:07 GMT+0200": INSTANT,  # JavaScript's
    "Mon Nov 23 2026 20:56:07 GMT-0800 (Pacific Standard Time)": INSTANT,
    "2026-11-24 06:56:07 UTC+02:00": INSTANT,
    "20261124045607": INSTANT,
    "2026-11-24T06:56:37+02:00:30": INSTANT,  # JSON has no seconds of an offset
    "2026-328T04:56:07Z": INSTANT,
    "2026-11-23T24:00:00Z": datetime(2026, 11, 24, tzinfo=UTC),
    "2016-12-31T23:59:60.5Z": datetime(2017, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC),
    # Numbers: seconds, and above 20,000,000,000 (the year 2603) milliseconds.
    SECONDS: INSTANT,
    SECONDS + 0.5: INSTANT.replace(microsecond=500_000),
    float(SECONDS): INSTANT,
    SECONDS * 1000: INSTANT,
    SECONDS * 1000 + 250: INSTANT.replace(microsecond=250_000),
    float(SECONDS * 1000): INSTANT,
    20_000_000_000: datetime(2603, 10, 11, 11, 33, 20, tzinfo=UTC),
    20_000_000_001: datetime(1970, 8, 20, 11, 33, 20, 1000, tzinfo=UTC),
    0: EPOCH,
    12: EPOCH + timedelta(seconds=12),  # mock servers make such numbers up
    -1: EPOCH - timedelta(seconds=1),
    f"{SECONDS}": INSTANT,
    f"{SECONDS}.25": INSTANT.replace(microsecond=250_000),
    f"{SECONDS}250": INSTANT.replace(microsecond=250_000),
    # Long ago, far away.
    "1890-01-20T16:45:30.0Z": datetime(1890, 1, 20, 16, 45, 30, tzinfo=UTC),
    "0001-01-01T00:00:00Z": datetime(1, 1, 1, tzinfo=UTC),
    "0001-01-01T14:00:00+14:00": datetime(1, 1, 1, tzinfo=UTC),
    "9999-12-31T23:59:59.999999Z": datetime.max.replace(tzinfo=UTC),
    "9999-12-31T11:59:59-12:00": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "2024-02-29T12:00:00Z": datetime(2024, 2, 29, 12, tzinfo=UTC),
}

REFUSED: list[object] = [
    # Year, month or day would have to be guessed.
    *("10:30 +0000", "10:30", "04:56:07Z", "T04:56:07Z", "May 2026", "2026", "2026-11", "Nov 24", "24 Nov", "Tuesday"),
    *("Tue 04:56", "2026-W48", "Nov", "AM", "24", "24th", "10am", "UTC", "Z", "GMT"),
    *("now", "today", "tomorrow", "yesterday", "noon", "midnight", "just now", "2 days ago", "never", "n/a"),
    # Month and day could be each other, or the century is missing.
    *("01/02/2026", "1/2/2026 10:30", "02-01-2026", "01.02.2026", "01/02/03", "1-2-3", "26-11-24", "11/24"),
    # Short digits are no epoch, and digits of other scripts are none of ISO 8601.
    *(
        "12",
        "7",
        "0",
        "1",
        "-1",
        "123",
        "99",
        "\u0662\u0660\u0662\u0666",
        "\uff11\uff12",
        "\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0664T\u0660\u0664:\u0665\u0666:\u0660\u0667Z",
        "\uff12\uff10\uff12\uff16-\uff11\uff11-\uff12\uff14T04:56:07Z",
    ),
    # No such day, hour or offset; no such zone.
    *("2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-24T25:00:00Z", "2026-11-24T04:61:07Z"),
    *("2026-11-24 04:56:07 EST-5", "2026-11-24 04:56:07 BRT+3", "2026-11-24T24:00:01Z", "2026-11-24T04:60:60Z"),
    *("2026-000", "2026-366T00:00:00Z", "9999-12-31T23:59:60Z"),
    *("2026-11-24T04:56:07+99:00", "2026-11-24 04:56:07 XYZ", "2026-11-24T04:56:07Z or so", "0000-01-01T00:00:00Z"),
    *("10000-01-01T00:00:00Z", "+010000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "2026-00-00 00:00:00"),
    # MySQL's way to say that there is no time.
    "0000-00-00 00:00:00",
    # Instants that UTC cannot hold.
    *("0001-01-01T00:00:00+14:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59:00-12:00", "9999-12-31T23:59-12:00"),
    *("Mon, 01 Jan 0001 00:00:00 +1400", "Fri, 31 Dec 9999 23:59:59 -1200", 253_402_300_800_000, -62_135_596_800_001),
    *(1e300, -1e300, 10**30, -(10**30), 10**400, "1e300", "9" * 30, "9" * 400, float("nan"), float("inf")),
    *("nan", "inf", "-inf", "infinity", "1e3", "0x10", "1_795_496_167", "1,795,496,167"),
    # Other types.
    *(True, False, [], {}, [SECONDS], {"date": "2026-11-24"}, "", " ", "\0", "lorem ipsum", "a" * 10_000),
]


@pytest.fixture(scope="module")
def service() -> Iterator[OneBody]:
    with one_body() as service:
        yield service


def value_of(service: OneBody, field: tuple[str, Path, str, type], value: object) -> tuple[Any, Any]:
    call, path, name, _ = field
    model: Any = service.read(call, changed(call, path, value))
    owner = model.executions[0] if len(path) > 1 else model
    return model, getattr(owner, name)


@table("field", FIELDS)
@table("form", READ)
def test_a_time_is_read_as_the_instant_that_it_says(
    service: OneBody, form: str | float, field: tuple[str, Path, str, type]
) -> None:
    model, value = value_of(service, field, form)
    expected = READ[form]
    assert type(value) is field[3]
    if field[3] is int:
        assert value == (expected - EPOCH) // timedelta(seconds=1)
    else:
        assert value == expected
        assert value.utcoffset() is not None
        assert value.astimezone(UTC) - EPOCH == expected - EPOCH
    # It comes out as any datetime or int does, and not to the letter.
    written = at(json.loads(model.to_json()), field[1])
    assert written == json.loads(TypeAdapter(field[3]).dump_json(value))
    if field[3] is datetime or abs(value) <= 20_000_000_000:  # as a number, other seconds would be milliseconds
        assert type(model).from_json(model.to_json()) == model
    assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model


@table("form", REFUSED)
def test_what_does_not_say_a_time_is_refused_by_the_name_of_its_field(service: OneBody, form: object) -> None:
    for field in FIELDS:
        if field not in REQUIRED and isinstance(form, (dict, list, bool)):
            assert value_of(service, field, form)[1] == form  # of another type, and kept whole as in any optional field
            continue
        with pytest.raises(ApiResponseException) as caught:
            value_of(service, field, form)
        assert str(field[1][-1]) in str(caught.value), field
        assert caught.value.status == 200


def test_a_missing_time_is_none_where_it_is_optional_and_refused_where_it_is_not(service: OneBody) -> None:
    for field in FIELDS:
        if field in REQUIRED:
            with pytest.raises(ApiResponseException, match="createdAt"):
                value_of(service, field, None)
        else:
            assert value_of(service, field, None)[1] is None


def test_a_time_in_a_tools_result_is_no_business_of_ours(service: OneBody) -> None:
    body = changed("get_ai_tool_execution_status", ["result"], {"createdAt": "May 2026", "completedAt": "now"})
    assert service.read("get_ai_tool_execution_status", body).to_dict()["result"] == body["result"]


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# One day away from the ends, so that every offset has the instant.
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS)


def written_forms(instant: datetime) -> dict[str, object]:
    """Write an instant, which has whole seconds, in every form."""
    in_utc = instant.astimezone(UTC)
    iso = in_utc.replace(tzinfo=None).isoformat()
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    mail = f"{days[in_utc.weekday()]}, {in_utc.day:02} {months[in_utc.month - 1]} {in_utc.year:04} {iso[11:]}"
    forms: dict[str, object] = {
        "offset": instant.isoformat(),
        "space": instant.isoformat(" "),
        "Z": f"{iso}Z",
        "no zone": iso,
        "fraction": f"{iso}.000Z",
        "nanoseconds": f"{iso}.000000000Z",
        "comma": f"{iso},000Z",
        "RFC 1123": f"{mail} GMT",
        "RFC 1123 with offset": f"{mail} +0000",
    }
    seconds = (in_utc - EPOCH) // timedelta(seconds=1)
    if 1_000_000_000 <= seconds <= 20_000_000_000:
        forms |= {"seconds": seconds, "float": float(seconds), "text": str(seconds), "milliseconds": seconds * 1000}
    return forms


@settings(max_examples=60)
@given(instant=INSTANTS.map(lambda instant: instant.replace(microsecond=0)))
def test_any_instant_is_read_from_any_form_and_comes_back(service: OneBody, instant: datetime) -> None:
    call = "list_ai_tool_executions"
    forms = written_forms(instant)
    item = BODIES[call]["executions"][0]
    body = BODIES[call] | {"executions": [{**item, "createdAt": form} for form in forms.values()]}
    model: Any = service.read(call, body)
    read = {name: execution.created_at for name, execution in zip(forms, model.executions, strict=True)}
    assert read == dict.fromkeys(forms, instant)
    assert type(model).from_json(model.to_json()) == model


@settings(max_examples=100)
@given(text=st.text(st.characters(exclude_categories=["Nd", "Cs"])) | st.text("0123456789", max_size=6))
def test_text_without_a_year_month_and_day_is_never_filled_in(service: OneBody, text: str) -> None:
    with pytest.raises(ApiResponseException, match="createdAt"):
        service.read("get_ai_orchestration_status", changed("get_ai_orchestration_status", ["createdAt"], text))
