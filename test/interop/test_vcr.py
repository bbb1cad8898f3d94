"""Records and replays calls, waits and downloads; "replay only" never reaches the network."""

from __future__ import annotations

from pathlib import Path

import pytest
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException

import quantcdn
from quantcdn import AIToolsApi, ApiClient, Configuration
from quantcdn.emulator import Emulator
from test.interop.recipes import recipe

TOOLS = ("vcrpy", "pytest-recording")


def use(host: str, token: str, execution: str, folder: Path) -> list[object]:
    with ApiClient(Configuration(host, access_token=token, proxy="", retries=1)) as client:
        api = AIToolsApi(client)
        found = api.wait_for_ai_tool_execution("acme", execution, timeout=20)
        paths = quantcdn.images.save_images(found, folder, api_client=client)
        return [
            api.list_ai_tool_names("acme").to_dict(),
            api.list_ai_tool_executions("acme", status="complete").to_dict(),
            api.list_ai_tool_executions("acme", status="failed").to_dict(),
            found.to_dict(),
            [path.read_bytes() for path in paths],
        ]


def test_calls_waits_and_downloads_are_recorded_and_replayed(tmp_path: Path) -> None:
    cassette = str(tmp_path / "cassette.yaml")
    with Emulator(organisation="acme") as service:
        execution = service.start_execution("generate_image", pending=0.3, running=0.3)
        with vcr.use_cassette(cassette, filter_headers=["authorization"]):
            recorded = use(service.url, service.token, execution, tmp_path / "first")
        host, token = service.url, service.token
        assert len(service.requests) >= 6
    assert recorded[-1]
    written = Path(cassette).read_text("utf-8")
    assert token not in written
    assert "status=failed" in written
    assert "!!python" not in written
    with vcr.use_cassette(cassette, record_mode="none") as replayed:  # the service is gone
        assert use(host, "another", execution, tmp_path / "second") == recorded
    assert replayed.all_played


def test_replay_only_never_reaches_the_network(service: Emulator, api: AIToolsApi, tmp_path: Path) -> None:
    api.list_ai_tool_names("acme")  # over a connection that stays open
    before = len(service.requests)
    with (
        vcr.use_cassette(str(tmp_path / "none.yaml"), record_mode="none"),
        pytest.raises(CannotOverwriteExistingCassetteException),
    ):
        api.list_ai_tool_names("acme")
    assert len(service.requests) == before
    api.list_ai_tool_names("acme")
    assert len(service.requests) == before + 1


def test_the_recipe_of_the_page_records_once_and_then_replays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Emulator(organisation="acme") as service:
        monkeypatch.setenv("QUANTCDN_HOST", service.url)
        monkeypatch.setenv("QUANTCDN_API_TOKEN", service.token)
        recorded = recipe("Recorded cassettes", "testing.md")["tools"]
    assert "calculate" in recorded
    assert service.token not in Path("names.yaml").read_text("utf-8")
    assert recipe("Recorded cassettes", "testing.md")["tools"] == recorded  # the service is gone


NAMES = """
version: 1
interactions:
- request:
    method: GET
    uri: https://api.example.test/api/v3/organizations/acme/ai/tools/names
    body: null
    headers: {}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '{"tools": ["calculate"], "count": 1}'}
"""


@pytest.fixture
def vcr_cassette_dir(tmp_path: Path) -> str:
    (tmp_path / "test_pytest_recording_replays_and_blocks_the_rest.yaml").write_text(NAMES, "utf-8")
    return str(tmp_path)


@pytest.mark.vcr
@pytest.mark.block_network
def test_pytest_recording_replays_and_blocks_the_rest() -> None:
    with ApiClient(Configuration("https://api.example.test", access_token="a-token", proxy="", retries=1)) as client:
        api = AIToolsApi(client)
        assert api.list_ai_tool_names("acme").tools == ["calculate"]
        with pytest.raises(CannotOverwriteExistingCassetteException):
            api.list_ai_tools("acme")
