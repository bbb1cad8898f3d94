"""What authorises a request is put out of what is told of its response, and nothing else is."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn._transport.redaction import header_secrets, redacted
from test.helpers.server import ScriptedServer, answer


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        ({"Authorization": "Bearer t0ken"}, {"Bearer t0ken", "t0ken"}),
        ({"authorization": "Custom abcd"}, {"Custom abcd", "abcd"}),
        ({"Authorization": "true"}, set()),
        ({"Authorization": "12345"}, set()),
        ({"Authorization": "abc"}, set()),
        ({"Proxy-Authorization": "Basic YWJj"}, {"Basic YWJj", "YWJj"}),
        ({"Authorization": "Basic dTpwYXNzdzByZA=="}, {"Basic dTpwYXNzdzByZA==", "dTpwYXNzdzByZA==", "passw0rd"}),
        ({"Authorization": "Basic n0_base64"}, {"Basic n0_base64", "n0_base64"}),
        ({"X-Api-Key": "k3y-0f-mine"}, {"k3y-0f-mine"}),
        ({"X-API-KEY": "1234567890123456"}, {"1234567890123456"}),
        ({"apikey": "k3y-0f-mine"}, {"k3y-0f-mine"}),
        ({"X_Access_Key": "k3y-0f-mine"}, {"k3y-0f-mine"}),
        ({"X-Auth-Token": "abcdefg8"}, {"abcdefg8"}),
        ({"X-Secret-Key": "abcdefg8"}, {"abcdefg8"}),
        ({"Cookie": "session=s3ss10n-1; theme=dark"}, {"session=s3ss10n-1; theme=dark", "s3ss10n-1"}),
        ({"Cookie": "a=true"}, set()),
        ({"Cookie": "a=complete; b=executionId; c=20261124; d=2026-11-24"}, None),
        ({"Idempotency-Key": "0a1b2c3d-4e5f"}, set()),
        ({"X-Monkey": "0a1b2c3d4e5f"}, set()),
        ({"X-Keyboard": "0a1b2c3d4e5f", "Keep-Alive": "timeout=5a5a5a5a", "X-Author": "ann0tated"}, set()),
        ({"User-Agent": "quantcdn/0.1.0 Python/3.11.4", "Accept": "application/json"}, set()),
    ],
)
def test_a_header_is_secret_if_it_authorises(headers: dict[str, str], secrets: set[str] | None) -> None:
    found = set(header_secrets(headers))
    if secrets is None:  # the whole of it is long; none of its values is a secret
        assert found == set(headers.values())
    else:
        assert found == secrets


def test_what_the_caller_authorises_by_is_secret_whatever_its_name() -> None:
    assert header_secrets({"X-Monkey": "0a1b"}, ["x-monkey"]) == ("0a1b",)


@pytest.mark.parametrize(
    ("text", "secret", "shown"),
    [
        ("no: t0ken.", "t0ken", "no: [secret]."),
        ("t0kent0ken", "t0ken", "[secret][secret]"),
        (r'{"a": "s3\/cr3t"}', "s3/cr3t", '{"a": "[secret]"}'),
        (r'{"a": "s\"3"}', 's"3', '{"a": "[secret]"}'),
        (r'{"a": "\u0074\u0030\u006Be\u006e\u0022"}', "t0ken", r'{"a": "[secret]\u0022"}'),
        (r'{"a": "\\u0074\u0030ken"}', "t0ken", '{"a": "[secret]"}'),
        (r'{"a": "\"t0ken\""}', "t0ken", r'{"a": "\"[secret]\""}'),
        (r'{"a": "s\u0022\u0033"}', 's"3', '{"a": "[secret]"}'),
        (r'{"a": "{\"b\": \"s\\\"3\"}"}', 's"3', r'{"a": "{\"b\": \"[secret]\"}"}'),
        (r'{"a": "\t0ken\\"}', "t0ken", r'{"a": "[secret]\\"}'),
        ("?t=t0%2bk%3d+&u", "t0+k=", "?t=[secret]+&u"),
        ("?t=t0%252Bk%25253D", "t0+k=", "?t=[secret]"),
        ("?t=%74%30%6ben", "t0ken", "?t=[secret]"),
        ("<b>a&lt;b&amp;c&#61;&#x27;&amp;quot;</b>", "a<b&c='\"", "<b>[secret]</b>"),
        ("a&amp;b", "a&b", "[secret]"),
        ("t0%41k", "t0%41k", "[secret]"),
        ('{"a": 1234567890123456}', "1234567890123456", '{"a": "[secret]"}'),
        ('{"a": "is 1234567890123456, or"}', "1234567890123456", '{"a": "is [secret], or"}'),
        ("[1234567890123456,-1234567890123456]", "1234567890123456", '["[secret]","[secret]"]'),
        ("[912345678901234560]", "1234567890123456", '["[secret]"]'),
        ("[false]", "alse", '["[secret]"]'),
        ("session 1234567890123456 ended", "1234567890123456", 'session "[secret]" ended'),
    ],
)
def test_a_secret_is_put_out_and_json_stays_json(text: str, secret: str, shown: str) -> None:
    assert redacted(text, [secret]) == shown


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(
    body=values,
    secret=st.from_regex(r"[A-Za-z0-9._/+-]{4,24}", fullmatch=True) | st.integers(0, 10**20).map(str),
    place=st.sampled_from(["Authorization", "Cookie", "X-Api-Key"]),
)
def test_whatever_is_secret_a_body_of_json_can_still_be_parsed(body: object, secret: str, place: str) -> None:
    headers = {place: f"Bearer {secret}" if place == "Authorization" else secret}
    number = int(f"7{re.sub('[^0-9]', '', secret)}")
    for written in (json.dumps([body, secret, number, -number]), json.dumps({"a": body, "b": f"x {secret} y"})):
        shown = redacted(written, header_secrets(headers))
        json.loads(shown)
        if secret in header_secrets(headers):
            assert secret not in shown


def test_a_body_with_many_quotes_takes_time_in_proportion() -> None:
    started = time.process_time()
    redacted('"' + '\\"' * 400_000 + "1234567890123456", ["1234567890123456"])
    redacted('"' * 400_001 + "1234567890123456", ["1234567890123456"])
    for piece in ("\\", "%", "%25", "&", "&amp;", "&amp;#0"):
        redacted(piece * (400_000 // len(piece)) + "%74%30ken", ["t0ken"])
    assert time.process_time() - started < 5  # each start of a string read to the end would take an hour


@pytest.mark.parametrize(
    ("name", "value", "body"),
    [
        ("Cookie", "consent=true; lang=null", {"ok": True, "next": None}),
        ("Cookie", "count=12345678", {"count": 12345678}),
        ("X-Monkey", "complete", {"status": "complete"}),
        ("Idempotency-Key", "executions", {"executions": []}),
    ],
)
def test_what_authorises_nothing_leaves_the_error_s_body_as_it_is(name: str, value: str, body: object) -> None:
    with ScriptedServer(answer(500, json.dumps(body))) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", retries=0)
        with (
            quantcdn.ApiClient(configuration, name, value) as client,
            pytest.raises(quantcdn.ServiceException) as caught,
        ):
            quantcdn.AIToolsApi(client).list_ai_tools("acme")
        assert caught.value.data == body
        assert caught.value.body == json.dumps(body)


def test_a_header_of_the_caller_s_own_that_authorises_is_put_out_whatever_its_name() -> None:
    with ScriptedServer(answer(500, {"error": "no abcd efgh"})) as server:
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, retries=0)) as client:
            auth = {"in": "header", "key": "X-Monkey", "value": "abcd efgh"}
            with pytest.raises(quantcdn.ServiceException) as caught:
                quantcdn.AIToolsApi(client).list_ai_tools("acme", _request_auth=auth)
        assert "abcd efgh" not in f"{caught.value!r} {caught.value.body}"
