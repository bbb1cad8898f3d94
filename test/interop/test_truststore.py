"""Its context verifies by the system's store, as `ssl_context`; injected, it does so by itself."""

from __future__ import annotations

import ssl
import subprocess
import sys

import pytest
import truststore

from quantcdn import AIToolsApi, ApiClient, ApiConnectionException, Configuration
from test.interop.tls import tls_service

TOOLS = ("truststore",)

PROGRAM = """
import sys
import truststore

truststore.inject_into_ssl()
from quantcdn import AIToolsApi, ApiClient, Configuration

with ApiClient(Configuration(sys.argv[1], access_token="a-token", proxy="", retries=1)) as client:
    print(AIToolsApi(client).list_ai_tool_names("acme").count)
"""


def test_its_context_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_service() as (host, authority):
        settings = {"access_token": "a-token", "proxy": "", "retries": 1}
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with ApiClient(Configuration(host, ssl_context=context, **settings)) as client:
            with pytest.raises(ApiConnectionException, match="certificate"):
                AIToolsApi(client).list_ai_tool_names("acme")
        monkeypatch.setenv("SSL_CERT_FILE", authority)  # what OpenSSL has for the system's store
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with ApiClient(Configuration(host, ssl_context=context, **settings)) as client:
            assert AIToolsApi(client).list_ai_tool_names("acme").count == 1


def test_it_may_be_injected(monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_service() as (host, authority):
        monkeypatch.setenv("SSL_CERT_FILE", authority)
        command = [sys.executable, "-c", PROGRAM, host]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert (done.stdout.strip(), done.stderr) == ("1", "")
