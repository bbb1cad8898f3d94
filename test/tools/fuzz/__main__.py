"""Fuzz whole responses: ``python -m test.tools.fuzz --minutes 20``.

With atheris, cases that reach new lines of the package are kept and changed further; without it, changes are blind.
Each finding is a file, which ``--replay FILE`` plays again. The exit status is 1 where there are findings.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import hashlib
import importlib.util
import os
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from test.tools.fuzz.cases import Case
    from test.tools.fuzz.invariants import Checker

FINDINGS = Path("build/fuzz")
_HANG_SECONDS = 600.0  # of a busy machine, too
_TRIES = 3
"""How often in a row a case must be too late before that is its own fault and not the machine's."""


class Run:
    """One run: its cases, and what it has found."""

    def __init__(self, checker: Checker, folder: Path, minutes: float) -> None:
        self._checker = checker
        self.folder = folder
        self._started = time.monotonic()
        self._end = self._started + minutes * 60
        self._current = folder / "current"
        self._kinds: set[str] = set()
        self.cases = 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._end

    def play(self, case: Case) -> None:
        """Play a case, and store it where something does not hold."""
        from test.tools.fuzz.invariants import Broken

        self.cases += 1
        self._current.write_bytes(case.to_bytes())
        faulthandler.dump_traceback_later(_HANG_SECONDS, exit=True)
        for attempt in range(1, _TRIES + 1):
            try:
                self._checker.check(case)
                break
            except Broken as broken:
                if not re.search(r"\d s( |$)", str(broken)) or attempt == _TRIES:
                    self._store(case, broken)
                    break
        faulthandler.cancel_dump_traceback_later()

    def _store(self, case: Case, broken: Exception) -> None:
        kind = re.sub(r"[0-9]+", "N", str(broken))[:120]
        if kind in self._kinds:
            return
        self._kinds.add(kind)
        data = case.to_bytes()
        path = self.folder / f"finding-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        print(f"{path}: {broken}", flush=True)
        cause = broken.__cause__
        if cause is not None:
            print("".join(traceback.format_exception(cause))[-2_000:], flush=True)

    def report(self) -> int:
        """Print what was done; returns the exit status."""
        seconds = time.monotonic() - self._started
        outcomes = sorted(self._checker.outcomes.items(), key=lambda item: -item[1])
        print(f"{self.cases:,} cases in {seconds:,.0f} s: {', '.join(f'{count:,} {name}' for name, count in outcomes)}")
        print(f"at most {max(0.0, self._checker.longest):.2f} s late, and {self._checker.largest / 1_048_576:.1f} MB")
        print(f"{len(self._kinds)} findings", flush=True)
        with contextlib.suppress(OSError):
            self._current.unlink()
        return 1 if self._kinds else 0


def blind(run: Run, seed: int) -> int:
    """Change cases without a look at what they reach."""
    from test.tools.fuzz.corpus import seeds
    from test.tools.fuzz.mutation import mutated

    chance = random.Random(seed)
    cases = list(seeds())
    waiting = iter(cases)
    while not run.is_over:
        run.play(next(waiting, None) or mutated(chance.choice(cases), chance, cases))
    return run.report()


def guided(run: Run, seed: int, atheris: Any) -> NoReturn:
    """Let atheris keep what reaches new lines."""
    from test.tools.fuzz.cases import MAX_SIZE, read_case
    from test.tools.fuzz.corpus import seeds
    from test.tools.fuzz.mutation import mutated

    cases = list(seeds())

    def target(data: bytes) -> None:
        case = read_case(data)
        if run.is_over:
            shutil.rmtree(folder)
            os._exit(run.report())  # libFuzzer would end the process by itself, with a status of its own
        if case is not None:
            run.play(case)

    def change(data: bytes, _max_size: int, number: int) -> bytes:
        chance = random.Random(number)
        return mutated(read_case(data) or chance.choice(cases), chance, cases).to_bytes()

    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as folder:
        for number, case in enumerate(cases):
            (Path(folder) / f"{number:05}").write_bytes(case.to_bytes())
        limits = [f"-max_len={2 * MAX_SIZE}", "-timeout=100000", "-rss_limit_mb=0"]  # ours are stricter
        options = [f"-seed={seed}", *limits, f"-artifact_prefix={run.folder}/", "-verbosity=0", folder]
        atheris.Setup([sys.argv[0], *options], target, custom_mutator=change)
        atheris.Fuzz()
    raise SystemExit(run.report())


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m test.tools.fuzz", description="Fuzz whole responses.")
    parser.add_argument("--minutes", type=float, default=20.0, help="how long")
    parser.add_argument("--seed", type=int, default=2026, help="what chance begins with")
    parser.add_argument("--blind", action="store_true", help="without atheris, even where it is installed")
    parser.add_argument("--findings", type=Path, default=FINDINGS, help="the folder of the findings")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="play a finding again, and nothing else")
    given = parser.parse_args()
    atheris = None
    if not given.blind and not given.replay and importlib.util.find_spec("atheris"):
        import atheris  # type: ignore[import-not-found,no-redef] # it is installed where this runs

        with atheris.instrument_imports(include=["quantcdn"]):  # so that nothing may import it earlier
            from test.tools.fuzz.invariants import Checker
    from test.tools.fuzz.cases import read_case
    from test.tools.fuzz.invariants import Broken, Checker

    if given.replay:
        case = read_case(given.replay.read_bytes())
        if case is None:
            parser.error(f"{given.replay} is no case")
        try:
            Checker().check(case)
        except Broken as broken:
            traceback.print_exception(broken)
            return 1
        print("it holds")
        return 0
    run = Run(Checker(), given.findings, given.minutes)
    if atheris is None:
        return blind(run, given.seed)
    guided(run, given.seed, atheris)


if __name__ == "__main__":
    raise SystemExit(main())
