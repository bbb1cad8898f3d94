"""The command, with its settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_service.__main__ import main

from quantcdn.emulator import Emulator


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quantcdn_emulator: Emulator) -> Path:
    monkeypatch.setenv("QUANTCDN_HOST", quantcdn_emulator.url)
    monkeypatch.setenv("QUANTCDN_API_TOKEN", quantcdn_emulator.token)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("sys.argv", ["image-service", "acme", str(tmp_path / "gallery")])
    return tmp_path / "gallery"


def test_it_says_how_many_images_there_are(
    folder: Path, quantcdn_emulator: Emulator, capsys: pytest.CaptureFixture[str]
):
    quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    assert main() == 0
    assert capsys.readouterr().out == f"images on {folder / 'index.html'}: 1\n"


def test_a_refused_token_is_one_line_on_stderr(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("QUANTCDN_API_TOKEN", "expired")
    assert main() == 1
    shown = capsys.readouterr()
    assert "401" in shown.err
    assert shown.err.count("\n") == 1
    assert (shown.out, folder.exists()) == ("", False)
