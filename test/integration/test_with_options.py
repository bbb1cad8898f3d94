"""A copy of a client by ``with_options`` has some options of its own, and shares all else with its client."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import urllib3

import quantcdn
from quantcdn import RateLimit, RetryPolicy, Timeout
from quantcdn.api.organisation_api import OrganisationApi
from quantcdn.api_client import ClientOptions
from quantcdn.hooks import AttemptRecord
from test.helpers.server import Answer, Received, ScriptedServer, answer

NAMES = answer(200, {"tools": ["get_weather"], "count": 1})
DOWN = answer(503, {"error": "down"})


@contextmanager
def serving(*script: Answer, **settings: Any) -> Iterator[tuple[ScriptedServer, quantcdn.ApiClient]]:
    chosen = {"access_token": "t0ken", "proxy": "", "retries": 0, **settings}
    with ScriptedServer(*script) as server, quantcdn.ApiClient(quantcdn.Configuration(server.url, **chosen)) as client:
        yield server, client


def call(client: quantcdn.ApiClient) -> Any:
    return quantcdn.AIToolsApi(client).list_ai_tool_names("acme").tools


def last(server: ScriptedServer) -> Received:
    return server.requests[-1]


def test_a_copy_has_its_own_options_and_leaves_the_client_as_it_was() -> None:
    with serving(NAMES) as (server, client):
        twin = client.with_options(access_token="other", headers={"X-Team": "a"}, organisation="acme")
        assert twin.organisation().list_ai_tool_names().tools == ["get_weather"]
        assert last(server).headers["authorization"] == "Bearer other"
        assert last(server).headers["x-team"] == "a"
        call(client)
        assert last(server).headers["authorization"] == "Bearer t0ken"
        assert "x-team" not in last(server).headers
        assert client.configuration.organisation is None
        assert type(twin) is quantcdn.ApiClient


def test_a_copy_sends_over_the_connections_of_its_client() -> None:
    with serving(NAMES) as (server, client):
        for one in (client, client.with_options(timeout=5), client.with_options(retries=1).with_options(timeout=9)):
            call(one)
        assert server.connections == 1


def test_headers_are_added_to_those_that_the_client_has() -> None:
    with serving(NAMES) as (server, client):
        client.set_default_header("X-Team", "a")
        client.set_default_header("X-Kept", "k")
        call(client.with_options(headers={"x-team": "b"}))
        assert (last(server).headers["x-team"], last(server).headers["x-kept"]) == ("b", "k")
        call(client)
        assert last(server).headers["x-team"] == "a"


def test_a_token_takes_the_place_of_an_inherited_authorization() -> None:
    with serving(NAMES) as (server, client):
        client.set_default_header("authorization", "Basic abc")
        call(client.with_options(access_token="other"))
        assert last(server).headers["authorization"] == "Bearer other"
        call(client.with_options(timeout=5))
        assert last(server).headers["authorization"] == "Basic abc"
        call(client.with_options(access_token="other", headers={"Authorization": "Basic def"}))
        assert last(server).headers["authorization"] == "Basic def"


def test_no_token_is_an_option_too() -> None:
    with serving(NAMES) as (server, client):
        call(client.with_options(access_token=None))
        assert "authorization" not in last(server).headers


def test_a_timeout_changes_that_of_the_client_as_an_option_of_a_call_does() -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration(timeout=Timeout(connect=2, read=10, total=20)))
    for given in (7, (1, 30), Timeout(1, 2, 3), None):
        expected = client.configuration.timeout.changed(given)
        assert client.with_options(timeout=given).configuration.timeout == expected
    assert client.with_options(timeout=7).configuration.timeout.connect == 2


def test_retries_and_hooks_are_those_of_the_copy() -> None:
    told: list[AttemptRecord] = []
    with serving(DOWN) as (server, client):
        twin = client.with_options(retries=RetryPolicy(attempts=2, base=0), on_response=told.append)
        with pytest.raises(quantcdn.ServiceException):
            call(twin)
        assert (len(server.requests), [record.attempt for record in told]) == (2, [1, 2])
        with pytest.raises(quantcdn.ServiceException):
            call(client)
        assert (len(server.requests), len(told)) == (3, 2)


def test_a_size_limit_is_that_of_the_copy() -> None:
    with serving(NAMES) as (_, client):
        with pytest.raises(quantcdn.ApiResponseException, match="larger than the limit of 5 bytes"):
            call(client.with_options(max_response_size=5))
        assert call(client) == ["get_weather"]


def test_all_copies_share_the_retry_budget() -> None:
    with serving(DOWN, retries=RetryPolicy(base=0)) as (server, client):
        for _ in range(100):
            with pytest.raises(quantcdn.ServiceException):
                call(client.with_options(timeout=50))
        assert len(server.requests) == 200  # of 300
        with pytest.raises(quantcdn.ServiceException, match="not retried, since too many requests fail"):
            call(client)


def test_a_copy_has_the_settings_of_the_moment_in_which_it_is_made() -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration(organisation="a"))
    client.configuration.organisation = "b"
    twin = client.with_options(progress=False)
    client.configuration.organisation = "c"
    twin.configuration.access_token = "t0ken"
    assert (twin.configuration.organisation, client.configuration.access_token) == ("b", None)


def test_http_may_be_allowed_with_a_host() -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration())
    twin = client.with_options(host="http://service.test", allow_http=True)
    assert twin.configuration.host == "http://service.test"
    with pytest.raises(quantcdn.ApiValueError, match="allow_http=True"):
        client.with_options(host="http://service.test")
    assert client.with_options(server_index=1).configuration.host == "https://dash.quantgov.cloud"
    with pytest.raises(quantcdn.ApiValueError, match="not both"):
        client.with_options(host="https://service.test", server_index=1)


SOCKETS = {
    "connection_pool_maxsize": 3,
    "verify_ssl": False,
    "ssl_ca_cert": None,
    "ca_cert_data": None,
    "cert_file": None,
    "key_file": None,
    "assert_hostname": None,
    "tls_server_name": None,
    "proxy": "",
    "no_proxy": "",
    "proxy_headers": None,
    "ssl_context": None,
    "proxy_ssl_context": None,
    "socket_options": None,
}


@pytest.mark.parametrize("name", SOCKETS)
def test_what_needs_connections_of_its_own_needs_a_client_of_its_own(name: str) -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration())
    with pytest.raises(quantcdn.ApiTypeError, match=rf"make another ApiClient, with Configuration\({name}=…\)"):
        client.with_options(**{name: SOCKETS[name]})  # type: ignore[typeddict-item] # as a caller may


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retrys": 3}, "no option 'retrys'; did you mean 'retries'?"),
        ({"retries": -1}, "retries must be from 0 to 100"),
        ({"timeout": 0}, "timeout must be above 0"),
        ({"headers": [("X-Team", "a")]}, "headers takes a mapping"),
        ({"headers": {"X-Team": "a\n"}}, "control characters"),
        ({"rate_limit": 5}, "rate_limit takes a RateLimit"),
        ({"organisation": " "}, "organisation is blank"),
        ({"host": 3}, "host takes text"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_at_once(options: Any, message: str) -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration())
    with pytest.raises(quantcdn.OpenApiException) as caught:
        client.with_options(**options)
    assert message in str(caught.value)


def test_every_setting_is_an_option_or_refused() -> None:
    settings = set(inspect.signature(quantcdn.Configuration).parameters) - {"unknown"}
    assert settings == (set(ClientOptions.__optional_keys__) - {"headers"}) | set(SOCKETS)


# Closing


def test_leaving_a_copy_closes_no_connection() -> None:
    with serving(NAMES) as (server, client):
        with client.with_options(timeout=5) as twin:
            call(twin)
        assert call(client) == ["get_weather"]
        assert call(client.with_options(timeout=6)) == ["get_weather"]
        assert server.connections == 1
        with pytest.raises(quantcdn.ApiValueError, match="closed"):
            call(twin)


def test_closing_the_client_closes_the_connections_for_all() -> None:
    with serving(NAMES) as (_, client):
        twin = client.with_options(timeout=5)
        further = twin.with_options(timeout=6)
        call(twin)
        client.close()
        for one in (client, twin, further, client.with_options(timeout=7)):
            with pytest.raises(quantcdn.ApiValueError, match="closed"):
                call(one)


# Travelling


@pytest.mark.parametrize("travel", [copy.copy, copy.deepcopy, lambda twin: pickle.loads(pickle.dumps(twin))])
def test_a_copy_that_travels_becomes_a_client_of_its_own(travel: Any) -> None:
    with serving(NAMES) as (server, client):
        twin = client.with_options(access_token="other", headers={"X-Team": "a"}, timeout=5)
        call(twin)
        travelled = travel(twin)
        with travelled:
            call(travelled)
            assert last(server).headers["authorization"] == "Bearer other"
            assert last(server).headers["x-team"] == "a"
            assert travelled.configuration.timeout.total == 5
        assert server.connections == 2
        assert call(twin) == ["get_weather"]


# API objects


def test_api_objects_have_copies_too() -> None:
    with serving(NAMES) as (server, client):
        api = quantcdn.AIToolsApi(client)
        twin = api.with_options(access_token="other")
        twin.list_ai_tool_names("acme")
        assert last(server).headers["authorization"] == "Bearer other"
        assert twin.timing == api.timing
        organisation = client.organisation("acme")
        organisation.with_options(access_token="third").list_ai_tool_names()
        assert last(server).headers["authorization"] == "Bearer third"
        elsewhere = organisation.with_options(organisation="other")
        assert isinstance(elsewhere, OrganisationApi)
        elsewhere.list_ai_tool_names()
        assert "/organizations/other/" in last(server).target
        assert organisation.name == "acme"
        assert server.connections == 1


def test_a_subclass_stays_one() -> None:
    class Own(quantcdn.ApiClient):
        pass

    class OwnApi(quantcdn.AIToolsApi):
        pass

    client = Own(quantcdn.Configuration())
    assert type(client.with_options()) is Own
    assert type(OwnApi(client).with_options(timeout=5)) is OwnApi


# Tenants


def mixed(requests: list[Received]) -> list[tuple[str, str]]:
    """Find the requests whose host and token are not of the same tenant."""
    pairs = [(request.headers["host"].partition(":")[0], request.headers["authorization"]) for request in requests]
    return [(host, token) for host, token in pairs if (host == "127.0.0.1") != (token == "Bearer a")]


def test_threads_that_switch_tenants_never_mix_a_host_with_the_token_of_another() -> None:
    with serving(NAMES) as (server, client):
        tenants = {"a": server.url, "b": server.url.replace("127.0.0.1", "localhost")}

        def work(number: int) -> None:
            for turn in range(100):
                name = "ab"[(number + turn) % 2]
                call(client.with_options(host=tenants[name], access_token=name))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(work, range(8)))
        assert len(server.requests) == 800
        assert mixed(server.requests) == []


def test_a_call_has_host_and_token_of_one_moment_though_another_thread_switches_the_settings() -> None:
    class Switched(quantcdn.Configuration):
        """Settings that are switched to another tenant as soon as the host was read, as another thread may do."""

        def __getattribute__(self, name: str) -> Any:
            value = super().__getattribute__(name)
            if name == "_host":
                shared.__dict__.update(_host="https://b.test", _access_token="b")
            return value

    with ScriptedServer(NAMES) as server:
        shared = Switched(server.url, proxy="", access_token="a")
        a = shared.__dict__.copy() | {"_host": server.url, "_access_token": "a"}
        with quantcdn.ApiClient(shared) as client:
            shared.__dict__.update(a)
            call(client)
            assert shared.access_token == "b"
            assert last(server).headers["authorization"] == "Bearer a"
            shared.__dict__.update(a)
            _, url, headers, _, _ = client.param_serialize("GET", "/x", auth_settings=["BearerAuth"])
            assert shared.access_token == "b"
            assert (url, headers["Authorization"]) == (f"{server.url}/x", "Bearer a")


def test_a_token_that_is_asked_for_again_is_of_the_same_tenant() -> None:
    def token_of_a() -> str:
        client.configuration.access_token = "b"  # as another thread may do
        return "a"

    with serving(answer(401), NAMES, access_token=token_of_a) as (server, client):
        call(client)
        assert [request.headers["authorization"] for request in server.requests] == ["Bearer a", "Bearer a"]


# Settings of urllib3 and rate limits


def test_a_retry_of_urllib3_is_taken_as_by_the_settings() -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration())
    assert client.with_options(retries=urllib3.Retry(total=7)).configuration.retries.attempts == 8


def test_a_rate_limit_of_its_own_is_in_the_settings_of_the_copy() -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration(rate_limit=RateLimit(5)))
    assert client.with_options(timeout=5).configuration.rate_limit == RateLimit(5)
    assert client.with_options(rate_limit=None).configuration.rate_limit is None
