"""Words that readers search for, by the page and heading that they should find: an extension of the site.

Sphinx's search looks for whole words of a page and weighs its title most. A word of this table becomes an entry of the
index at its heading, which comes before all else, and the index of the site lists it. ``docs/tools/search.py`` asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

KEYWORDS: Mapping[tuple[str, str], str] = {
    ("async", ""): "async, asyncio, await, AsyncClient",
    ("async", "anyio"): "anyio, trio",
    ("async", "FastAPI"): "FastAPI, starlette",
    ("authentication", ""): "token, access token, API key, bearer, JWT, credentials, login",
    ("authentication", "Rotate tokens"): "token rotation, refresh token",
    ("authentication", "Scopes"): "scope, permission",
    ("changelog", ""): "changelog, release notes",
    ("chat", ""): "function calling, tool use, tool calling, LLM",
    ("chat", "Offer tools"): "langchain, MCP",
    ("chat", "Round trips"): "openai, anthropic, claude, bedrock, function calling with OpenAI",
    ("cli", ""): "cli, shell, terminal",
    ("cli", "Exit codes"): "exit code",
    ("compatibility", "Tools"): "gevent, freezegun, PyInstaller",
    ("compatibility", "Pyodide"): "pyodide, JupyterLite, WebAssembly, browser, CORS",
    ("compatibility", "Systems"): "windows, macOS, alpine",
    ("configuration", ""): "settings, options, environment variables, connection pool",
    ("emulator", ""): "emulator, fake server, offline",
    ("emulator", "Faults"): "fault injection",
    ("errors", "Logging"): "logging, debug, log level",
    ("errors", "Rate limits"): "rate limit, throttling, 429, too many requests",
    ("errors", "Retries"): "retry, retries, backoff, jitter, Retry-After, attempts",
    ("errors", "The family of errors"): "exception, error classes",
    ("errors", "Timeouts"): "timeout, deadline, connect timeout, read timeout",
    ("hooks", ""): "hook, middleware, event hooks, interceptor, tracing, metrics",
    ("hooks", "OpenTelemetry"): "OTEL, OTLP, traceparent",
    ("hooks", "Sentry"): "sentry",
    ("hooks", "Prometheus"): "prometheus, prometheus metrics",
    ("images", ""): "save image, save images, download, save file, files",
    ("images", "When the URL has expired"): "signed url expired, signed url, presigned url, expired",
    ("installation", ""): "pip, pip install, PyPI, requirements",
    ("monitoring", ""): "monitor, watch, audit, dashboard",
    ("moving", ""): "migration, migrate, quantcdn-client, openapi generator",
    ("notebooks", ""): "jupyter, notebook, ipython, colab",
    ("notebooks", "Data frames"): "pandas, dataframe, csv, excel",
    ("proxies-and-tls", ""): "proxy, HTTPS_PROXY, socks, corporate proxy",
    ("proxies-and-tls", "Certificates"): "certificate, tls, ssl, ca bundle, verify_ssl, truststore",
    ("quickstart", ""): "getting started, tutorial, hello world, example",
    ("scaling", ""): "thousands, multiprocessing, dask, threads, concurrency",
    ("security", ""): "vulnerability, threat model",
    ("testing", ""): "test, pytest, fixture, mock, mocking",
    ("testing", "Mock servers"): "prism, wiremock, mock server",
    ("testing", "Recorded cassettes"): "VCR, vcrpy, pytest-recording, cassettes",
    ("troubleshooting", "`401"): "401, unauthorized, invalid token",
    ("troubleshooting", "`403"): "403, forbidden",
    ("troubleshooting", "`404"): "404, not found",
    ("troubleshooting", "`503"): "500, 502, 503, 504, bad gateway",
    ("troubleshooting", "`the connection failed: Connection refused"): "connection refused, connection error",
    ("troubleshooting", "`the proxy refused"): "407",
    ("troubleshooting", "`the server's certificate"): "ssl error, certificate verify failed, self-signed certificate",
    ("versioning", ""): "deprecation, semver",
    ("waiting", ""): "wait, polling, poll, webhook, progress",
    ("waiting", "Cancel a wait"): "cancel, cancel a wait, cancellation, abort, Ctrl-C",
    ("waiting", "Poll interval"): "poll interval, interval, polling interval",
    ("waiting", "Wait for a batch"): "batch, bulk",
}
"""Words by page and heading, of which the beginning is enough; "" is for the page itself."""


def entries(page: str) -> dict[str, str]:
    """Find the words of a page by its headings."""
    return {heading: words for (name, heading), words in KEYWORDS.items() if name == page}


def with_entries(source: str, words_of: Mapping[str, str]) -> str:
    """Put the entries of the index below their headings."""
    for heading, words in words_of.items():
        pattern = rf"^##+ {re.escape(heading)}.*\n" if heading else r"^# .*\n"
        found = re.search(pattern, source, flags=re.MULTILINE)
        if found is None:
            raise ValueError(f"no heading begins with {heading!r}")
        listed = ", ".join(f"! {word}" for word in words.split(", "))
        source = f"{source[: found.end()]}\n```{{eval-rst}}\n.. index:: {listed}\n```\n{source[found.end() :]}"
    return source


def complete(_app: Sphinx, page: str, source: list[str]) -> None:
    """Add a page's entries."""
    source[0] = with_entries(source[0], entries(page))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx, after what makes a page of a file at the root."""
    app.connect("source-read", complete, priority=600)
    return {"parallel_read_safe": True}
