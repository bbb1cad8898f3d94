"""The check of the built site finds every link that leads nowhere, and the site has every page."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import quantcdn

DOCS = Path(__file__).parent.parent.parent / "docs"

PAGE = """<!doctype html><title>A</title><a href="{link}">there</a><h1 id="here">Here</h1>"""


def checked(folder: Path) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, DOCS / "tools" / "links.py", folder], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/one.html").write_text(PAGE.format(link="../index.html#here"))
    (tmp_path / "style.css").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "models/one.html",
        "models/one.html#here",
        "#here",
        "style.css",
        "style.css?v=1",
        "https://example.org/",
        "data:,",
        "#",
    ],
)
def test_a_link_that_leads_somewhere_is_right(site: Path, link: str) -> None:
    (site / "index.html").write_text(PAGE.format(link=link))
    assert checked(site) == (0, [])


@pytest.mark.parametrize(
    "link", ["two.html", "models/one.html#there", "#there", "models", "../index.html", "image%20.png"]
)
def test_a_link_that_leads_nowhere_is_named_with_its_page(site: Path, link: str) -> None:
    (site / "index.html").write_text(PAGE.format(link=link))
    assert checked(site) == (1, [f"{site / 'index.html'}: {link} leads nowhere"])


def test_an_image_that_is_missing_is_named(site: Path) -> None:
    (site / "index.html").write_text('<img src="images/none.svg">' + PAGE.format(link="#here"))
    assert checked(site) == (1, [f"{site / 'index.html'}: images/none.svg leads nowhere"])


def test_a_folder_without_a_site_is_no_good_site(tmp_path: Path) -> None:
    assert checked(tmp_path) == (1, [f"no site in {tmp_path}"])


def test_the_start_page_lists_every_page() -> None:
    listed = set(
        re.findall(r"^- \[[^\]]+\]\(([^)#]+)\)", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {path.name for path in DOCS.glob("*.md")} - {"index.md"} == listed - {
        "models/README.md",
        "reference/README.md",
    }


def test_the_list_of_the_reference_has_every_page_of_it() -> None:
    listed = re.findall(r"^- \[[^\]]+\]\((\w+)\.md\)", (DOCS / "reference/README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(path.stem for path in (DOCS / "reference").glob("[!R]*.md"))


def inventory(names: set[str]) -> bytes:
    lines = "".join(f"{name} py:class 1 reference/client.html#$ -\n" for name in sorted(names))
    return b"# Sphinx inventory version 2\n# Project: a\n# Version: 1\n# zlib\n" + zlib.compress(lines.encode())


def test_a_public_name_that_other_projects_cannot_link_to_is_named(tmp_path: Path) -> None:
    tool = DOCS / "tools" / "inventory.py"
    every = set(runpy.run_path(str(tool))["public"]())
    assert {f"quantcdn.{name}" for name in quantcdn.__all__} < every
    assert {"quantcdn.AIToolsApi.list_ai_tools", "quantcdn.Configuration.timeout", "quantcdn.emulator.Fault"} < every
    assert {"quantcdn.ListAITools200Response.count", "quantcdn.testing.quantcdn_api"} < every
    for missing in (set(), {"quantcdn.Poll"}):
        (tmp_path / "objects.inv").write_bytes(inventory(every - missing))
        done = subprocess.run([sys.executable, tool, tmp_path], capture_output=True, text=True, timeout=60, check=False)
        expected = "".join(f"objects.inv lacks {name}\n" for name in missing)
        assert (done.returncode, done.stdout, done.stderr) == (len(missing), expected, "")


KEYWORDS = runpy.run_path(str(DOCS / "tools" / "keywords.py"))


def at_the_root(page: str) -> Path:
    return DOCS.parent / {"changelog": "CHANGELOG.md", "security": "SECURITY.md"}.get(page, f"docs/{page}.md")


@pytest.mark.parametrize("page", sorted({page for page, _ in KEYWORDS["KEYWORDS"]}))
def test_the_words_that_readers_search_for_stand_below_headings_that_exist(page: str) -> None:
    words = KEYWORDS["entries"](page)
    text = KEYWORDS["with_entries"](at_the_root(page).read_text(encoding="utf-8"), words)
    assert text.count(".. index:: ! ") == len(words)


def test_a_word_leads_to_one_page() -> None:
    words = [word for listed in KEYWORDS["KEYWORDS"].values() for word in listed.lower().split(", ")]
    assert sorted(words) == sorted(set(words))


def test_a_heading_that_is_gone_is_named() -> None:
    with pytest.raises(ValueError, match="no heading begins with 'Prometheus'"):
        KEYWORDS["with_entries"]("# Hooks\n\n## Sentry\n", {"Prometheus": "metrics"})


def test_what_language_models_read_is_current() -> None:
    tool = DOCS / "tools" / "llms.py"
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "run python docs/tools/llms.py"


def test_a_page_that_is_not_among_what_language_models_read_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    for name in ("tools/llms.py", "index.md", "llms.txt"):
        (tmp_path / name).write_text((DOCS / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "index.md").open("a", encoding="utf-8") as index:
        index.write("- [New](new.md): a page\n")
    command = [sys.executable, tmp_path / "tools" / "llms.py"]
    assert subprocess.run([*command, "--check"], capture_output=True, timeout=60, check=False).returncode == 1
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
    assert "- [New](new.html): a page\n" in (tmp_path / "llms.txt").read_text(encoding="utf-8")
