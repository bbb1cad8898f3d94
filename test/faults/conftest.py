"""Fixtures of the fault tests: the real parts, each started once a process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from test.helpers.certificates import Certificates
from test.helpers.ports import dead_port
from test.helpers.programs import Nginx, Tinyproxy

PROXY_USER, PROXY_PASSWORD = "alice", "pa55w0rd"


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name == "REQUEST_METHOD":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority and what it signs."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def _nginx(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Nginx]:
    with dead_port() as dead:
        server = Nginx(tmp_path_factory.mktemp("nginx"), certificates, dead)
        yield server
        server.stop()


@pytest.fixture
def nginx(_nginx: Nginx) -> Nginx:
    """A real web server; it lists the requests of this test alone."""
    _nginx.forget()
    return _nginx


@pytest.fixture(scope="session")
def _tinyproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tinyproxy]:
    proxy = Tinyproxy(tmp_path_factory.mktemp("tinyproxy"))
    yield proxy
    proxy.stop()


@pytest.fixture
def tinyproxy(_tinyproxy: Tinyproxy) -> Tinyproxy:
    """A real proxy for everybody; it lists the requests of this test alone."""
    _tinyproxy.forget()
    return _tinyproxy


@pytest.fixture(scope="session")
def _guarded_tinyproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tinyproxy]:
    proxy = Tinyproxy(tmp_path_factory.mktemp("guarded"), PROXY_USER, PROXY_PASSWORD)
    yield proxy
    proxy.stop()


@pytest.fixture
def guarded_tinyproxy(_guarded_tinyproxy: Tinyproxy) -> Tinyproxy:
    """A real proxy that asks for a password; it lists the requests of this test alone."""
    _guarded_tinyproxy.forget()
    return _guarded_tinyproxy
