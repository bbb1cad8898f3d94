"""The check of words finds old ones in prose, and only there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WORDS = Path(__file__).parent.parent.parent / "docs" / "tools" / "words.py"


def run(*paths: Path) -> tuple[int, str]:
    command = [sys.executable, str(WORDS), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_no_page_and_no_docstring_has_an_old_word() -> None:
    assert run() == (0, "")


def test_an_old_word_on_a_page_is_named_with_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n\nIt saves pictures at\nsigned\naddresses.\n", encoding="utf-8")
    first, second = f"{page}:3: 'pictures'; write: image\n", f"{page}:4: 'signed addresses'; write: signed URL\n"
    assert run(page) == (1, first + second)


@pytest.mark.parametrize(
    "text",
    [
        "```python\npicture = 1\n```",
        "Use `picture_service`.",
        "See [the example](picture.md).",
        "<!-- a picture -->",
        "Look up the status; the answer of an orchestration looks the same.",
    ],
)
def test_code_links_comments_and_other_words_are_free(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{text}\n", encoding="utf-8")
    assert run(page) == (0, "")


def test_docstrings_are_read_and_no_other_text_of_a_module(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    source = 'def f():\n    """Save ``picture``.\n\n    It was\n    asked for.\n    """\n    return "picture"\n'
    module.write_text(source, encoding="utf-8")
    assert run(module) == (1, f"{module}:5: 'asked for'; write: requested, created\n")
