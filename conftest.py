"""The local service's fixtures for all tests, and a run of every Python block of the documentation."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator

import pytest
import trustme
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.integration.pytest import SybilItem
from sybil.parsers.markdown import PythonCodeBlockParser

from quantcdn.emulator import Emulator, ManualClock
from test.helpers.descriptions import LEFT_OUT
from test.tools.parts import CONSENT, MISSING

pytest_plugins = ["quantcdn.testing"]

# No test depends on the speed of the machine.
settings.register_profile("patient", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow]))
settings.load_profile("patient")

# With settings of pytest of their own; test/docs/test_example_projects.py, tox -e interop and tox -e editors run them.
collect_ignore = ["docs/examples/dashboard", "docs/examples/image_service", "test/interop", "test/types"]

# Where an error has a cause, or pytest made it of a warning, the filter of Sybil 10.1 fails and ends the whole run.
SybilItem._traceback_filter = pytest.Item._traceback_filter

pytest_collect_file = Sybil([PythonCodeBlockParser()], pattern="*.md", fixtures=["documented_service"]).pytest()


def pytest_report_header() -> list[str]:
    """Say what this run leaves out."""
    return [LEFT_OUT] if LEFT_OUT else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the tests that were skipped for want of a program."""
    skipped = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    programs = Counter(
        reason.removeprefix("Skipped: ").partition(f" {MISSING}")[0] for reason in skipped if MISSING in reason
    )
    if programs:
        counts = ", ".join(f"{program} ({count})" for program, count in sorted(programs.items()))
        terminalreporter.write_line(
            f"skipped {programs.total()} tests for want of {counts}; {CONSENT}=1 tox installs them"
        )


# These take longest, in this order; begun last, one of them would run alone at the end.
LONG_FILES = (
    *("scaling", "cost", "example_projects", "docs", "notebooks", "openapi", "limits", "process", "threads", "doctor"),
    *("commands", "hostile_arguments", "progress", "mock_servers", "figures", "wait", "terminal", "completion"),
    "json_bounds",
)
ORDER = {f"test_{name}": place for place, name in enumerate(LONG_FILES)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, which is the order in which processes are given files."""
    items.sort(key=lambda item: ORDER.get(item.path.stem, len(ORDER)))


# A shell starts background commands with Ctrl-C ignored, and so would every process start that a test presses it in.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _no_system_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust no authority that no test names: to read the system's takes fifty times as long as to make a client."""
    file = tmp_path_factory.mktemp("authorities") / "nobody.pem"
    trustme.CA().cert_pem.write_to_path(str(file))  # not an empty one, which other clients refuse
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture(scope="module")
def documented_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give a document what its examples count on: a service, its address and token, and an empty directory."""
    with Emulator(organisation="acme", clock=ManualClock()) as service, pytest.MonkeyPatch.context() as monkeypatch:
        service.fill_documented()
        monkeypatch.setenv("QUANTCDN_HOST", service.url)
        monkeypatch.setenv("QUANTCDN_API_TOKEN", service.token)
        monkeypatch.setenv("QUANTCDN_ORGANIZATION", "acme")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.chdir(tmp_path_factory.mktemp("document"))
        yield
