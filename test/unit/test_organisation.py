"""The methods of one organisation are those of the API without their first parameter."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import jedi
import pytest

import quantcdn
from quantcdn.api.organisation_api import OrganisationApi
from quantcdn.emulator import Emulator

MEMBERS = inspect.getmembers(quantcdn.AIToolsApi, callable)
METHODS = [name for name, _ in MEMBERS if not name.startswith(("_", "with_options"))]


@pytest.mark.parametrize("name", METHODS)
def test_each_method_is_there_with_its_other_parameters(name: str) -> None:
    theirs = inspect.signature(getattr(quantcdn.AIToolsApi, name))
    ours = inspect.signature(getattr(OrganisationApi, name))
    me, organisation, *others = theirs.parameters.values()
    assert organisation.name == "organisation"
    assert list(ours.parameters.values()) == [me.replace(annotation=inspect.Parameter.empty), *others]
    assert ours.return_annotation == theirs.return_annotation
    assert (getattr(OrganisationApi, name).__doc__ or "").strip()


def test_there_is_nothing_more() -> None:
    assert [name for name in dir(OrganisationApi) if not name.startswith("_")] == [*METHODS, "with_options"]


class Recorder:
    """Stands for an API, and says what is called with which arguments."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **options: (name, arguments, options)


@pytest.mark.parametrize("name", METHODS)
def test_each_method_hands_on_what_it_is_given(name: str) -> None:
    organisation = OrganisationApi(Recorder(), "acme")  # type: ignore[arg-type] # it takes every call
    parameters = list(inspect.signature(getattr(OrganisationApi, name)).parameters.values())[1:-1]
    given = {parameter.name: object() for parameter in parameters}
    called, arguments, options = getattr(organisation, name)(**given, _request_timeout=5)
    bound = inspect.signature(getattr(quantcdn.AIToolsApi, called)).bind(None, *arguments, **options).arguments
    handed_on = {**bound.pop("options"), **bound}
    handed_on.pop("self")
    assert called == name
    assert handed_on == {"organisation": "acme", **given, "_request_timeout": 5}


def test_a_script_names_its_organisation_once() -> None:
    with Emulator() as service:
        execution_id = service.start_execution("calculate", pending=0, running=0)
        with quantcdn.ApiClient(service.configuration(proxy="")) as client:
            acme = client.organisation("acme")
            assert acme.list_ai_tool_names().count == 4
            assert acme.list_ai_tool_executions(limit=1).count == 1
            assert acme.list_ai_tools_with_http_info().status_code == 200
            assert acme.list_ai_tools_without_preload_content().status == 200
            assert acme.wait_for_ai_tool_execution(execution_id).is_complete
            assert [outcome.error for outcome in acme.wait_for_ai_tool_executions([execution_id])] == [None]
            assert [seen.execution_id for seen in acme.watch_ai_tool_executions(timeout=0)] == [execution_id]
            assert {request.target.split("/")[4] for request in service.requests} == {"acme"}
            assert repr(acme) == "OrganisationApi('acme')"


def test_the_configured_organisation_needs_no_name() -> None:
    configuration = quantcdn.Configuration(organisation="acme")
    client = quantcdn.ApiClient(configuration)
    assert client.organisation().name == "acme"
    configuration.organisation = "other"
    assert client.organisation().name == "other"
    assert client.organisation("third").name == "third"
    assert client.organisation().api.api_client is client


def test_without_an_organisation_the_error_says_what_to_set() -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration())
    with pytest.raises(quantcdn.ApiValueError, match=r"Configuration\.organisation.*QUANTCDN_ORGANIZATION"):
        client.organisation()
    for wrong in ("", " ", "..", 5):
        with pytest.raises((quantcdn.ApiValueError, quantcdn.ApiTypeError), match="organisation"):
            client.organisation(wrong)  # type: ignore[arg-type] # what a caller without a checker does


def test_an_organisation_is_any_text_that_a_path_takes_whole() -> None:
    assert quantcdn.ApiClient(quantcdn.Configuration()).organisation("a/b ü").name == "a/b ü"


def test_it_travels() -> None:
    organisation = quantcdn.ApiClient(quantcdn.Configuration(access_token="t0ken")).organisation("acme")
    for twin in (pickle.loads(pickle.dumps(organisation)), copy.deepcopy(organisation), copy.copy(organisation)):
        assert twin.name == "acme"
        assert twin.api.api_client.configuration.token() == "t0ken"


def completed(code: str) -> set[str]:
    return {completion.name for completion in jedi.Script(code).complete()}


def test_an_editor_completes_methods_parameters_and_fields() -> None:
    begin = 'import quantcdn\nacme = quantcdn.ApiClient().organisation("acme")\n'
    assert set(METHODS) <= completed(f"{begin}acme.")
    (signature,) = jedi.Script(f"{begin}acme.wait_for_ai_tool_execution(").get_signatures()
    assert [parameter.name for parameter in signature.params][:2] == ["execution_id", "timeout"]
    assert {"tools", "count"} <= completed(f"{begin}acme.list_ai_tool_names().")
    assert "execution_id" in completed(f'{begin}acme.get_ai_tool_execution_status_with_http_info("exec_1").data.')
