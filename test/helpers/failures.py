"""Calls that are meant to fail, and what every failure must hold."""

from __future__ import annotations

import copy
import pickle
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
import trustme

import quantcdn
from quantcdn import ApiConnectionException, ApiTimeoutException
from quantcdn.api_client import TimeSource

TOKEN = "qc-9f8e7d6c5b4a"
SLACK = 0.5
"""How many seconds after a limit a call may end at most."""

NO_LIMIT = 5.0
"""What stands for a limit where none of the scaled ones should be reached."""

_NOBODY = trustme.CA().cert_pem.bytes().decode()

Error = TypeVar("Error", bound=quantcdn.ApiException)


@dataclass
class Calls:
    """A client, and the pauses that it asked for; they take no time."""

    api: quantcdn.AIToolsApi
    pauses: list[float] = field(default_factory=list)

    def names(self) -> list[str] | None:
        """Call an endpoint."""
        return self.api.list_ai_tool_names("acme").tools

    def failure(
        self, kind: type[Error], *, attempts: int = 1, resent: int = 0, limit: float = NO_LIMIT, unseen: str = TOKEN
    ) -> Error:
        """Call an endpoint that must fail: with this very class, in time, and without a secret."""
        started = time.monotonic()
        with pytest.raises(quantcdn.ApiException) as caught:
            self.names()
        seconds = time.monotonic() - started
        error = caught.value
        assert type(error) is kind, repr(error)
        assert seconds < limit + SLACK, repr(error)
        assert error.attempts == attempts
        assert error.status == 0 or not issubclass(kind, ApiConnectionException | ApiTimeoutException)
        assert len(self.pauses) == attempts - 1 - resent
        assert self.api.api_client.configuration.host in str(error)
        for secret in {unseen, TOKEN}:
            assert secret not in said(error)
        return error


@contextmanager
def calling(url: str, **settings: Any) -> Iterator[Calls]:
    """Make a client of a service: without proxy and retries where the settings do not say so."""
    if "ssl_ca_cert" not in settings:
        settings = {"ca_cert_data": _NOBODY, **settings}  # the system's authorities take long to load
    settings = {"access_token": TOKEN, "proxy": "", "retries": 0, "timeout": quantcdn.Timeout(3, 3, 4), **settings}
    configuration = quantcdn.Configuration(url, **settings)
    with quantcdn.ApiClient(configuration) as client:
        calls = Calls(quantcdn.AIToolsApi(client))
        client.clock = TimeSource(sleep=calls.pauses.append, uniform=lambda _least, most: most)
        yield calls


def said(error: BaseException) -> str:
    """Gather all that an error shows, or carries to another process."""
    trace = "".join(traceback.format_exception(error))
    travelled = pickle.loads(pickle.dumps(error))
    return f"{error} {error!r} {vars(error)} {trace} {pickle.dumps(error)!r} {travelled!r} {copy.copy(error)!r}"
