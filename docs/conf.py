"""Settings of the site, which Sphinx builds from the pages as they lie here: ``tox -e docs``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from quantcdn import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs/tools"))


def edit_links(environ: Mapping[str, str]) -> dict[str, str]:
    """Say where the theme's links for editing lead, as the code host that builds the site says."""
    repository = environ.get("GITHUB_REPOSITORY")
    if repository is None:
        return {}
    url = f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{repository}/"
    branch = environ.get("GITHUB_REF_NAME", "main")
    return {"source_repository": url, "source_branch": branch, "source_directory": "docs/"}


project = "quantcdn"
release = __version__
extensions = [
    "myst_parser",
    "keywords",
    "reference",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinxcontrib.mermaid",
]
myst_fence_as_directive = ["mermaid"]
exclude_patterns = ["_build", "examples"]
myst_heading_anchors = 4
smartquotes = False

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
# The site links to itself alone; builds need no network. Type variables and private types are no objects of it.
nitpick_ignore_regex = [("py:.*", r"(?!quantcdn\b).*|.*\.T|.*\._.*|.*\.DEFAULT_FORMAT")]

copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"quantcdn {__version__}"
html_theme_options = edit_links(os.environ)
html_extra_path = ["llms.txt"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
pygments_dark_style = "github-dark"  # the theme's own underlines the names of modules, as if they were links
html_copy_source = False
html_show_copyright = False

AT_THE_ROOT = {"changelog": "CHANGELOG.md", "security": "SECURITY.md"}
"""Pages that code hosts look for at the root, by their names on the site."""


def toctree(pages: list[str], caption: str = "") -> str:
    """Write what Sphinx makes its navigation from."""
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "```{toctree}", *options, *pages, "```", ""])


def navigation(index: str) -> str:
    """Make a group of the navigation from each section of the start page that lists pages."""
    sections = re.split(r"^## (.+)$", index, flags=re.MULTILINE)
    listed = {
        name: re.findall(r"^- \[[^\]]+\]\(([^)#]+)\.md\)", text, flags=re.MULTILINE)
        for name, text in zip(sections[1::2], sections[2::2], strict=True)
    }
    return "".join(toctree(pages, name) for name, pages in listed.items() if pages)


def complete(_app: Sphinx, page: str, source: list[str]) -> None:
    """Give a page what it has on the site alone; a code host shows the pages without."""
    if page == "index":
        source[0] += navigation(source[0])
    elif page == "models/README":
        source[0] += toctree(sorted(path.stem for path in (ROOT / "docs/models").glob("[!R]*.md")))
    elif page == "reference/README":
        source[0] += toctree(re.findall(r"\]\((\w+)\.md\)", source[0]))
    elif page.startswith("models/"):
        name = page.removeprefix("models/")
        source[0] = source[0].replace(
            "the [Python API](../reference/models.md)", f"the Python API: {{py:class}}`quantcdn.{name}`"
        )
    elif page in AT_THE_ROOT:
        source[0] = (ROOT / AT_THE_ROOT[page]).read_text(encoding="utf-8").replace("](docs/", "](")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("source-read", complete)
