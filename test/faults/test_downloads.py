"""A file behind a signed URL is fetched without the token, within limits, and from nowhere else."""

from __future__ import annotations

import gzip
import logging
import pickle
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st

import quantcdn
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.rest import RESTClientObject
from test.helpers.certificates import Certificates
from test.helpers.ports import dead_port
from test.helpers.server import Answer, ScriptedServer, answer, reset, then_close

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(1000)
SIGNATURE = "5ec2e7f00dfeed5ec2e7f00dfeed"
SIGNED = f"/generated/a%20b.png?X-Amz-Expires=3600&X-Amz-Signature={SIGNATURE}"


@contextmanager
def fetching(*script: Answer, context: Any = None, **given_settings: Any) -> Iterator[tuple[ScriptedServer, Any]]:
    """Give a server and the door to the network of a client that has everything a download must not send."""
    chosen = {"access_token": "t0ken", "proxy": "", "timeout": 5, **given_settings}
    with ScriptedServer(*script, context=context) as server:
        configuration = quantcdn.Configuration(server.url, **chosen)
        with quantcdn.ApiClient(configuration, "X-Team", "blue", cookie="c=00kie") as client:
            client.clock = TimeSource(sleep=lambda _: None)
            yield server, client.rest_client


def redirect(to: str, status: int = 302) -> bytes:
    return answer(status, "", [("Location", to)])


def said(error: BaseException) -> str:
    trace = "".join(traceback.format_exception(error))
    return f"{error} {error!r} {vars(error)} {trace} {pickle.dumps(error)!r}"


# What is sent


def test_a_download_sends_no_header_but_what_http_needs() -> None:
    # Without headers of its own, a download would tell the token to whoever keeps the files.
    with fetching(answer(200, PICTURE)) as (server, rest):
        assert rest.download(server.url + SIGNED).data == PICTURE
        (request,) = server.requests
        assert set(request.headers) == {"host", "accept-encoding"}
        assert request.headers["accept-encoding"] == "identity"
        assert request.target == SIGNED


def test_a_download_has_a_connection_of_its_own() -> None:
    # Without a pool of its own, files and calls would share settings that are for the service's host alone.
    with fetching(answer(200, {"tools": [], "count": 0})) as (server, rest):
        api = quantcdn.AIToolsApi(quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy="")))
        api.api_client.rest_client = rest
        for _ in range(2):
            api.list_ai_tool_names("acme")
            rest.download(server.url + SIGNED)
        assert [request.connection for request in server.requests] == [1, 2, 1, 2]


def test_a_client_certificate_is_not_shown_to_the_files_host(certificates: Certificates) -> None:
    certificate, key = certificates.pair("client", "client.test")
    shown: list[object] = []

    def look(connection: Any) -> None:
        shown.append(connection.getpeercert(binary_form=True))
        connection.sendall(answer(200, PICTURE))

    context = certificates.context()
    context.load_verify_locations(cadata=certificates.pem)
    context.verify_mode = __import__("ssl").CERT_OPTIONAL
    trust = {"ca_cert_data": certificates.pem, "cert_file": certificate, "key_file": key}
    with fetching(look, context=context, **trust) as (server, rest):
        assert rest.download(f"{server.url}/a.png").data == PICTURE
        assert shown == [None]


def test_a_name_that_is_expected_of_the_service_is_not_expected_of_the_files_host(certificates: Certificates) -> None:
    context = certificates.context("localhost")
    trust = {"ca_cert_data": certificates.pem, "assert_hostname": "api.test", "tls_server_name": "api.test"}
    with fetching(answer(200, PICTURE), context=context, **trust) as (server, rest):
        assert rest.download(f"{server.url}/a.png").data == PICTURE


def test_a_files_certificate_is_checked(certificates: Certificates) -> None:
    with fetching(answer(200, PICTURE), context=certificates.context(unknown=True)) as (server, rest):
        with pytest.raises(quantcdn.ApiConnectionException, match="certificate is not accepted") as caught:
            rest.download(server.url + SIGNED)
        assert server.requests == []
        assert SIGNATURE not in said(caught.value)


def test_the_local_services_signed_url_works_and_refuses_a_token(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: quantcdn.AIToolsApi
) -> None:
    execution_id = quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    execution = quantcdn_api.get_ai_tool_execution_status("acme", execution_id)
    assert execution.result is not None
    (url,) = execution.result.s3_urls or []
    rest = quantcdn_api.api_client.rest_client
    answered = rest.download(url)
    assert answered.data.startswith(b"\x89PNG")
    assert answered.headers["content-type"] == "image/png"
    with urllib3.PoolManager() as manager:
        with_token = manager.request("GET", url, headers={"Authorization": f"Bearer {quantcdn_emulator.token}"})
        assert with_token.status == 400
        with_token.close()
    quantcdn_clock.advance(3600)
    with pytest.raises(quantcdn.ForbiddenException, match="get the execution's status again") as caught:
        rest.download(url)
    assert "expired" in (caught.value.body or "")
    assert url.partition("X-Amz-Signature=")[2] not in said(caught.value)


# Where to


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.org/a.png",
        "http://10.0.0.1/a.png",
        "http://localhost.example.org/a.png",
        "http://127.0.0.1.example.org/a.png",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.png",
        "data:image/png;base64,AAAA",
        "gopher://127.0.0.1/",
        "//127.0.0.1/a.png",
        "127.0.0.1/a.png",
        "/a.png",
        "https:///a.png",
        "https://",
        "https://user@example.org/",
        "https://user:pa55@example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://[::1/",
        "https://exa mple.org/",
        "https://exa%mple.org/",
        "https://ex\u00e4mple.org/",
        "https://example.org/\u6f22",
        "https://example.org/a b",
        "https://example.org/a\r\nX-Injected: 1",
        "https://example.org/a\tb",
        "https://example.org/\x00",
        "https://example.org\\@127.0.0.1/",
        "http://127.0.0.1\\.example.org/",
        "https://.../",
        "",
    ],
)
def test_a_url_that_is_no_https_url_is_refused_and_not_shown(url: str) -> None:
    # Without the check of the scheme, a file of this machine or a token in the clear would go out.
    with dead_port() as port, fetching(proxy=f"http://127.0.0.1:{port}", retries=0) as (server, rest):
        with pytest.raises(quantcdn.OpenApiException) as caught:
            rest.download(f"{url}?X-Amz-Signature={SIGNATURE}")
        assert isinstance(caught.value, quantcdn.ApiValueError), repr(caught.value)
        assert SIGNATURE not in said(caught.value)
        assert "pa55" not in said(caught.value)
        assert server.connections == 0


@settings(max_examples=150)
@given(
    url=st.text(max_size=30).map("https://".__add__)
    | st.text(st.sampled_from("htps:/[]@\\?#.%a1 -_\t"), max_size=30)
    | st.text(st.sampled_from("[]@:?#.%a1-_/"), max_size=30).map("https://".__add__)
)
def test_any_text_as_a_url_gives_an_error_of_the_family(certificates: Certificates, url: str) -> None:
    with dead_port() as port:
        configuration = quantcdn.Configuration(
            proxy=f"http://127.0.0.1:{port}", no_proxy="", retries=0, timeout=2, ca_cert_data=certificates.pem
        )
        rest = RESTClientObject(configuration)
        with pytest.raises(quantcdn.OpenApiException):
            rest.download(url)
        rest.close()


@pytest.mark.parametrize("host", ["http://127.0.0.1", "http://localhost", "http://LOCALHOST"])
def test_this_machine_may_be_http(host: str) -> None:
    with fetching(answer(200, PICTURE)) as (server, rest):
        assert rest.download(f"{host}:{server.port}/a.png").data == PICTURE


@pytest.mark.parametrize(
    "target", ["/a/../b.png", "/a/%2e%2e/b.png", "//b.png", "/%2F..%2Fb.png", "/b.png#part", "/;x"]
)
def test_a_path_is_sent_as_it_is_signed(target: str) -> None:
    with fetching(answer(200, PICTURE)) as (server, rest):
        rest.download(f"{server.url}{target}")
        assert server.requests[0].target == target.partition("#")[0]


def test_a_url_without_a_path_asks_for_the_root() -> None:
    with fetching(answer(200, PICTURE)) as (server, rest):
        rest.download(f"{server.url}?a=b")
        assert server.requests[0].target == "/?a=b"


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(status: int) -> None:
    with fetching(redirect(f"/other.png?X-Amz-Signature={SIGNATURE}", status), answer(200, PICTURE)) as (server, rest):
        assert rest.download(f"{server.url}/a.png").data == PICTURE
        assert [request.target for request in server.requests] == ["/a.png", f"/other.png?X-Amz-Signature={SIGNATURE}"]
        assert all(set(request.headers) == {"host", "accept-encoding"} for request in server.requests)


def test_three_redirects_are_followed_and_a_fourth_is_an_error() -> None:
    # Without the limit, two hosts could send a client to each other for ever.
    with fetching(redirect("/1"), redirect("/2"), redirect("/3"), answer(200, PICTURE)) as (server, rest):
        assert rest.download(f"{server.url}/0").data == PICTURE
        assert len(server.requests) == 4
    with fetching(redirect("/again?X-Amz-Signature=" + SIGNATURE)) as (server, rest):
        with pytest.raises(quantcdn.ApiException, match="302") as caught:
            rest.download(server.url + SIGNED)
        assert type(caught.value) is quantcdn.ApiException
        assert caught.value.status == 302
        assert "not followed" in str(caught.value)
        assert len(server.requests) == 4
        assert SIGNATURE not in said(caught.value)


def test_a_redirect_may_lead_to_another_port_of_this_machine() -> None:
    with ScriptedServer(answer(200, PICTURE)) as other:
        with fetching(redirect(f"{other.url}/b.png")) as (server, rest):
            assert rest.download(f"{server.url}/a.png").data == PICTURE
            assert (len(server.requests), len(other.requests)) == (1, 1)


@pytest.mark.parametrize(
    "to",
    [
        "http://files.example.org/a.png",
        "http://10.0.0.1/a.png",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "//files.example.org/a.png",
        "https://user:pa55@example.org/",
        "https://[",
        "https://exa\xe4mple.org/",
        "http://127.0.0.1:0/",
    ],
)
def test_a_redirect_to_anything_else_is_not_followed(to: str) -> None:
    # Without the check at each step, one redirect would lead round the check of the first address.
    script = answer(302, "", [("Location", f"{to}?X-Amz-Signature={SIGNATURE}")])
    with fetching(script) as (server, rest):
        with pytest.raises(quantcdn.ApiException, match="302 Reason") as caught:
            rest.download(server.url + SIGNED)
        assert caught.value.status == 302
        assert len(server.requests) == 1
        assert SIGNATURE not in said(caught.value)
        assert "pa55" not in said(caught.value)


def test_a_redirect_from_https_to_http_is_not_followed_not_even_to_this_machine(certificates: Certificates) -> None:
    # Without this, a host of files could make the client ask the services of its own machine.
    with ScriptedServer(answer(200, PICTURE)) as inside:
        script = redirect(f"{inside.url}/admin")
        trust = {"ca_cert_data": certificates.pem}
        with fetching(script, context=certificates.context(), **trust) as (server, rest):
            with pytest.raises(quantcdn.ApiException, match="not followed"):
                rest.download(f"{server.url}/a.png")
        assert inside.connections == 0


def test_a_redirect_from_http_on_this_machine_to_https_is_followed(certificates: Certificates) -> None:
    with ScriptedServer(answer(200, PICTURE), context=certificates.context()) as secure:
        with fetching(redirect(f"{secure.url}/b.png"), ca_cert_data=certificates.pem) as (server, rest):
            assert rest.download(f"{server.url}/a.png").data == PICTURE


@pytest.mark.parametrize("status", [300, 304, 305, 302])
def test_other_responses_of_the_three_hundreds_are_errors(status: int) -> None:
    headers = [("Location", "/b")] if status != 302 else []
    with fetching(answer(status, "", headers)) as (server, rest):
        with pytest.raises(quantcdn.ApiException) as caught:
            rest.download(f"{server.url}/a.png")
        assert caught.value.status == status
        assert len(server.requests) == 1


def test_redirects_share_one_time_limit() -> None:
    # Without what is left being handed on, each step would have the whole limit again.
    def late(connection: Any) -> None:
        time.sleep(0.15)
        connection.sendall(redirect("/again"))

    with fetching(late, timeout=0.4, retries=0) as (server, rest):
        started = time.monotonic()
        with pytest.raises(quantcdn.ApiTimeoutException, match="whole call"):
            rest.download(f"{server.url}/a.png")
        assert time.monotonic() - started < 0.9
        assert len(server.requests) == 3


# What comes back


def test_an_expired_url_says_what_to_do() -> None:
    body = (
        "<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code>"
        f"<SignatureProvided>{SIGNATURE}</SignatureProvided></Error>"
    )
    with fetching(answer(403, body)) as (server, rest):
        with pytest.raises(quantcdn.ForbiddenException, match="valid for 1 hour; get the execution's status") as caught:
            rest.download(server.url + SIGNED)
        assert len(server.requests) == 1
    # Without taking it out, the answer of a store of files would carry the signature into a log.
    assert SIGNATURE not in said(caught.value)
    assert "SignatureDoesNotMatch" in (caught.value.body or "")
    assert pickle.loads(pickle.dumps(caught.value)).hint == caught.value.hint


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, quantcdn.BadRequestException),
        (401, quantcdn.UnauthorizedException),
        (404, quantcdn.NotFoundException),
        (410, quantcdn.ApiException),
    ],
)
def test_an_error_status_raises_its_class(status: int, kind: type[quantcdn.ApiException]) -> None:
    with fetching(answer(status, "<Error/>", [("x-amz-request-id", "r-1")])) as (server, rest):
        with pytest.raises(kind) as caught:
            rest.download(server.url + SIGNED)
        assert (caught.value.status, caught.value.attempts, len(server.requests)) == (status, 1, 1)
        assert f"{server.url}/generated/a%20b.png:" in str(caught.value)
        assert SIGNATURE not in said(caught.value)


@pytest.mark.parametrize(
    "too_large",
    [
        answer(200, b"x" * 2000),
        answer(200, b"7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n", [("Transfer-Encoding", "chunked")]),
        then_close(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000),
    ],
    ids=["said", "chunked", "until-the-end"],
)
def test_a_file_larger_than_the_limit_is_refused(too_large: Answer) -> None:
    # Without the limit, a file of any size would fill the memory.
    with fetching(too_large, max_image_size=1000, max_error_size=100) as (server, rest):
        with pytest.raises(quantcdn.ApiResponseException, match="larger than the limit of 1000 bytes") as caught:
            rest.download(server.url + SIGNED)
        assert len(caught.value.raw_data or b"") <= 100
        assert len(server.requests) == 1
        assert SIGNATURE not in said(caught.value)


def test_a_file_as_large_as_the_limit_is_taken() -> None:
    with fetching(answer(200, b"x" * 1000), max_image_size=1000, max_response_size=10) as (server, rest):
        assert rest.download(f"{server.url}/a.png").data == b"x" * 1000


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x-gzip"])
def test_a_file_with_an_encoding_that_was_not_requested_is_refused(encoding: str) -> None:
    # Without the refusal, what is written as an image would be a packed one, or a bomb.
    with fetching(answer(200, gzip.compress(PICTURE), [("Content-Encoding", encoding)])) as (server, rest):
        with pytest.raises(quantcdn.ApiResponseException, match=f"encoded as '{encoding}', which was not requested"):
            rest.download(server.url + SIGNED)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "first",
    [answer(503), answer(429), answer(500), reset, then_close(answer(200, PICTURE)[:-1]), then_close(b"")],
    ids=["503", "429", "500", "reset", "short", "nothing"],
)
def test_a_transient_failure_is_retried(first: Answer) -> None:
    with fetching(first, answer(200, PICTURE)) as (server, rest):
        assert rest.download(server.url + SIGNED).data == PICTURE
        assert [request.target for request in server.requests] == [SIGNED, SIGNED]


def test_a_failure_that_stays_is_raised_without_the_signature() -> None:
    with fetching(reset) as (server, rest):
        with pytest.raises(quantcdn.ApiConnectionException) as caught:
            rest.download(server.url + SIGNED)
        assert (caught.value.attempts, len(server.requests)) == (3, 3)
        assert SIGNATURE not in said(caught.value)
        assert f"{server.url}/generated/a%20b.png:" in str(caught.value)


def test_a_file_that_does_not_come_ends_in_time() -> None:
    with fetching(lambda connection: connection.recv(1)) as (server, rest):
        started = time.monotonic()
        with pytest.raises(quantcdn.ApiTimeoutException):
            rest.download(server.url + SIGNED, timeout=quantcdn.Timeout(total=0.3))
        assert 0.2 < time.monotonic() - started < 0.8


def test_a_file_that_drips_ends_in_time() -> None:
    ended = threading.Event()

    def drip(connection: Any) -> None:
        connection.sendall(answer(200, b"", length=1000))
        while not ended.wait(0.02):
            connection.sendall(b"x")

    with fetching(drip, timeout=0.3, retries=0) as (server, rest):
        started = time.monotonic()
        try:
            with pytest.raises(quantcdn.ApiTimeoutException):
                rest.download(server.url + SIGNED)
            assert time.monotonic() - started < 0.8
        finally:
            ended.set()


def test_a_proxy_is_used_for_downloads_and_gets_no_more_than_the_url() -> None:
    with ScriptedServer(answer(200, PICTURE)) as proxy:
        with fetching(proxy=proxy.url) as (server, rest):
            assert rest.download(server.url + SIGNED).data == PICTURE
            assert server.connections == 0
            assert proxy.requests[0].target == server.url + SIGNED
            assert set(proxy.requests[0].headers) == {"host", "accept-encoding", "accept"} - {"accept"}


def test_no_log_of_any_library_has_the_signature(caplog: pytest.LogCaptureFixture) -> None:
    # Without keeping the query from urllib3, its log of requests would have it.
    with caplog.at_level(logging.DEBUG):
        with fetching(redirect(SIGNED), answer(200, PICTURE)) as (server, rest):
            rest.download(server.url + SIGNED)
            assert [request.target for request in server.requests] == [SIGNED, SIGNED]
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}
    assert SIGNATURE not in caplog.text
