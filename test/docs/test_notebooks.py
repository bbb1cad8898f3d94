"""The notebooks run offline from first to last cell, and what is saved of them holds no secret."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quantcdn.emulator import Emulator
from quantcdn.images import image_of
from test.helpers.markup import Page

if TYPE_CHECKING:  # each process of the tests collects this file, and one runs it
    import nbformat

FOLDER = Path(__file__).parent.parent.parent / "docs" / "examples"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))


def read(path: Path) -> nbformat.NotebookNode:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def shape(notebook: nbformat.NotebookNode) -> list[Any]:
    """Give what stays the same from run to run: the sources, and the kinds of the outputs."""
    return [
        (cell.source, [(output.output_type, sorted(output.get("data", {}))) for output in cell.get("outputs", [])])
        for cell in notebook.cells
    ]


def shown(notebook: nbformat.NotebookNode, kind: str) -> list[str]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data[kind] for output in outputs if kind in output.get("data", {})]


def own(notebook: nbformat.NotebookNode) -> list[Page]:
    """Read what the package itself has shown; data frames show themselves."""
    return [Page(source) for source in shown(notebook, "text/html") if source.startswith('<div class="tex2jax_ignore')]


def test_there_is_a_tour_an_image_and_monitoring() -> None:
    assert NOTEBOOKS == ["following_an_image.ipynb", "monitoring.ipynb", "tour.ipynb"]


@pytest.fixture(scope="module", params=NOTEBOOKS)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """A notebook as it is saved, and as it is after a run of now."""
    folder = tmp_path_factory.mktemp("notebooks")
    command = [sys.executable, str(FOLDER / "run.py"), request.param, "--output", str(folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return read(FOLDER / request.param), read(folder / request.param)


Pair = tuple["nbformat.NotebookNode", "nbformat.NotebookNode"]


def test_a_notebook_runs_and_shows_what_is_saved_of_it(pair: Pair) -> None:
    saved, now = pair
    assert shape(now) == shape(saved), "run python docs/examples/run.py"
    assert [cell.get("execution_count") for cell in now.cells] == [cell.get("execution_count") for cell in saved.cells]


def steady(source: str) -> str:
    """Leave out of what is shown what differs from run to run: identifiers, images, numbers and times."""
    return re.sub(r"\d+", "0", re.sub(r"[0-9a-f]{32}|base64,[\w+/=]+", "", source))


def test_what_is_saved_is_what_the_package_shows_now(pair: Pair) -> None:
    saved, now = (sorted({steady(source) for source in shown(notebook, "text/html")}) for notebook in pair)
    assert saved == now, "run python docs/examples/run.py"


def test_no_cell_shows_an_error_or_a_warning(pair: Pair) -> None:
    for notebook in pair:
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]


def test_a_notebook_holds_no_signature_and_no_token(pair: Pair) -> None:
    with Emulator() as service:  # every notebook's service has the same seed, and so the same token
        token = service.token
    for notebook in pair:
        text = json.dumps(notebook, ensure_ascii=False)
        assert token not in text
        assert not re.search(r"X-Amz-|Signature=|Bearer|emulator_[0-9a-f]{8}", text)
        assert "/root/" not in text
        assert "site-packages" not in text


def test_what_is_shown_of_the_package_s_own_is_plain_html_and_text(pair: Pair) -> None:
    for notebook in pair:
        assert own(notebook)
        assert not any("\x1b" in text for text in shown(notebook, "text/plain"))


def test_a_saved_notebook_tells_nothing_of_the_machine_it_ran_on(pair: Pair) -> None:
    for notebook in pair:
        assert json.loads(json.dumps(notebook.metadata)) == {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        }
        assert not any(cell.metadata for cell in notebook.cells)


def saved(name: str) -> nbformat.NotebookNode:
    return read(FOLDER / name)


def test_the_tour_shows_tools_executions_a_wait_an_orchestration_and_an_error() -> None:
    texts = [page.text for page in own(saved("tour.ipynb"))]
    for words in ("4 tools", "9 executions of acme", ": complete · ", "2 of 2 tools · ", "Answer", "NotFoundException"):
        assert any(words in text for text in texts), words


def test_the_followed_image_is_in_the_notebook_and_its_address_is_not_signed() -> None:
    pages = own(saved("following_an_image.ipynb"))
    (image,) = [image for page in pages for image in page.all("img")]
    found = image_of(base64.b64decode(image["src"].partition(",")[2]))
    assert (found.width, found.height) == (int(image["width"]), int(image["height"]))
    assert any(re.search(r"/generated/exec_[0-9a-f]{32}\.png\?…", page.text) for page in pages)


def test_monitoring_has_a_plot() -> None:
    (plot,) = shown(saved("monitoring.ipynb"), "image/png")
    assert (image_of(base64.b64decode(plot)).width or 0) > 500
