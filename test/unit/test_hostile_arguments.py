"""Whatever a public callable is given, it returns, or raises an error of the family; nothing foreign comes out.

The callables are found by inspection (``test/helpers/hostile.py``), so a new one is tested as soon as it is public.
Only a required parameter of a new name, or a class that cannot be made without arguments, needs a row here.
"""

from __future__ import annotations

import inspect
import itertools
import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pydantic
import pytest

import quantcdn
from quantcdn import emulator
from quantcdn.api.ai_tools_api import LIST_AI_TOOL_NAMES, OPERATIONS
from quantcdn.api_client import TimeSource
from quantcdn.models._base import Model
from quantcdn.rest import RESTResponse
from test.helpers.clock import FakeClock
from test.helpers.hostile import VALUES, Subject, subjects
from test.helpers.read_body import ARGUMENTS, BODIES, CALLS, EXECUTION_ID, model_in
from test.helpers.server import Received, ScriptedServer, answer

MOST_REQUESTS = 30
"""How many requests one call may cost, whatever it is told."""

MOST_PAUSES = 6
"""After how many pauses a wait without an end has shown that it goes on."""


class EnoughError(BaseException):
    """A wait has paused often enough."""


class ShortPatience(FakeClock):
    """A time in which nobody waits for long."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.pauses) > MOST_PAUSES:
            raise EnoughError


RECORDS = "a record of what came; the client fills it, and a program reads it"
EXCLUDED = {
    "quantcdn.ApiResponse": RECORDS,
    "quantcdn.Gap": RECORDS,
    "quantcdn.Outcome": RECORDS,
    "quantcdn.chat.Pending": RECORDS,
    "quantcdn.chat.PendingOther": RECORDS,
    "quantcdn.chat.PendingTool": RECORDS,
    "quantcdn.emulator.RecordedRequest": RECORDS,
    "quantcdn.emulator.Fault.apply_to": "the local service applies it to its own responses",
    "quantcdn.rest.RESTResponse.failed": "the client makes its errors by it",
    "quantcdn.rest.RESTResponse.unusable": "the client makes its errors by it",
    "quantcdn.rest.RESTResponse.preload": "the client reads by it",
    "quantcdn.Poll.pauses": "the waits draw from it, by a function of their own",
}
"""What is not called, and why. The errors are left out too: they are there to be caught."""


def is_excluded(subject: Subject) -> bool:
    owner = subject.owner or subject.member
    is_error = isinstance(owner, type) and issubclass(owner, quantcdn.OpenApiException)
    return is_error or subject.name in EXCLUDED


SUBJECTS = [subject for subject in subjects() if not is_excluded(subject)]


# One pixel, in the only place where an image may come from without a network.
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
EXECUTION = BODIES["get_ai_tool_execution_status"] | {"result": {"images": [PIXEL]}}


def example_of(model: type[Model]) -> dict[str, Any]:
    """Find what a model is made of in the bodies of the tests; nothing where all of its fields are optional."""
    waiting = [(operation.model, BODIES.get(operation.name, {})) for operation in OPERATIONS]
    for owner, body in waiting:  # which grows by the models inside
        if owner is model:
            return dict(body)
        owner.model_rebuild()
        for name, field in owner.model_fields.items():
            inner, value = model_in(field.annotation), body.get(field.alias or name)
            if inner is not None and value:
                waiting.append((inner, value[0] if isinstance(value, list) else value))
    return {}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]*", path))


class World:
    """A local service that answers every endpoint, and all that a call may be made with.

    What no call changes is made once, since there are tens of thousands of calls.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = ScriptedServer(self._respond)
        self.emulator = emulator.Emulator()
        self._api = quantcdn.AIToolsApi(quantcdn.ApiClient(self.configuration()))
        self._emulator_api = quantcdn.AIToolsApi(quantcdn.ApiClient(self.emulator.configuration(retries=0)))
        self._arguments = self._known_arguments()
        self._closing: list[Callable[[], object]] = []

    def _respond(self, connection: Any) -> None:
        connection.sendall(answer(200, self._body(self.server.requests[-1])))

    @staticmethod
    def _body(request: Received) -> Any:
        path = request.target.partition("?")[0]
        wanted = next(operation for operation in OPERATIONS if _pattern(operation.path).fullmatch(path))
        return BODIES[wanted.name]

    def configuration(self) -> quantcdn.Configuration:
        return quantcdn.Configuration(self.server.url, access_token="x", retries=0, progress=False)

    def client(self) -> quantcdn.ApiClient:
        return self.closed_later(quantcdn.ApiClient(self.configuration()))

    def api(self) -> quantcdn.AIToolsApi:
        self._api.api_client.clock = ShortPatience().clock
        return self._api

    def closed_later(self, value: Any) -> Any:
        self._closing.append(value.close)
        return value

    def response(self) -> RESTResponse:
        return self.closed_later(self.api().list_ai_tool_names_without_preload_content("acme"))  # type: ignore[no-any-return]

    def make(self, owner: type) -> Any:
        """Make an instance of a public class."""
        makers: dict[type, Callable[[], Any]] = {
            quantcdn.AIToolsApi: self.api,
            quantcdn.ApiClient: self.client,
            quantcdn.Configuration: self.configuration,
            emulator.Emulator: lambda: self.emulator,
            RESTResponse: self.response,
        }
        if owner in makers:
            return makers[owner]()
        if issubclass(owner, Model):
            return owner.from_dict(example_of(owner))
        return owner()

    def argument(self, name: str) -> Any:
        """Find a usable value for a required parameter."""
        return self.response() if name == "response_data" else self._arguments.get(name, "text")

    def _known_arguments(self) -> dict[str, Any]:
        return {
            **ARGUMENTS,
            "execution_ids": [EXECUTION_ID],
            "execution": quantcdn.GetAIToolExecutionStatus200Response.from_dict(EXECUTION),
            "folder": self.folder,
            "tools": ["get_weather"],
            "tool": quantcdn.ListAITools200Response.from_dict(BODIES["list_ai_tools"]).tools[0],  # type: ignore[union-attr]
            "arguments": {"organisation": "acme"},
            "operation": LIST_AI_TOOL_NAMES,
            "options": {},
            "method": "GET",
            "resource_path": "/",
            "url": self.server.url + LIST_AI_TOOL_NAMES.path.format(organisation="acme"),
            "response_type": "ListAIToolNames200Response",
            "response_text": json.dumps(BODIES["list_ai_tool_names"]),
            "fault": emulator.Fault(),
            "attempt": 1,
            "status": 503,
            "uniform": lambda least, _most: least,
        }

    def use(self, result: Any) -> None:
        """Do with a result what a program would, since what is accepted must not fail later."""
        if isinstance(result, quantcdn.Configuration):
            result.host = self.server.url
            self.use_client(quantcdn.ApiClient(result))
        elif isinstance(result, quantcdn.ApiClient):
            result.configuration.host = self.server.url
            self.use_client(result)
        elif isinstance(result, RESTResponse):
            assert result.data
            result.close()
        elif isinstance(result, quantcdn.Poll):
            list(itertools.islice(result.pauses(lambda _least, most: most), 50))
        elif isinstance(result, quantcdn.RetryPolicy):
            [result.longest_pause(attempt, status) for attempt in (1, 50, 100) for status in (0, 429, 503)]
            self.use(quantcdn.Configuration(self.server.url, access_token="x", retries=result))
        elif isinstance(result, quantcdn.Timeout):
            self.use(quantcdn.Configuration(self.server.url, access_token="x", timeout=result))
        elif isinstance(result, Iterator):
            list(itertools.islice(result, 20))
        elif isinstance(result, quantcdn.AIToolsApi):
            result.list_ai_tool_names("acme")
        elif isinstance(result, emulator.Emulator):
            client = quantcdn.ApiClient(self.closed_later(result).configuration(retries=0))
            self.use_emulator(quantcdn.AIToolsApi(self.closed_later(client)))
        elif isinstance(result, emulator.Fault) and not result.delay:
            self.emulator.add_fault(result, times=None)
            self._emulator_api.list_ai_tool_names("acme")
        elif isinstance(result, emulator.Clock | emulator.ManualClock):
            result.now()
        if not isinstance(result, Model):
            repr(result)  # a model shows a number as Python does, which refuses more than 4300 digits; JSON brings none

    def use_client(self, client: quantcdn.ApiClient) -> None:
        """Call an endpoint, and pause for nothing."""
        client.clock = TimeSource(sleep=lambda _seconds: None)
        quantcdn.AIToolsApi(self.closed_later(client)).list_ai_tool_names("acme", _request_timeout=5)

    def use_emulator(self, api: quantcdn.AIToolsApi | None = None, identifier: object = None) -> None:
        """Ask a local service for what it knows: it may say that there is no such thing, but it must answer."""
        api = api or self._emulator_api
        name = identifier if isinstance(identifier, str) else EXECUTION_ID
        for call in (
            lambda: api.list_ai_tool_executions("acme"),
            lambda: api.get_ai_tool_execution_status("acme", name),
            lambda: api.get_ai_orchestration_status("acme", name),
        ):
            try:
                call()
            except quantcdn.ApiConnectionException as error:
                raise AssertionError(f"the local service broke: {error}") from error
            except quantcdn.OpenApiException:
                pass

    def put_back(self) -> None:
        """Undo what the last call has changed."""
        self.emulator.reset()
        self.emulator.wire = "4.19"
        for close in self._closing:
            close()
        self._closing.clear()

    def close(self) -> None:
        self.put_back()
        self._api.api_client.close()
        self._emulator_api.api_client.close()
        self.emulator.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("hostile"))
    with world.server:
        yield world
        world.close()


@pytest.fixture(autouse=True)
def _as_before(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put back what a call may change for all: the defaults and the logger."""
    logger = logging.getLogger("quantcdn")
    level, handlers = logger.level, logger.handlers[:]
    monkeypatch.chdir(world.folder)
    monkeypatch.setattr(socket, "getaddrinfo", _only_this_machine(socket.getaddrinfo))
    yield
    world.put_back()
    quantcdn.Configuration.set_default(None)
    quantcdn.ApiClient.set_default(None)
    logger.setLevel(level)
    for handler in [handler for handler in logger.handlers if handler not in handlers]:
        logger.removeHandler(handler)
        handler.close()
    logger.handlers[:] = handlers


def _only_this_machine(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """Know no other host, since some values choose a real one."""

    def resolved(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "no other host is known here")
        return resolve(host, *args, **kwargs)

    return resolved


def allowed_errors(subject: Subject) -> tuple[type[BaseException], ...]:
    """List what may come out of a callable."""
    owner = subject.owner or subject.member
    errors: tuple[type[BaseException], ...] = (quantcdn.OpenApiException, EnoughError)
    if isinstance(owner, type) and issubclass(owner, Model) and subject.owner is None:
        errors = (*errors, pydantic.ValidationError)  # a constructor's, as everybody who knows pydantic expects
    if subject.name.endswith((".save_images", ".save_files")) or subject.member is emulator.Emulator:
        errors = (*errors, OSError)
    return errors


def leak_of(world: World, subject: Subject, name: str, value: object) -> str | None:
    """Call once with a hostile value; tell what came out that should not."""
    before = len(world.server.requests)
    try:
        call = subject.bound(world.make)
        arguments = {other: world.argument(other) for other in subject.required if other != name}
        result = call(value) if isinstance(subject.member, property) else call(**arguments, **{name: value})
        world.use(result)
        if subject.owner is emulator.Emulator:
            world.use_emulator(identifier=result)
    except allowed_errors(subject) as error:
        if len(str(error)) > 2000:
            return f"an error of {len(str(error))} letters"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:80]}"
    finally:
        world.put_back()
    requests = len(world.server.requests) - before
    return f"{requests} requests" if requests > MOST_REQUESTS else None


def label(value: object) -> str:
    try:
        text = ascii(value)
    except ValueError:  # Python writes no number of more than 4300 digits
        text = "10**5000"
    return text if len(text) < 40 else f"{text[:30]}… ({len(text)})"


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name.removeprefix("quantcdn."))
def test_nothing_foreign_comes_out_of_a_public_callable(world: World, subject: Subject) -> None:
    leaks = [
        f"{name}={label(value)}: {leak}"
        for name in subject.parameters
        for value in VALUES
        if (leak := leak_of(world, subject, name, value)) is not None
    ]
    assert not leaks, "\n".join([f"{len(leaks)} leaks of {subject.name}", *leaks])


def settings() -> list[str]:
    return [name for name in inspect.signature(quantcdn.Configuration).parameters if name != "host"]


@pytest.mark.parametrize("name", settings())
def test_a_setting_is_refused_when_it_is_assigned_and_never_later(world: World, name: str) -> None:
    leaks = []
    for value in VALUES:
        configuration = world.configuration()
        try:
            setattr(configuration, name, value)
        except quantcdn.OpenApiException:
            continue
        except Exception as error:
            leaks.append(f"{label(value)}: {type(error).__name__}: {str(error)[:80]}")
            continue
        try:
            world.use(configuration)
        except quantcdn.OpenApiException:
            pass
        except Exception as error:
            leaks.append(f"{label(value)}, later: {type(error).__name__}: {str(error)[:80]}")
    assert not leaks, "\n".join([f"{len(leaks)} leaks of Configuration.{name}", *leaks])


def test_the_callables_are_found() -> None:
    names = {subject.name for subject in SUBJECTS}
    assert len(names) == len(SUBJECTS) > 80
    assert {f"quantcdn.AIToolsApi.{call}" for call in CALLS} <= names
    assert {"quantcdn.chat.pending", "quantcdn.images.save_images", "quantcdn.Configuration.host"} <= names


WHOLE_NUMBERS = [numpy.int8(7), numpy.int64(7), numpy.uint16(7)]


@pytest.mark.parametrize("seven", WHOLE_NUMBERS, ids=lambda number: type(number).__name__)
def test_whole_numbers_of_other_libraries_are_whole_numbers(world: World, seven: Any) -> None:
    assert world.api().list_ai_tool_executions("acme", limit=seven).count == 1
    assert world.server.requests[-1].target.endswith("limit=7")
    sizes = ("connection_pool_maxsize", "max_response_size", "max_image_size", "max_error_size")
    configuration = quantcdn.Configuration(retries=seven, timeout=seven, **dict.fromkeys(sizes, seven))
    assert [getattr(configuration, size) for size in sizes] == [7] * 4
    assert configuration.retries.attempts == 8
    assert configuration.timeout.total == 7
    assert quantcdn.Configuration(server_index=numpy.int64(1)).server_index == 1


def settings_and_others() -> list[str]:
    names = {name for name in dir(quantcdn.Configuration) if not name.startswith("_")}
    return sorted(names - set(inspect.signature(quantcdn.Configuration).parameters))


@pytest.mark.parametrize("name", [*settings_and_others(), "acces_token", "verify", "timeouts", "Host", "api_key_x"])
def test_what_is_no_setting_cannot_be_assigned(world: World, name: str) -> None:
    with pytest.raises(quantcdn.ApiAttributeError, match=name):
        setattr(world.configuration(), name, "value")
