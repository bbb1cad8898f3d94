"""Run the notebooks of this folder, each in an empty directory, and write them back with what they show.

``python docs/examples/run.py`` runs all; names of notebooks run those alone, and ``--output`` writes them elsewhere.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def executed(path: Path) -> nbformat.NotebookNode:
    """Run a notebook from its first cell to its last.

    Args:
        path: Where it is.

    Returns:
        The notebook with new outputs, and without what differs from one machine to another.

    Raises:
        CellExecutionError: A cell has raised an error.
    """
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as empty:
        NotebookClient(
            notebook,
            kernel_name=KERNEL["name"],
            extra_arguments=["--log-level=ERROR"],
            timeout=60,
            record_timing=False,
            resources={"metadata": {"path": empty}},
        ).execute()
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return notebook


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks, such as tour.ipynb; all where none is named")
    parser.add_argument("--output", type=Path, default=FOLDER, metavar="DIR", help="where they are written")
    given = parser.parse_args()
    for name in given.names or sorted(path.name for path in FOLDER.glob("*.ipynb")):
        nbformat.write(executed(FOLDER / name), given.output / name)


if __name__ == "__main__":
    main()
