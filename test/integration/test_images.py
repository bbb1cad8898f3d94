"""Images are known by their first bytes, and become whole files in the caller's folder or nothing at all."""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import io
import json
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

import quantcdn
from quantcdn import images
from quantcdn.emulator import Emulator, Fault, ManualClock
from quantcdn.images import image_from_uri, image_of, save_files, save_images
from test.helpers.images import draw_png

PNG = draw_png()
SIZE = (21, 13)


def drawn(kind: str, size: tuple[int, int] = SIZE, mode: str = "RGB", **options: Any) -> bytes:
    file = io.BytesIO()
    Pillow.new(mode, size, 60).save(file, kind, **options)
    return file.getvalue()


def uri(data: bytes, kind: str = "data:image/png;base64") -> str:
    return f"{kind},{base64.b64encode(data).decode()}"


def exif() -> Pillow.Exif:
    said = Pillow.Exif()
    said[0x010E] = "a long description " * 50
    return said


JPEG = drawn("JPEG")
SEGMENT = b"\xff\xfe\x00\x05abc"
IMAGES: dict[str, tuple[bytes, str]] = {
    "png": (drawn("PNG"), "image/png"),
    "png with transparency": (drawn("PNG", mode="LA"), "image/png"),
    "jpeg": (JPEG, "image/jpeg"),
    "jpeg, progressive": (drawn("JPEG", progressive=True), "image/jpeg"),
    "jpeg, grey": (drawn("JPEG", mode="L"), "image/jpeg"),
    "jpeg with exif": (drawn("JPEG", exif=exif()), "image/jpeg"),
    "jpeg with comment": (drawn("JPEG", comment="\xff\xc0 is no frame here"), "image/jpeg"),
    "jpeg with a colour profile": (drawn("JPEG", icc_profile=b"\xff" * 200_000), "image/jpeg"),
    "jpeg with tables before its frame": (JPEG[:2] + b"\xff\xc4\x00\x0a" + bytes(8) + JPEG[2:], "image/jpeg"),
    "jpeg with fill bytes": (JPEG[:2] + b"\xff" * 9 + JPEG[2:20] + b"\xff" * 3 + JPEG[20:], "image/jpeg"),
    "webp, lossy": (drawn("WEBP"), "image/webp"),
    "webp, lossless": (drawn("WEBP", lossless=True), "image/webp"),
    "webp, extended": (drawn("WEBP", exif=exif()), "image/webp"),
    "webp, extended and transparent": (drawn("WEBP", mode="RGBA", exif=exif()), "image/webp"),
    "gif": (drawn("GIF", mode="P"), "image/gif"),
    "gif 87a": (b"GIF87a" + drawn("GIF", mode="P")[6:], "image/gif"),
}


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_is_known_by_its_bytes(name: str) -> None:
    data, media_type = IMAGES[name]
    image = image_of(data)
    assert (image.data, image.media_type, image.width, image.height) == (data, media_type, *SIZE)
    assert image.extension == {"jpeg": "jpg"}.get(media_type[6:], media_type[6:])


# 16,383 is the most that WebP can have, lossy or not; JPEG has 16 bits, PNG 31.
@pytest.mark.parametrize(("kind", "size"), [("PNG", (1, 70_000)), ("JPEG", (65_500, 1)), ("GIF", (1, 65_535))])
def test_large_sizes_are_read_whole(kind: str, size: tuple[int, int]) -> None:
    image = image_of(drawn(kind, size, mode="L"))
    assert (image.width, image.height) == size


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": exif()}], ids=["lossy", "lossless", "extended"])
@pytest.mark.parametrize("size", [(16_383, 2), (2, 16_383)])
def test_the_largest_webp_is_read_whole(options: dict[str, Any], size: tuple[int, int]) -> None:
    image = image_of(drawn("WEBP", size, **options))
    assert (image.width, image.height) == size


# Fails if a short read is taken for a number, as int.from_bytes of a slice does.
@pytest.mark.parametrize("name", IMAGES)
def test_a_head_that_is_cut_off_has_no_size_or_the_right_one(name: str) -> None:
    data, media_type = IMAGES[name]
    for length in range(min(len(data), 300)):
        try:
            image = image_of(data[:length])
        except quantcdn.ApiResponseException:
            assert length < 16
        else:
            assert image.media_type == media_type
            assert (image.width, image.height) in ((None, None), SIZE)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe0\x00\x00\xff\xc0",  # a segment without a length
        b"\xff\xd8\xff\xe0\x00\x01\xff\xc0",
        b"\xff\xd8\xff\xe0\x00\x04ab" + b"no marker here",
        JPEG[:2] + SEGMENT * 2_000 + JPEG[2:],
        b"\xff\xd8" + b"\xff" * 8_000_000,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x04CgBI" + bytes(100),
    ],
    ids=["length 0", "length 1", "no marker", "too many segments", "fill bytes without an end", "another chunk"],
)
def test_an_image_that_does_not_say_its_size_has_none(data: bytes) -> None:
    image = image_of(data)
    assert (image.width, image.height) == (None, None)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"%PDF-1.7", b"BM" + bytes(60), b"RIFF\x10\x00\x00\x00WAVEfmt ", PNG[1:], b"\xff\xd8"]
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(quantcdn.ApiResponseException, match="no PNG, JPEG, WebP or GIF"):
        image_of(data)


def test_an_image_does_not_show_its_bytes() -> None:
    assert repr(image_of(PNG)) == "Image(media_type='image/png', width=64, height=64)"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("text", "image/png", 1, 1), "data takes bytes, such as Path.read_bytes returns, not str"),
        ((None, "image/png", 1, 1), "data takes bytes, such as Path.read_bytes returns, not NoneType"),
        ((PNG, 3, 1, 1), "media_type takes text, not int"),
        ((PNG, "image/png", "1", 1), "width takes a whole number, not str"),
        ((PNG, "image/png", 1, True), "height takes a whole number, not bool"),
    ],
)
def test_an_image_made_of_something_else_is_refused_and_not_displayed(fields: tuple[Any, ...], said: str) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=re.escape(said)):
        images.Image(*fields)


def test_an_image_of_another_kind_has_an_extension_and_displays_itself() -> None:
    image = images.Image(b"?", "image/x-unknown", None, None)
    assert image.extension == "bin"
    assert str(image)
    assert image._repr_html_()


@given(
    st.binary() | st.binary().map(lambda rest: PNG[:8] + rest) | st.binary().map(lambda rest: b"\xff\xd8\xff" + rest)
)
def test_any_bytes_become_an_image_or_an_error_of_the_family(data: bytes) -> None:
    try:
        image = image_of(data)
    except quantcdn.ApiResponseException:
        return
    assert image.data == data
    assert (image.width is None) == (image.height is None)


@given(st.text() | st.text().map(lambda rest: f"data:image/png;base64,{rest}") | st.from_regex(r"data:.*;base64,.*"))
def test_any_text_becomes_an_image_or_an_error_of_the_family(text: str) -> None:
    with contextlib.suppress(quantcdn.ApiResponseException):
        assert isinstance(image_from_uri(text), images.Image)


@pytest.mark.parametrize(
    "start",
    [
        "data:image/png;base64",
        "DATA:IMAGE/PNG;BASE64",
        "Data:image/png;charset=binary;name=a.png;Base64",
        "data:;base64",
        "data:image/jpeg;base64",  # a label that lies
        "data:text/plain;base64",
        "  \n data:image/png;base64",
        "da\tta:image/png;ba\nse64",
        "data:image/png;  base64",
    ],
)
def test_a_data_uri_is_read_whatever_it_calls_its_image(start: str) -> None:
    image = image_from_uri(uri(PNG, start))
    assert (image.data, image.media_type) == (PNG, "image/png")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "data:",
        "data:image/png;base64",
        "data:image/png#;base64,",
        "https://pictures.example/a.png",
        base64.b64encode(PNG).decode(),
        "data:" + ";" * 100_000,
    ],
)
def test_what_is_no_data_uri_in_base64_is_refused(text: str) -> None:
    with pytest.raises(quantcdn.ApiResponseException, match="no data URI"):
        image_from_uri(text)


@pytest.mark.parametrize(
    "spoiled",
    [uri(PNG)[:-1] + "\n=A", uri(PNG) + "=", uri(PNG) + "!", uri(PNG) + "é", uri(PNG) + "====", uri(PNG) + "A"],
)
def test_damaged_base64_is_refused(spoiled: str) -> None:
    with pytest.raises(quantcdn.ApiResponseException, match="base64 is damaged") as caught:
        image_from_uri(spoiled)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_an_image_as_large_as_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    for data in (PNG, PNG + b"a", PNG + b"ab"):
        assert image_from_uri(uri(data), len(data)).data == data
        with pytest.raises(quantcdn.ApiResponseException, match=f"limit of {len(data) - 1} bytes"):
            image_from_uri(uri(data), len(data) - 1)


def test_what_is_too_large_is_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binascii, "a2b_base64", lambda *_, **__: pytest.fail("unpacked"))
    with pytest.raises(quantcdn.ApiResponseException, match="larger than the limit of 100 bytes"):
        image_from_uri("data:;base64," + "A" * 1_000, 100)


def test_a_result_has_its_images() -> None:
    result = quantcdn.GetAIToolExecutionStatus200ResponseResult(images=[uri(PNG), uri(JPEG)])
    assert [image.media_type for image in result.inline_images()] == ["image/png", "image/jpeg"]
    assert quantcdn.GetAIToolExecutionStatus200ResponseResult().inline_images() == []
    with pytest.raises(quantcdn.ApiResponseException, match="limit of 10 bytes"):
        result.inline_images(10)


def execution(result: object, identifier: str = "exec_1") -> quantcdn.GetAIToolExecutionStatus200Response:
    made = quantcdn.GetAIToolExecutionStatus200Response.from_dict(
        {"executionId": identifier, "toolName": "x", "status": "complete", "createdAt": 0, "result": result}
    )
    assert made is not None
    return made


def inline(*data: bytes, identifier: str = "exec_1") -> quantcdn.GetAIToolExecutionStatus200Response:
    return execution({"images": [uri(one) for one in data or (PNG,)]}, identifier)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_images_are_numbered_files_of_their_kind(tmp_path: Path) -> None:
    paths = save_images(inline(PNG, JPEG, IMAGES["gif"][0], IMAGES["webp, lossy"][0]), tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["exec_1-0.png", "exec_1-1.jpg", "exec_1-2.gif", "exec_1-3.webp"]
    assert paths[1].read_bytes() == JPEG
    assert names_in(tmp_path / "new" / "folder") == sorted(path.name for path in paths)


@pytest.mark.parametrize("folder", ["out", "./out/", Path("out")])
def test_the_folder_may_be_a_text_or_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert save_images(inline(), folder) == [Path("out/exec_1-0.png")]


@pytest.mark.parametrize("result", [None, "text", [], [1], 7, {}, {"images": []}, {"images": None}, {"text": "a"}])
@pytest.mark.parametrize("source", ["auto", "signed", "inline"])
def test_a_result_without_images_saves_nothing(tmp_path: Path, result: object, source: Any) -> None:
    assert save_images(execution(result), tmp_path / "out", source=source) == []
    assert names_in(tmp_path) == []


def test_without_signed_urls_there_are_no_originals(tmp_path: Path) -> None:
    assert save_images(inline(), tmp_path / "out", source="signed") == []
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("source", ["", "AUTO", "s3", None, 1])
def test_a_source_that_does_not_exist_is_refused(tmp_path: Path, source: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="source must be"):
        save_images(inline(), tmp_path, source=source)


HOSTILE = [
    "../x",
    "/etc/passwd",
    "..",
    ".",
    "a/b",
    "a_b",
    "",
    "a\0b",
    "日本語",
    "é",
    "e\u0301",
    "x" * 5_000,
    "x" * 5_001,
]
HOSTILE += ["EXEC_1", "Exec_1", "A_B", "É", "CON", "con", "nul", "LPT1.txt", "exec_1.", "exec_1 ", "a:b", "<a>|?*"]
HOSTILE += ["~", "a b", "-rf", "con.png", "a\\b", "a\nb", "\ud800", "exec_1", "exec_1-0", "%2e%2e%2f"]


def test_every_identifier_makes_a_name_of_its_own_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    paths = [save_images(inline(identifier=identifier), folder)[0] for identifier in HOSTILE]
    assert len({str(path).casefold() for path in paths}) == len(HOSTILE)  # as Windows and macOS compare names
    assert {path.parent for path in paths} == {folder}
    assert names_in(tmp_path) == ["out"]
    assert len(names_in(folder)) == len(HOSTILE)


# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


@pytest.mark.parametrize("identifier", [*sorted(RESERVED), "NUL", "con.png", "exec_1.", "exec_1 ", 'a<b>:"|?*', "\x01"])
def test_every_name_is_one_on_windows_too(tmp_path: Path, identifier: str) -> None:
    (path,) = save_images(inline(identifier=identifier), tmp_path)
    assert path.name.partition(".")[0].casefold() not in RESERVED
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.png", path.name)


def test_an_existing_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "exec_1-0.jpg").write_bytes(b"mine")
    assert save_images(inline(PNG, PNG), tmp_path) == [tmp_path / "exec_1-0.jpg", tmp_path / "exec_1-1.png"]
    assert (tmp_path / "exec_1-0.jpg").read_bytes() == b"mine"


def test_an_existing_file_is_replaced_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "exec_1-0.png").write_bytes(b"mine")
    assert save_images(inline(), tmp_path, overwrite=True) == [tmp_path / "exec_1-0.png"]
    assert (tmp_path / "exec_1-0.png").read_bytes() == PNG


# Fails if the older file stays: without overwrite, the next call would take it for the image.
def test_a_file_of_another_kind_is_replaced_too(tmp_path: Path) -> None:
    (tmp_path / "exec_1-0.png").write_bytes(b"mine")
    (tmp_path / "exec_1-10.png").write_bytes(b"mine")
    assert save_images(inline(JPEG), tmp_path, overwrite=True) == [tmp_path / "exec_1-0.jpg"]
    assert names_in(tmp_path) == ["exec_1-0.jpg", "exec_1-10.png"]


def test_a_link_to_elsewhere_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    (tmp_path / "exec_1-0.png").symlink_to(elsewhere)
    (path,) = save_images(inline(), tmp_path, overwrite=True)
    assert not path.is_symlink()
    assert elsewhere.read_bytes() == b"mine"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_files_have_the_rights_that_the_umask_leaves(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        (path,) = save_images(inline(), tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_all_images_are_read_before_the_first_is_written(tmp_path: Path) -> None:
    with pytest.raises(quantcdn.ApiResponseException):
        save_images(inline(PNG, b"no image"), tmp_path / "out")
    assert names_in(tmp_path) == []


def test_the_clients_limit_counts_for_inline_images(tmp_path: Path) -> None:
    with quantcdn.ApiClient(quantcdn.Configuration(max_image_size=100)) as client:
        with pytest.raises(quantcdn.ApiResponseException, match="limit of 100 bytes"):
            save_images(inline(), tmp_path, api_client=client)
    assert names_in(tmp_path) == []


def test_the_same_image_can_be_saved_by_many_at_once(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    large = PNG + bytes(1_000_000)
    seen: list[int] = []

    def save() -> None:
        barrier.wait()
        for overwrite in (False, True, True):
            (path,) = save_images(inline(large), tmp_path, overwrite=overwrite)
            seen.append(len(path.read_bytes()))

    threads = [threading.Thread(target=save) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [len(large)] * 24
    assert names_in(tmp_path) == ["exec_1-0.png"]


Run = Callable[..., quantcdn.GetAIToolExecutionStatus200Response]


@pytest.fixture
def run(quantcdn_emulator: Emulator, quantcdn_api: quantcdn.AIToolsApi) -> Run:
    def made(identifier: str = "exec_1", **options: Any) -> quantcdn.GetAIToolExecutionStatus200Response:
        quantcdn_emulator.start_execution("generate_image", pending=0, running=0, execution_id=identifier, **options)
        return quantcdn_api.get_ai_tool_execution_status("acme", identifier)

    return made


def downloads(service: Emulator) -> int:
    return sum(request.operation == "picture" for request in service.requests)


def width(path: Path) -> int | None:
    return image_of(path.read_bytes()).width


@pytest.mark.parametrize(
    ("source", "name", "pixels", "asked"),
    [("auto", "exec_1-0.png", 512, 1), ("signed", "exec_1-0.png", 512, 1), ("inline", "exec_1-0-preview.png", 128, 0)],
)
def test_the_source_says_which_images_are_saved(
    quantcdn_emulator: Emulator,
    quantcdn_client: quantcdn.ApiClient,
    run: Run,
    tmp_path: Path,
    source: Any,
    name: str,
    pixels: int,
    asked: int,
) -> None:
    (path,) = save_images(run(), tmp_path, api_client=quantcdn_client, source=source)
    assert (path.name, width(path)) == (name, pixels)
    assert downloads(quantcdn_emulator) == asked


@pytest.fixture
def _no_defaults() -> Iterator[None]:
    """Leave no default behind."""
    yield
    quantcdn.Configuration.set_default(None)
    quantcdn.ApiClient.set_default(None)


# Fails if the defaults of the package count in place of those that were set.
@pytest.mark.usefixtures("_no_defaults")
@pytest.mark.parametrize("save", [save_images, save_files])
def test_without_a_client_the_default_settings_count(
    quantcdn_emulator: Emulator, run: Run, tmp_path: Path, save: Any
) -> None:
    finished = run()
    quantcdn.Configuration.set_default(quantcdn_emulator.configuration(proxy="", on_request=(asked := []).append))
    path, *_ = save(finished, tmp_path)
    assert width(path) == 512
    assert len(asked) == 1
    assert quantcdn.ApiClient.existing_default() is None


@pytest.mark.usefixtures("_no_defaults")
def test_without_a_client_the_default_client_counts(quantcdn_emulator: Emulator, run: Run, tmp_path: Path) -> None:
    finished = run()
    asked: list[object] = []
    with quantcdn.ApiClient(quantcdn_emulator.configuration(proxy="", on_request=asked.append)) as client:
        quantcdn.ApiClient.set_default(client)
        save_images(finished, tmp_path)
        assert len(asked) == 1
    quantcdn.Configuration.set_default(quantcdn_emulator.configuration(proxy="", max_image_size=10))
    with pytest.raises(quantcdn.ApiResponseException, match="limit of 10 bytes"):  # a closed client is none
        save_images(inline(), tmp_path / "other")


@pytest.mark.usefixtures("_no_defaults")
def test_a_default_limit_counts_for_inline_images(tmp_path: Path) -> None:
    quantcdn.Configuration.set_default(quantcdn.Configuration(max_image_size=100))
    with pytest.raises(quantcdn.ApiResponseException, match="limit of 100 bytes"):
        save_images(inline(), tmp_path)


def test_neither_token_nor_cookie_nor_default_header_goes_to_a_signed_url(
    quantcdn_emulator: Emulator, run: Run, tmp_path: Path
) -> None:
    finished = run()
    configuration = quantcdn_emulator.configuration(proxy="")
    with quantcdn.ApiClient(configuration, "X-Secret", "s3cret", cookie="session=1") as client:
        save_images(finished, tmp_path, api_client=client, source="signed")
    (request,) = [request for request in quantcdn_emulator.requests if request.operation == "picture"]
    assert request.status == 200  # the local service answers a token with 400, as the real one does
    assert set(map(str.lower, request.headers)) <= {"host", "accept-encoding", "connection"}


def test_an_existing_file_is_not_downloaded(
    quantcdn_emulator: Emulator, quantcdn_client: quantcdn.ApiClient, run: Run, tmp_path: Path
) -> None:
    finished = run()
    first = save_images(finished, tmp_path, api_client=quantcdn_client)
    assert save_images(finished, tmp_path, api_client=quantcdn_client) == first
    assert downloads(quantcdn_emulator) == 1
    assert save_images(finished, tmp_path, api_client=quantcdn_client, overwrite=True) == first
    assert downloads(quantcdn_emulator) == 2


FAULTS = {
    "forbidden": (Fault(status=403), quantcdn.ForbiddenException),
    "gone": (Fault(status=404), quantcdn.NotFoundException),
    "redirected": (Fault(status=301, headers={"Location": "ftp://h.example/a.png"}), quantcdn.ApiException),
    "reset": (Fault(reset=True), quantcdn.ApiConnectionException),
    "cut": (Fault(truncate=True), quantcdn.ApiConnectionException),
    "no image": (Fault(body=b"<html>sign in</html>"), quantcdn.ApiResponseException),
    "empty": (Fault(body=b""), quantcdn.ApiResponseException),
    "too large": (Fault(body=PNG + bytes(50_000)), quantcdn.ApiResponseException),
}


@pytest.fixture
def impatient(quantcdn_emulator: Emulator) -> Any:
    """A client that does not try again and takes no large images."""
    configuration = quantcdn_emulator.configuration(proxy="", retries=0, max_image_size=40_000)
    with quantcdn.ApiClient(configuration) as client:
        yield client


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_fetched_is_taken_from_the_result(
    quantcdn_emulator: Emulator, impatient: quantcdn.ApiClient, run: Run, tmp_path: Path, name: str
) -> None:
    fault, error = FAULTS[name]
    finished = run()
    quantcdn_emulator.add_fault(fault, operation="picture", times=None)
    with pytest.raises(quantcdn.ApiException) as caught:
        save_images(finished, tmp_path, api_client=impatient, source="signed")
    assert type(caught.value) is error
    assert "Signature" not in str(caught.value)
    assert names_in(tmp_path) == []
    (path,) = save_images(finished, tmp_path, api_client=impatient)
    assert width(path) == 128
    assert names_in(tmp_path) == ["exec_1-0-preview.png"]


def test_an_expired_url_raises_an_error_that_says_what_to_do(
    quantcdn_clock: ManualClock, quantcdn_client: quantcdn.ApiClient, run: Run, tmp_path: Path
) -> None:
    finished = run()
    quantcdn_clock.advance(3_601)
    with pytest.raises(quantcdn.ForbiddenException, match="get the execution's status again"):
        save_images(finished, tmp_path, api_client=quantcdn_client, source="signed")
    assert width(save_images(finished, tmp_path, api_client=quantcdn_client)[0]) == 128


def test_without_other_images_the_error_comes_through(impatient: quantcdn.ApiClient, run: Run, tmp_path: Path) -> None:
    only_signed = run(result={"s3Urls": [f"{impatient.configuration.host}/generated/exec_1.png"]})
    with pytest.raises(quantcdn.ForbiddenException):
        save_images(only_signed, tmp_path / "out", api_client=impatient)
    assert names_in(tmp_path) == []


# Fails if the originals that were had are replaced by small ones when a later one cannot be had.
@pytest.mark.parametrize("overwrite", [False, True])
def test_saved_originals_stay_where_a_later_one_cannot_be_fetched(
    quantcdn_emulator: Emulator, impatient: quantcdn.ApiClient, run: Run, tmp_path: Path, overwrite: bool
) -> None:
    one = run("exec_2").result
    urls, previews = one.s3_urls * 3, one.images * 3
    urls[1] = urls[1].replace("exec_2", "exec_3")
    finished = run(result={"s3Urls": urls, "images": previews})
    paths = save_images(finished, tmp_path, api_client=impatient, overwrite=overwrite)
    assert [width(path) for path in paths] == [512, 128, 128]
    assert downloads(quantcdn_emulator) == 2


def test_an_error_after_the_last_inline_image_comes_through(
    impatient: quantcdn.ApiClient, run: Run, tmp_path: Path
) -> None:
    one = run("exec_2").result
    finished = run(result={"s3Urls": [*one.s3_urls, "https://"], "images": one.images})
    with pytest.raises(quantcdn.ApiResponseException, match="address of a file"):
        save_images(finished, tmp_path, api_client=impatient)


@pytest.mark.parametrize(
    "url", ["", "http://pictures.example/a.png", "file:///etc/passwd", "https://u:p@h.example/", "x"]
)
def test_a_url_that_cannot_be_used_is_never_opened(
    quantcdn_client: quantcdn.ApiClient, tmp_path: Path, url: str
) -> None:
    finished = execution({"s3Urls": [url], "images": [uri(PNG)]})
    with pytest.raises(quantcdn.ApiResponseException, match="address of a file"):
        save_images(finished, tmp_path, api_client=quantcdn_client, source="signed")
    assert width(save_images(finished, tmp_path, api_client=quantcdn_client)[0]) == 64


# Fails if a closed client is taken for a URL that cannot be used: previews would be saved without a word.
def test_a_closed_client_raises_an_error_that_says_so(
    quantcdn_client: quantcdn.ApiClient, run: Run, tmp_path: Path
) -> None:
    finished = run()
    quantcdn_client.close()
    with pytest.raises(quantcdn.ApiValueError, match="closed"):
        save_images(finished, tmp_path, api_client=quantcdn_client)
    assert names_in(tmp_path) == []


class FullDisk(io.FileIO):
    """A file of which half can be written."""

    error: BaseException

    def write(self, data: Any) -> int:
        super().write(data[: len(data) // 2])
        raise self.error


WRITE_ERRORS = [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]


@pytest.mark.parametrize("error", WRITE_ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("existing", [False, True])
def test_a_write_that_breaks_off_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, existing: bool
) -> None:
    if existing:
        (tmp_path / "exec_1-0.png").write_bytes(b"mine")
    with monkeypatch.context() as patched:
        patched.setattr(FullDisk, "error", error, raising=False)
        patched.setattr(Path, "open", lambda path, mode: FullDisk(path, mode))
        with pytest.raises(type(error)) as caught:
            save_images(inline(), tmp_path, overwrite=True)
    assert caught.value is error
    assert names_in(tmp_path) == ["exec_1-0.png"] * existing
    if existing:
        assert (tmp_path / "exec_1-0.png").read_bytes() == b"mine"


def test_an_interrupt_before_the_file_is_moved_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_path: Path, _target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_images(inline(), tmp_path)
    assert names_in(tmp_path) == []


def test_a_folder_that_cannot_be_one_raises_the_systems_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        save_images(inline(), tmp_path / "file")
    with pytest.raises(OSError, match="file"):
        save_images(inline(), tmp_path / "file" / "below")


def test_a_folder_where_an_image_should_be_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "exec_1-0.png").mkdir()
    with pytest.raises(IsADirectoryError):
        save_images(inline(), tmp_path)
    assert names_in(tmp_path) == ["exec_1-0.png"]


# Windows refuses to replace a file that another program has open: errno 13, whose text differs from system to system.
@pytest.mark.parametrize("save", [save_images, save_files])
def test_a_file_that_a_viewer_has_open_raises_an_error_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save: Any
) -> None:
    (path,) = save(inline(), tmp_path)
    path.write_bytes(b"mine")

    def refused(_path: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Access is denied", str(_path), None, str(target))

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError, match=r"Access is denied: .* close it there: '.*0.*\.png'$") as caught:
        save(inline(), tmp_path, overwrite=True)
    assert (caught.value.errno, caught.value.filename) == (errno.EACCES, str(path))
    assert names_in(tmp_path) == [path.name]
    assert path.read_bytes() == b"mine"


def test_an_older_file_of_another_kind_that_a_viewer_has_open_raises_an_error_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exec_1-0.png").write_bytes(b"mine")
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.name == "exec_1-0.png":
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(PermissionError, match="close it there"):
        save_images(inline(JPEG), tmp_path, overwrite=True)
    assert names_in(tmp_path) == ["exec_1-0.jpg", "exec_1-0.png"]


# Previews in place of originals


@pytest.mark.usefixtures("_no_defaults")
def test_a_preview_is_named_so_and_never_passes_for_the_original(
    quantcdn_emulator: Emulator,
    impatient: quantcdn.ApiClient,
    run: Run,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    finished = run()
    quantcdn_emulator.add_fault(Fault(status=503), operation="picture", times=2)
    for _ in range(2):  # a preview that is there is kept, while the original is tried again
        caplog.clear()
        (path,) = save_images(finished, tmp_path, api_client=impatient)
        assert (path.name, width(path)) == ("exec_1-0-preview.png", 128)
        (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
        assert record.name == "quantcdn"
        assert "exec_1: original 0 cannot be fetched; its preview" in record.getMessage()
        assert "503" in record.getMessage()
        assert "Signature" not in record.getMessage()
    caplog.clear()
    for _ in range(2):
        (path,) = save_images(finished, tmp_path, api_client=impatient)
        assert (path.name, width(path)) == ("exec_1-0.png", 512)
    assert caplog.records == []
    assert downloads(quantcdn_emulator) == 3
    assert names_in(tmp_path) == ["exec_1-0-preview.png", "exec_1-0.png"]


def test_an_original_that_is_there_is_taken_before_a_preview(
    impatient: quantcdn.ApiClient, run: Run, tmp_path: Path
) -> None:
    one = run("exec_2").result
    gone = one.s3_urls[0].replace("exec_2", "exec_3")
    finished = run(result={"s3Urls": [gone, gone], "images": one.images * 2})
    (tmp_path / "exec_1-1.png").write_bytes(b"original")
    paths = save_images(finished, tmp_path, api_client=impatient)
    assert [path.name for path in paths] == ["exec_1-0-preview.png", "exec_1-1.png"]
    paths = save_images(finished, tmp_path, api_client=impatient, source="inline")
    assert [path.name for path in paths] == ["exec_1-0-preview.png", "exec_1-1-preview.png"]


# What images and s3Urls may be besides lists of texts


@pytest.mark.parametrize(
    "images",
    [
        uri(PNG),
        [uri(PNG)],
        [{"url": uri(PNG)}],
        {"url": uri(PNG)},
        {"data": base64.b64encode(PNG).decode()},
        [{"type": "image", "data": base64.b64encode(PNG).decode(), "mimeType": "image/jpeg"}],
        [{"b64_json": base64.b64encode(PNG).decode()}],
        {"source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PNG).decode()}},
        [{"image_url": {"url": uri(PNG)}}],
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_images_are_read_in_every_form_that_can_be_used(tmp_path: Path, images: object, as_text: bool) -> None:
    result: object = {"images": images}
    (path,) = save_images(execution(json.dumps(result) if as_text else result), tmp_path)
    assert path.read_bytes() == PNG


def test_a_url_among_images_is_fetched(
    quantcdn_emulator: Emulator, quantcdn_client: quantcdn.ApiClient, run: Run, tmp_path: Path
) -> None:
    (url,) = run("exec_2").result.s3_urls
    paths = save_images(execution({"images": [url, {"url": url}, uri(PNG)]}), tmp_path, api_client=quantcdn_client)
    assert [width(path) for path in paths] == [512, 512, 64]
    assert downloads(quantcdn_emulator) == 2


@pytest.mark.parametrize(
    ("result", "named"),
    [
        ({"images": 7}, r"result\['images'\] is 7, and neither"),
        ({"images": [uri(PNG), None]}, r"result\['images'\]\[1\] is null, and neither"),
        ({"images": [[]]}, r"result\['images'\]\[0\] is a list, and neither"),
        ({"images": {"alt": "a"}}, r"result\['images'\] is an object, and neither"),
        ({"images": "no list"}, r"result\['images'\]: the address of a file cannot be used"),
        ({"images": [uri(PNG), uri(b"text")]}, r"result\['images'\]\[1\]: the bytes are no PNG.* save_files saves"),
        ({"images": ["data:;base64,A"]}, r"result\['images'\]\[0\]: the base64 is damaged"),
        ({"s3Urls": [7]}, r"result\['s3Urls'\]\[0\] is 7, and neither"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(tmp_path: Path, result: object, named: str) -> None:
    for value in (result, json.dumps(result)):
        with pytest.raises(quantcdn.ApiResponseException, match=named):
            save_images(execution(value), tmp_path / "out")
    assert names_in(tmp_path) == []


def test_a_url_is_no_inline_image() -> None:
    result = quantcdn.GetAIToolExecutionStatus200ResponseResult(images=["https://h.example/a.png"])
    with pytest.raises(quantcdn.ApiResponseException, match=r"result\['images'\]\[0\]: this is no data URI"):
        result.inline_images()
