"""The fuzzer's cases are files that can be played again, whatever becomes of them."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from test.tools.fuzz.cases import MAX_SIZE, Case, Step, read_case
from test.tools.fuzz.corpus import TOKEN, response, seeds
from test.tools.fuzz.mutation import mutated


def test_every_case_is_read_as_it_was_written_and_so_is_each_change_of_it() -> None:
    chance, first = random.Random(7), list(seeds())
    assert len(first) > 4_000
    assert all(read_case(case.to_bytes()) == case for case in first)
    case, seen = first[0], set[bytes]()
    for _ in range(1_000):
        case = mutated(case, chance, first)
        assert read_case(case.to_bytes()) == case
        assert sum(len(step.data) for step in case.steps) <= MAX_SIZE
        seen.add(case.to_bytes())
    assert len(seen) > 500


@pytest.mark.parametrize("data", [b"", b"call nothing direct\nstep keep whole 0\n\n", b"call stream direct\n", b"\xff"])
def test_what_is_no_case_is_none(data: bytes) -> None:
    assert read_case(data) is None


def replay(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "test.tools.fuzz", "--replay", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


def test_a_stored_case_is_played_again(tmp_path: Path) -> None:
    path = tmp_path / "case"
    path.write_bytes(
        Case((Step(response(f'{{"error": "no {TOKEN}"}}'.encode(), status=b"HTTP/1.1 500 Oh")),)).to_bytes()
    )
    done = replay(path)
    assert (done.returncode, done.stdout) == (0, "it holds\n")
    path.write_bytes(b"nothing")
    done = replay(path)
    assert done.returncode == 2
    assert "is no case" in done.stderr


BROKEN = """
import sys
from pathlib import Path
import quantcdn.exceptions
from test.tools.fuzz.__main__ import main
quantcdn.exceptions.ApiException.__str__ = lambda error: f"{error.status} %s"
sys.argv = ["fuzz", "--replay", sys.argv[1]]
sys.exit(main())
"""


def test_what_does_not_hold_is_said(tmp_path: Path) -> None:
    path = tmp_path / "case"
    path.write_bytes(Case((Step(response(b"{}", status=b"HTTP/1.1 500 Oh")),)).to_bytes())
    command = [sys.executable, "-c", BROKEN % TOKEN, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 1
    assert "an error shows the token" in done.stderr
