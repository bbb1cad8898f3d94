"""Draw the picture of a notebook in README.md: ``python docs/tools/notebook.py``; ``--check`` says if it is stale.

The notebook is opened in JupyterLab, in headless Chromium: ``pip install jupyterlab selenium``, and chromium with its
driver. Pixels cannot be compared, so that a file beside the picture says of which notebook and by which script it is.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent
NOTEBOOK = DOCS / "examples" / "following_an_image.ipynb"
PICTURE = DOCS / "images" / "notebook.png"
ORIGIN = PICTURE.with_suffix(".json")

WIDTH, HEIGHT = 900, 900
CELL = "wait_for_ai_tool_execution("
"""What is in the cell that is drawn."""
LONGEST = 120.0
"""How long JupyterLab may take to start, in seconds."""

# What JupyterLab shows around a notebook, and what it would ask or fetch.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"theme": "JupyterLab Light"},
}

# What is in the picture: the cell from its top to the end of the image that it shows, in the page's own units.
SCROLL = """
const [words] = arguments;
window.cell = [...document.querySelectorAll(".jp-CodeCell")].find((cell) => cell.textContent.includes(words));
cell.scrollIntoView({block: "start"});
"""
PART = """
const all = cell.getBoundingClientRect(), image = cell.querySelector("img").getBoundingClientRect();
return {x: all.left, y: all.top, width: all.width, height: image.bottom + 12 - all.top, scale: 1};
"""


def shown(notebook: Any) -> str:
    """Write the sources and outputs of a notebook without what differs from run to run."""
    cells = [
        [cell["source"], [output.get("data") or output.get("text") for output in cell.get("outputs", [])]]
        for cell in notebook["cells"]
    ]
    text = re.sub(r"data:image/\w+;base64,[\w+/=]+|(?<=_)[0-9a-f]{32}", "", json.dumps(cells, ensure_ascii=False))
    return re.sub(r"\d+(\.\d+)?", "0", text)


def origin() -> dict[str, str]:
    """Say by digests what the picture is made of."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    made_of = {
        "notebook": shown(notebook).encode(),
        "script": Path(__file__).read_bytes(),
        "picture": PICTURE.read_bytes(),
    }
    return {name: hashlib.sha256(data).hexdigest() for name, data in made_of.items()}


@contextmanager
def served() -> Iterator[str]:
    """Serve the notebook by JupyterLab, on this machine alone."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        shutil.copy(NOTEBOOK, folder)
        overrides = Path(folder, "settings", "overrides.json")
        overrides.parent.mkdir()
        overrides.write_text(json.dumps(SETTINGS), encoding="utf-8")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": port,
            "ServerApp.root_dir": folder,
            "IdentityProvider.token": "",
            "LabApp.app_settings_dir": overrides.parent,
            "LabApp.user_settings_dir": Path(folder, "user"),
            "LabApp.workspaces_dir": Path(folder, "workspaces"),
        }
        arguments = ["lab", "--no-browser", "--allow-root", *(f"--{name}={value}" for name, value in options.items())]
        with subprocess.Popen([sys.executable, "-m", "jupyter", *arguments], stderr=subprocess.DEVNULL) as server:
            try:
                url = f"http://127.0.0.1:{port}"
                _until(lambda: urllib.request.urlopen(f"{url}/api").status == 200)
                yield f"{url}/doc/tree/{NOTEBOOK.name}"
            finally:
                server.terminate()


def _until(condition: Any) -> None:
    end = time.monotonic() + LONGEST
    while True:
        try:
            if condition():
                return
        except OSError:  # it does not listen yet
            pass
        if time.monotonic() > end:
            raise TimeoutError("JupyterLab did not show the notebook")
        time.sleep(0.2)


def draw() -> None:
    """Draw the picture."""
    from selenium import webdriver  # the check needs none of it

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    arguments = ("headless=new", "no-sandbox", "disable-gpu", "no-proxy-server", "hide-scrollbars")
    for argument in (*arguments, f"window-size={WIDTH},{HEIGHT}"):
        options.add_argument(f"--{argument}")
    os.environ["NO_PROXY"] = "*"  # service and browser are on this machine
    with served() as url, webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver"))) as browser:
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 2, "mobile": False},
        )
        browser.get(url)
        _until(lambda: browser.execute_script("return document.querySelectorAll('.jp-OutputArea-output').length > 2"))
        time.sleep(3)  # for fonts and layout, of whose end the page says nothing
        browser.execute_script(SCROLL, CELL)
        time.sleep(2)
        part = browser.execute_script(PART)
        drawn = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": part})
    PICTURE.write_bytes(base64.b64decode(drawn["data"]))
    ORIGIN.write_text(json.dumps(origin(), indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Draw the picture, or check it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, and exit 1 if it is not current")
    if not parser.parse_args().check:
        draw()
        return 0
    is_current = ORIGIN.exists() and json.loads(ORIGIN.read_text(encoding="utf-8")) == origin()
    if not is_current:
        print(f"not current: {PICTURE}")
    return 0 if is_current else 1


if __name__ == "__main__":
    raise SystemExit(main())
