"""The figures of the documentation are what its scripts compute."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
SCALE = DOCS / "examples" / "polling_at_scale.py"
OUTAGE = DOCS / "examples" / "outage_at_scale.py"
PLOT = DOCS / "images" / "polling-at-scale.svg"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    # Measuring the coverage of millions of simulated pauses would take ten times as long.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_tables_of_figures_are_current() -> None:
    done = run(DOCS / "tools" / "tables.py", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "run python docs/tools/tables.py"


def test_figures_that_were_typed_are_found_and_written_over(tmp_path: Path) -> None:
    pages = {
        tmp_path / "waiting.md": "| an image of 12 s | 0 | 7 |",
        tmp_path / "polling-at-scale.md": "| A second, in the outage |",
        tmp_path / "scaling.md": "| end over 60 s | 32 threads |",
    }
    for page, row in pages.items():
        text = (DOCS / page.name).read_text(encoding="utf-8")
        assert row in text
        page.write_text(text.replace(row, f"{row} 5 |"), encoding="utf-8")
    done = run(DOCS / "tools" / "tables.py", "--check", "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (1, "".join(f"not current: {page}\n" for page in pages))
    assert run(DOCS / "tools" / "tables.py", "--folder", tmp_path).returncode == 0
    assert [page.read_bytes() for page in pages] == [(DOCS / page.name).read_bytes() for page in pages]


def test_the_stored_simulation_is_what_its_script_computes(tmp_path: Path) -> None:
    figures, plot = tmp_path / "figures.json", tmp_path / "plot.svg"
    done = run(SCALE, "--figures", figures, "--plot", plot)
    assert (done.returncode, done.stderr) == (0, ""), "run python docs/examples/polling_at_scale.py"
    assert json.loads(figures.read_text()) == json.loads(SCALE.with_suffix(".json").read_text())
    assert plot.read_text() == PLOT.read_text()


def test_the_simulation_runs_at_a_smaller_size_and_shows_the_same(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    assert run(SCALE, "--clients", 2_000, "--figures", figures, "--plot", tmp_path / "plot.svg").returncode == 0
    by_policy = json.loads(figures.read_text())["figures"]
    growing, pictures, fixed = by_policy.values()
    assert fixed["peak_per_100_ms"] == 2_000
    assert pictures["peak_per_100_ms"] < 2_000 / 4
    assert growing["peak_per_100_ms"] < 2_000 / 2
    assert growing["requests"] < pictures["requests"] <= fixed["requests"]
    assert pictures["longest_delay"] <= 2.5
    assert growing["longest_delay"] <= 6.25


def test_the_plot_is_a_picture_with_a_title_and_a_strip_for_each_policy() -> None:
    plot = ElementTree.parse(PLOT).getroot()
    name = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in plot.iter(f"{name}text")]
    assert plot.findtext(f"{name}title", "").startswith("Requests per 100 ms of 100,000 clients")
    figures = json.loads(SCALE.with_suffix(".json").read_text())["figures"]
    assert set(figures) <= set(texts)


def test_an_outage_at_a_smaller_size_is_borne_by_the_budget_alone(tmp_path: Path) -> None:
    figures, plot = tmp_path / "figures.json", tmp_path / "plot.svg"
    assert run(OUTAGE, "--clients", 1_000, "--figures", figures, "--plot", plot).returncode == 0
    default, unlimited, fixed = json.loads(figures.read_text())["figures"].values()
    assert default["recovered_after"] <= 20
    assert default["given_up"] == 0
    assert unlimited["recovered_after"] is None
    assert fixed["recovered_after"] is None
    assert default["per_second_before"] == unlimited["per_second_before"] < fixed["per_second_before"]
    assert 2 * default["per_second_in_outage"] < unlimited["per_second_in_outage"] < fixed["per_second_in_outage"]
    stored = json.loads(OUTAGE.with_suffix(".json").read_text())
    assert stored["clients"] == 100_000
    for small, large in zip((default, unlimited, fixed), stored["figures"].values(), strict=True):
        assert abs(100 * small["per_second_in_outage"] / large["per_second_in_outage"] - 1) < 0.1
        assert (small["recovered_after"] is None) == (large["recovered_after"] is None)


def test_an_outage_is_simulated_the_same_each_time(tmp_path: Path) -> None:
    twice = []
    for name in ("one", "two"):
        figures, plot = tmp_path / f"{name}.json", tmp_path / f"{name}.svg"
        assert run(OUTAGE, "--clients", 200, "--figures", figures, "--plot", plot).returncode == 0
        twice.append((figures.read_text(), plot.read_text()))
    assert twice[0] == twice[1]


def test_the_plot_of_the_outage_has_a_title_and_a_strip_for_each_policy() -> None:
    plot = ElementTree.parse(DOCS / "images" / "outage-at-scale.svg").getroot()
    name = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in plot.iter(f"{name}text")]
    assert plot.findtext(f"{name}title", "").startswith("Requests per second of 100,000 clients")
    assert set(json.loads(OUTAGE.with_suffix(".json").read_text())["figures"]) <= set(texts)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("examples/following_an_image.ipynb", "Following an image", "Following"),
        ("examples/following_an_image.ipynb", "Run time", "Seconds"),
        ("tools/notebook.py", "WIDTH, HEIGHT = 900", "WIDTH, HEIGHT = 800"),
    ],
)
def test_the_picture_of_a_notebook_is_of_this_notebook_and_by_this_script(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    copied = ["tools/notebook.py", "examples/following_an_image.ipynb", "images/notebook.png", "images/notebook.json"]
    for name in copied:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(DOCS / name, tmp_path / name)
    script = tmp_path / "tools" / "notebook.py"
    assert run(script, "--check").stdout == "", "run python docs/tools/notebook.py"
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    assert run(script, "--check").returncode == 1


def test_the_picture_of_a_terminal_is_current() -> None:
    done = run(DOCS / "tools" / "terminal.py", "--check")
    assert (done.returncode, done.stdout) == (0, ""), "run python docs/tools/terminal.py"
