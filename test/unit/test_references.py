"""What a result links or holds is found wherever it stands, in the order of the result, and once."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn._content.references import ORIGINALS, PREVIEWS, all_files, files_under, plain_result
from test.helpers.responses import costs_less_than

LINK = "https://files.example/a?X-Amz-Signature=0123456789"
DATA = "data:image/png;base64,iVBORw=="


def texts(result: object) -> list[str]:
    return [file.text for file in all_files(plain_result(result))]


@pytest.mark.parametrize(
    "result",
    [
        {"s3Urls": [LINK]},
        {"s3_urls": [LINK]},
        {"s3Urls": LINK},
        {"s3Urls": [{"url": LINK}]},
        {"s3Urls": None, "s3_urls": [LINK]},
        {"url": LINK},
        {"URL": LINK},
        {"videoUrl": LINK},
        {"video_url": LINK},
        {"downloadURLs": [LINK]},
        {"download-links": [[LINK]]},
        {"href": LINK},
        {"files": [{"name": "of https://not.example", "uri": LINK}]},
        {"output": {"parts": [{"image_url": {"url": LINK}}]}},
        {"files": {"report": LINK}},
        {"images": [LINK]},
        [{"a": [{"link": LINK}]}],
        json.dumps({"s3Urls": [LINK]}),
        "\ufeff" + json.dumps([{"url": LINK}]),
        {"a": {"url": LINK}, "b": {"url": LINK}},
    ],
)
def test_a_url_is_found(result: object) -> None:
    assert texts(result) == [LINK]
    assert all(file.is_link for file in all_files(plain_result(result)))


@pytest.mark.parametrize(
    "result",
    [
        {"images": [DATA]},
        {"images": DATA},
        {"text": DATA},
        {"deep": [[[{"any": {"thing": DATA}}]]]},
        [DATA],
        DATA,
        {"images": [{"url": DATA}]},
    ],
)
def test_a_data_uri_is_found_under_any_key(result: object) -> None:
    assert texts(result) == [DATA]
    assert not any(file.is_link for file in all_files(result))


@pytest.mark.parametrize(
    "item",
    [
        {"type": "image", "data": "iVBORw==", "mimeType": "image/png"},
        {"source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}},
        {"b64_json": "iVBORw=="},
        {"resource": {"uri": "file:///a.png", "mimeType": "image/png", "blob": "iVBORw=="}},
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw"}},
    ],
)
def test_base64_that_stands_alone_is_found_where_its_object_names_its_type(item: dict[str, Any]) -> None:
    (file,) = all_files({"content": [{"type": "text", "text": "here"}, item]})
    assert file.read(10)[1] == b"\x89PNG"


@pytest.mark.parametrize(
    "result",
    [
        None,
        7,
        True,
        [],
        {},
        "text",
        '{"s3Urls": [',
        "{" * 100_000,
        '{"a": ' + "1" * 5_000 + "}",
        {"text": LINK},
        {"text": "see " + LINK},
        {"url": "see " + LINK},
        {"url": "http://files.example/a"},
        {"url": "ftp://files.example/a"},
        {"url": "https://"},
        {"url": "https://["},
        {"url": 7},
        {"urls": {"a": None}},
        {"curl": LINK},
        {"hourly": LINK},
        {"text": "data: 1, 2, 3"},
        {"text": "data:,x"},
        {"data": "iVBORw=="},
        {"data": "no base64!", "mimeType": "image/png"},
        {"s3Urls": []},
        {"s3Urls": None},
    ],
)
def test_anything_else_is_no_file(result: object) -> None:
    assert texts(result) == []


def test_signed_urls_come_first_and_all_else_in_its_order() -> None:
    links = [f"https://h.example/{number}" for number in range(6)]
    result = {
        "first": {"url": links[1]},
        "images": [DATA, links[2]],
        "more": [{"link": links[3], "parts": [{"src": links[4]}]}, {"href": links[0]}],
        "s3Urls": [links[0], links[5]],
    }
    assert texts(result) == [links[0], links[5], links[1], DATA, links[2], links[3], links[4]]


@pytest.mark.parametrize("item", [7, None, True, [], [LINK], {}, {"alt": "a"}, 1e999])
def test_what_is_no_file_where_files_are_is_named(item: object) -> None:
    with pytest.raises(quantcdn.ApiResponseException, match=r"result\['s3Urls'\]\[1\] is .* neither a URL nor"):
        all_files({"s3Urls": [LINK, item]})
    with pytest.raises(quantcdn.ApiResponseException, match=r"result\['images'\]\[0\] is "):
        files_under({"images": [item]}, PREVIEWS)


@pytest.mark.parametrize(
    "value",
    [LINK, {"url": LINK}, {"image_url": {"url": LINK}}, {"image": {"source": {"href": LINK}}}, {"image_url": LINK}],
)
def test_one_file_that_is_no_list_is_a_list_of_one(value: object) -> None:
    assert [file.text for file in files_under({"s3Urls": value}, ORIGINALS)] == [LINK]


def test_what_an_object_in_itself_holds_ends() -> None:
    endless: dict[str, Any] = {}
    endless["image"] = endless
    with pytest.raises(quantcdn.ApiResponseException, match="an object"):
        files_under({"images": [endless]}, PREVIEWS)


def test_damage_is_named_with_its_location() -> None:
    (file,) = files_under({"images": {"data": "A"}}, PREVIEWS)
    with pytest.raises(quantcdn.ApiResponseException, match=r"result\['images'\]\['data'\]: the base64 is damaged"):
        file.read(10)


def test_a_location_is_short_and_no_part_of_an_error_shows_a_url() -> None:
    (file,) = all_files({"k" * 10_000 + "_url": LINK})
    assert len(file.location) < 200
    assert "0123456789" not in repr(file)


def test_a_wide_and_a_deep_result_cost_little() -> None:
    deep: Any = DATA
    for _ in range(3_000):
        deep = [deep]
    wide: Any = [{"a": number} for number in range(100_000)]
    with costs_less_than(2):
        assert texts([wide, {"b": wide}]) == []
    assert texts(deep) == [DATA]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([LINK, DATA, "data:", "https://"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.sampled_from(["s3Urls", "images", "url", "data", "mimeType"]), inner)
    ),
    max_leaves=30,
)


@given(JSON)
def test_any_result_is_searched_or_named(result: object) -> None:
    for value in (result, json.dumps(result)):
        try:
            found = all_files(plain_result(value))
        except quantcdn.ApiResponseException as error:
            assert "s3Urls" in str(error)
        else:
            assert len({file.text for file in found}) == len(found)


def test_a_model_is_searched_as_its_json_is() -> None:
    result = quantcdn.GetAIToolExecutionStatus200ResponseResult.from_dict(
        {"images": [DATA], "s3Urls": [LINK], "video": {"url": LINK + "1"}}
    )
    assert texts(result) == [LINK, DATA, LINK + "1"]
    assert base64.b64decode(DATA.partition(",")[2]) == all_files(plain_result(result))[1].read(9)[1]
