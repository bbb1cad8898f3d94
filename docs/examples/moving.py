"""One script for both clients: what each does in the same situation, a line for each.

It runs with whichever package ``quantcdn`` is installed: ``python moving.py SERVICES``, where SERVICES is a JSON object
of the addresses of local services by what is wrong with them. ``python -m test.tools.moving`` starts those and runs
it.
"""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import urllib3

import quantcdn
from quantcdn.exceptions import NotFoundException
from quantcdn.rest import ApiException

SERVICES = json.loads(sys.argv[1])
TOKEN = "a-token"
EXECUTION = "exec_0123456789abcdef0123456789abcdef"
WEATHER = "exec_11111111111111111111111111111111"
ORCHESTRATION = "orch_0123456789abcdef0123456789abcdef"

LEFT_OUT = (
    "api_key",
    "api_key_prefix",
    "refresh_api_key_hook",
    "username",
    "password",
    "server_variables",
    "server_operation_index",
    "server_operation_variables",
    "ignore_operation_servers",
    "temp_folder_path",
    "safe_chars_for_path_param",
    "datetime_format",
    "date_format",
)


def configured(service: str) -> quantcdn.Configuration:
    """Configure a client for a service; without retries, unless a case sets them."""
    configuration = quantcdn.Configuration(host=SERVICES[service], access_token=TOKEN)
    configuration.retries = 0
    return configuration


def api(service: str = "well", **settings: object) -> quantcdn.AIToolsApi:
    """Make a client of a service."""
    configuration = configured(service)
    for name, value in settings.items():
        setattr(configuration, name, value)
    return quantcdn.AIToolsApi(quantcdn.ApiClient(configuration))


def execution(service: str = "well", identifier: str = EXECUTION, **options: object) -> object:
    """Look at an execution."""
    return api(service).get_ai_tool_execution_status("acme", identifier, **options)


def with_http_info() -> tuple[object, ...]:
    """Look at what comes beside the model."""
    response = api().list_ai_tool_names_with_http_info("acme")
    return response.status_code, response.headers["Content-Type"], response.data.count, type(response.raw_data).__name__


def unread() -> tuple[object, ...]:
    """Get a response whose body is not read, and whose status code raises nothing."""
    response = api("forbidding").list_ai_tool_names_without_preload_content("acme")
    return response.status, json.loads(response.data)["error"]


def not_found() -> tuple[object, ...]:
    """Ask for what is not there."""
    try:
        return (execution(identifier="exec_none"),)
    except NotFoundException as error:
        return error.status, type(error.data).__name__, error.data.execution_id, isinstance(error, ApiException)


def cookie_in_error() -> bool:
    """Say whether an error's text shows a cookie that the service has set."""
    try:
        return bool(execution("forbidding"))
    except ApiException as error:
        return "session=secret" in str(error)


def token_in_debug() -> bool:
    """Say whether debugging shows the token."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        api(debug=True).list_ai_tool_names("acme")
        configured("well").debug = False
    return TOKEN in shown.getvalue()


def misspelt() -> str:
    """Set what is no setting."""
    configured("well").acces_token = TOKEN
    return "accepted"


def by_hand() -> tuple[object, ...]:
    """Call an endpoint in the steps that an endpoint's method takes."""
    client = api().api_client
    request = client.param_serialize(
        method="GET",
        resource_path="/api/v3/organizations/{organisation}/ai/tools/names",
        path_params={"organisation": "acme"},
        header_params={"Accept": "application/json"},
        auth_settings=["BearerAuth"],
    )
    response = client.call_api(*request, _request_timeout=5)
    response.read()
    found = client.response_deserialize(response, {"200": "ListAIToolNames200Response", "403": None})
    return found.status_code, type(found.data).__name__, found.data.count


def elsewhere() -> object:
    """Send what carries the token to another host, which is another port here."""
    client = api().api_client
    _, _, headers, *_ = client.param_serialize("GET", "/", auth_settings=["BearerAuth"])
    return client.call_api("GET", f"{SERVICES['forbidding']}/", headers).status


def response_made() -> object:
    """Make a response as a test double does."""
    made = quantcdn.ApiResponse(status_code=200, data="text", raw_data=b"text")
    return made.status_code, made.data, bool(made.headers)


def logged() -> object:
    """Write a log into a file."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = configured("well")
        configuration.logger_format = "[%(message)s]"
        configuration.logger_file = f"{folder}/log"
        configuration.logger["package_logger"].warning("a line")
        written = Path(folder, "log").read_text(encoding="utf-8")
        configuration.logger_file = None
        return written.strip()


def again() -> urllib3.Retry:
    """Make the usual policy of urllib3 for a service in trouble."""
    return urllib3.Retry(2, status_forcelist=[503], backoff_factor=0)


CASES: dict[str, Callable[[], object]] = {
    # What stays.
    "list the tools": lambda: [tool.tool_spec.name for tool in api().list_ai_tools("acme").tools],
    "list their names": lambda: api().list_ai_tool_names("acme").count,
    "list executions, with a filter": lambda: api().list_ai_tool_executions("acme", status="complete", limit=5).status,
    "an execution's status": lambda: execution().status,
    "its time, as documented": lambda: execution().created_at,
    "its images": lambda: len(execution().result.images),
    "`…_with_http_info`": with_http_info,
    "`…_without_preload_content`": unread,
    "a model as a dict": lambda: sorted(execution().to_dict())[:3],
    "404, its model, its class": not_found,
    "401": lambda: execution("refusing"),
    "403": lambda: execution("forbidding"),
    "a timeout as a number": lambda: execution(_request_timeout=5).status,
    "a timeout as a pair": lambda: execution(_request_timeout=(2, 5)).status,
    "`param_serialize`, `call_api`, `response_deserialize`": by_hand,
    "`sanitize_for_serialization`": lambda: api().api_client.sanitize_for_serialization({"on": date(2026, 1, 2)}),
    "`deserialize`": lambda: api().api_client.deserialize("[1, 2]", "List[int]", "application/json"),
    "`ApiResponse` without headers": response_made,
    "`logger_file` and `logger_format`": logged,
    # What differs.
    "an orchestration's status": lambda: api().get_ai_orchestration_status("acme", ORCHESTRATION).status,
    "the keys of a result without images": lambda: sorted(execution(identifier=WEATHER).to_dict()["result"])[:3],
    "a key that is not documented": lambda: execution("newer").to_dict().get("message"),
    "a result that is text": lambda: execution("texting").result,
    "a time as ISO 8601 where seconds are documented": lambda: execution("dated").created_at,
    "a list of executions as JSON": lambda: json.loads(api().list_ai_tool_executions("acme").to_json())["orgId"],
    "no connection": lambda: execution("gone"),
    "no response within the timeout": lambda: execution("slow", _request_timeout=0.2),
    "a connection that is reset": lambda: execution("resetting"),
    "JSON that ends early": lambda: execution("broken"),
    "a web page in place of JSON": lambda: execution("portal"),
    "429": lambda: execution("busy"),
    "503 three times, with a `urllib3.Retry`": lambda: api("down", retries=again()).list_ai_tool_names("acme"),
    "503 once, by the defaults: how many names": lambda: api("hiccup", retries=None).list_ai_tool_names("acme").count,
    "a redirection to another host": lambda: api("moved", retries=None).list_ai_tool_names("acme").count,
    "an organisation that is `..`": lambda: api().list_ai_tools(".."),
    "an organisation that is no text": lambda: api().list_ai_tools(5),
    "a limit of 0": lambda: api().list_ai_tool_executions("acme", limit=0),
    "a setting that is misspelt": misspelt,
    "how many of the 13 settings below are there": lambda: sum(hasattr(configured("well"), name) for name in LEFT_OUT),
    "`call_api` with the token and a URL of another host": elsewhere,
    "http to another machine": lambda: quantcdn.Configuration(host="http://quantcdn.example").host,
    "a client, pickled": lambda: type(pickle.loads(pickle.dumps(api().api_client))).__name__,
    "does an error's text show a cookie": cookie_in_error,
    "does `debug=True` show the token": token_in_debug,
    "is there any other API, such as `ProjectsApi`": lambda: find_spec("quantcdn.api.projects_api") is not None,
}


def outcome(case: Callable[[], object]) -> str:
    """Say what a case returns, or which error it raises and whose that is."""
    try:
        return str(case())
    except Exception as error:
        kind = type(error)
        package = kind.__module__.partition(".")[0]
        return f"raises {kind.__name__}" + ("" if package in ("builtins", "quantcdn") else f" of {package}")


if __name__ == "__main__":
    for name, case in CASES.items():
        print(name, outcome(case), sep="\t")
