"""A call costs what is recorded, a picture its body and one copy, and a list answer leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from test.benchmark import cost, page
from test.benchmark.counting import LOOPS
from test.benchmark.serving import bodies, nginx
from test.helpers.server import ScriptedServer, answer
from test.tools.parts import needed

TOLERANCE = 0.10
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    needed("nginx")
    with nginx() as url:
        yield url


@pytest.fixture(scope="module")
def instructions(url: str) -> dict[str, float]:
    needed("valgrind")
    return cost.instructions(url)


def near(kind: str, case: str) -> object:
    return pytest.approx(cost.recorded()[kind][case], rel=TOLERANCE)


@pytest.mark.timeout(400)  # valgrind runs Python fifty times slower
@pytest.mark.parametrize("case", LOOPS)
def test_a_call_takes_the_recorded_multiple_of_the_instructions_of_urllib3(
    case: str, instructions: dict[str, float]
) -> None:
    assert instructions[case] == near(cost.INSTRUCTIONS, case), "python -m test.benchmark.cost --record, if it is meant"


def test_an_image_takes_its_body_and_one_copy_at_the_peak(url: str) -> None:
    body = len(json.dumps(bodies()["picture"]))
    taken = cost.taken_by_a_picture(url)
    assert body < taken["python"] < 2 * body + 0.1 * MEGABYTE
    assert body < taken["total"] < 2 * body + MEGABYTE


PEAK = """
import sys, quantcdn

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) * 1024

with quantcdn.ApiClient(quantcdn.Configuration(sys.argv[1], access_token="t0ken", proxy="")) as client:
    api = quantcdn.AIToolsApi(client)
    api.list_ai_tool_names("acme")
    before = peak()
    api.list_ai_tool_names("acme")
    print(peak() - before)
"""


def test_the_block_that_makes_large_bodies_cheap_takes_no_memory() -> None:
    large = {"tools": ["x" * 8_500_000], "count": 1}  # just above a power of two, where the block is 2.5 times as large
    with ScriptedServer(answer(200, {"tools": ["x"], "count": 1}), answer(200, large)) as server:
        command = [sys.executable, "-c", PEAK, server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    assert int(done.stdout) < 2 * 8_500_000 + MEGABYTE


def test_ten_thousand_list_responses_leave_nothing_behind(url: str) -> None:
    left = cost.left_by_lists(url, 10_000)
    assert left["blocks"] < 500  # some come and go; one block an answer would be 10,000
    assert left["bytes"] < MEGABYTE


def test_the_page_of_performance_has_one_place_for_figures(tmp_path: Path) -> None:
    copied = Path(shutil.copy(page.PAGE, tmp_path))
    page.write("| new |\n", copied)
    before, figures, after = copied.read_text().partition("<!-- figures -->\n| new |\n<!-- end of figures -->\n")
    assert before.startswith("# Performance\n")
    assert figures
    assert after.endswith("\n")
