"""Examples on the pages: values, which the description of the API has too, and scripts."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, object] = {
    "organisation": "acme",
    "org_id": "acme",
    "execution_id": "exec_0123456789abcdef0123456789abcdef",
    "orchestration_id": "orch_0123456789abcdef0123456789abcdef",
    "limit": 10,
    "tool_name": "generate_image",
    "name": "generate_image",
    "description": "Paints a image from a text.",
    "var_json": {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]},
    "ListAIToolNames200Response.tools": ["generate_image"],
    "status": "complete",
    "error": None,
    "GetAIToolExecutionStatus404Response.error": "There is no such execution.",
    "GetAIOrchestrationStatus404Response.error": "There is no such orchestration.",
    "GetAIOrchestrationStatus200Response.result": "The image shows a lighthouse at dusk.",
    "GetAIOrchestrationStatus200ResponseToolsInner.result": "The image shows a lighthouse at dusk.",
    "synthesized_response": None,
    "images": ["data:image/png;base64,iVBORw0KGgo="],
    "s3_urls": ["https://pictures.example/lighthouse.png?signature=0123456789abcdef"],
    "server_name": "issues",
    "display_name": "Issue tracker",
    "gateway_base_url": "https://gateway.example",
    "url": "https://gateway.example/acme/issues/mcp",
    "tool_allowlist": ["search_issues", "read_issue"],
    "created_at": "2026-01-31T09:30:00Z",
    "completed_at": "2026-01-31T09:30:14Z",
    "GetAIToolExecutionStatus200Response.created_at": 1769851800,
    "GetAIToolExecutionStatus200Response.started_at": 1769851802,
    "GetAIToolExecutionStatus200Response.completed_at": 1769851814,
    "duration": 12.5,
}
"""Values by "Model.field", else by the name of a field or an argument; None leaves a field out, and any other field has
an example of its type."""

# What an example does with an answer, by endpoint; for others it prints the answer.
USES = {
    "list_ai_tools": "for tool in answer.tools:\n    print(tool.tool_spec)",
    "list_mcp_servers": "for server in answer.servers:\n    print(server.server_name, server.url)",
    "list_ai_tool_executions": "for item in answer.executions:\n    print(item.execution_id, item.status)",
    "get_ai_tool_execution_status": "print(answer.status)\nif answer.is_complete:\n    print(answer.result)",
    "get_ai_orchestration_status": "print(answer.status)\nif answer.is_complete:\n    print(answer.answer)",
}

SETTINGS_CHECKED = """Settings are checked when you set them, not at the first request. One of a wrong type raises
`ApiTypeError`, an invalid one `ApiValueError`, and a name that is no setting `ApiAttributeError` (`ApiTypeError` as an
argument of the constructor). Integers and floats of numpy are accepted. For more, see
[Authentication](authentication.md), [Errors, retries and timeouts](errors.md), [Proxies and TLS](proxies-and-tls.md),
[Images and other files](images.md) and [hooks](hooks.md)."""

ENVIRONMENT = """[`from_env`](#from_env) and the command line use the first variable of each row that is set. For the
variables of proxies, see [Proxies and TLS](proxies-and-tls.md#through-a-proxy)."""

CONFIGURATION_EXAMPLE = """```python
import quantcdn

configuration = quantcdn.Configuration.from_env()
configuration.timeout = 20
configuration.retries = 5
try:
    configuration.max_response_size = 0
except quantcdn.ApiValueError as error:
    print(error)  # max_response_size must be 1 or more, not 0
try:
    configuration.retrys = 5
except quantcdn.ApiAttributeError as error:
    print(error)  # Configuration has no setting 'retrys'; did you mean 'retries'?
```"""

ORGANISATION_EXAMPLE = """[`ApiClient.organisation()`](AIToolsApi.md#for-one-organisation) uses the organisation:

```python
with quantcdn.ApiClient(quantcdn.Configuration.from_env()) as client:
    print(client.organisation().list_ai_tool_names().tools)
```"""

ONE_ORGANISATION = """## For one organisation

`ApiClient.organisation("acme")` has all of these methods, without the parameter `organisation`. Without a name, it uses
`Configuration.organisation`, which `from_env` reads from the environment:

```python
import quantcdn

with quantcdn.ApiClient(quantcdn.Configuration.from_env()) as client:
    acme = client.organisation("acme")
    print(acme.list_ai_tool_names().tools)
    for item in acme.list_ai_tool_executions(limit=10).executions:
        print(acme.wait_for_ai_tool_execution(item.execution_id, raise_on_failure=False).status)
```"""

COPIES = """## Copies of a client

`ApiClient.with_options(…)` makes a copy with settings of its own: for a tenant, a thread or a single call. It is
light, and shares connections, retry budget and rate limit with its client. `AIToolsApi` and the API of an organisation
have `with_options` too, which return an API object:

```python
import os

import quantcdn

with quantcdn.ApiClient(quantcdn.Configuration.from_env()) as client:
    api = quantcdn.AIToolsApi(client)
    print(api.with_options(timeout=5, retries=0).list_ai_tool_names("acme").count)

    token = os.environ["QUANTCDN_API_TOKEN"]  # that of the tenant
    tenant = client.with_options(access_token=token, organisation="acme", headers={"X-Team": "a"})
    print(tenant.organisation().list_ai_tool_names().count)
```

An option that you leave out stays as it is in the client at that moment."""

COPIES_END = """- Settings for TLS, proxy and sockets need connections of their own: make another `ApiClient`.
- `debug`, `logger_file` and `logger_format` apply to all clients of the process.
- Do not change the settings of a client that other threads use. Between an assignment to `host` and one to
  `access_token`, a call of another thread would send the token of one tenant to the host of another. A copy has
  both from the start.
- Closing a copy, or leaving its `with` block, only makes it refuse further calls. Closing the client closes the
  connections, and so ends all its copies.
- A copy that you pickle, or copy by `copy`, becomes a client with connections, retry budget and rate limit of its
  own."""

RATE_LIMIT = """The limit counts every request of a client: calls, retries, the polls of waits and watches, and
downloads. All threads of the client and its [copies](#copies-of-a-client) share it, first come,
first served. Each process has a limit of its own.

```python
import quantcdn

configuration = quantcdn.Configuration.from_env()
configuration.rate_limit = quantcdn.RateLimit(5, burst=10)
with quantcdn.ApiClient(configuration) as client:
    for _ in range(3):
        print(quantcdn.AIToolsApi(client).list_ai_tool_names("acme").count)
```

A call that exceeds the limit is delayed, and the delay counts against its timeout. If the delay would be longer
than that, the call raises `ApiTimeoutException` at once; its message names the client's own rate limit, and
`retry_after` has the seconds after which a call can succeed. A wait counts that as a failed poll, and polls again
after `retry_after`."""
