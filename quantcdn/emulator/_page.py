"""The page at the root, which says what the local service is and what it is not."""

from __future__ import annotations

from quantcdn.api import ai_tools_api
from quantcdn.emulator._handlers import Call
from quantcdn.emulator._http.response import Answer

_PAGE = """\
quantcdn emulator: a small, local stand-in for QuantCDN's AI tools API

It is made for tests, demonstrations and work without a network.

Routes
{routes}
  GET /generated/{{execution_id}}.png   the pictures, by the signed addresses in results
  GET /openapi.json                   these routes for programs: a description in OpenAPI 3.1
  GET /                               this page

All but the last three need the header "Authorization: Bearer TOKEN".

What it does not do
- It is not the service, and nobody should conclude from it how fast or how reliable the service is.
- Nothing is run. No model is asked, no weather is looked up, no page is searched: executions are
  scripts, their statuses move by a clock, and their results are made up.
- There is no chat, so executions are started from Python alone (start_execution, start_orchestration).
- It has one token, which never expires, and every organisation sees the same executions.
- It has no rate limits and no quotas. Errors come by request only (add_fault).
- It speaks HTTP on the loopback interface; there is no TLS.
- It keeps everything in memory, and forgets it when it stops.
- A few answers are guesses, since the service's own are not known: the texts
  beside 400, 401, 403, 405 and unknown paths are our own.
- Signed addresses look like S3's and end after an hour as they do, but the signature is another.
- An endpoint without a script of its own answers an example that is made from its model.
"""


def serve_page(_call: Call) -> Answer:
    """Answer the page."""
    routes = "\n".join(f"  {operation.method} {operation.path}" for operation in ai_tools_api.OPERATIONS)
    return Answer(200, _PAGE.format(routes=routes).encode(), {"Content-Type": "text/plain; charset=utf-8"})
