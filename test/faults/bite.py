"""Takes the guards of the package out one at a time, and says whether a test notices: ``python -m test.faults.bite``.

A test that has never failed proves nothing. Each bite is made in a copy of the tree; only the tests that are named
with it run. The exit status is 1 where one of them stays green, or where a guard is not found as it is written here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
AT_ONCE = 2


@dataclass(frozen=True)
class Bite:
    """A guard, what is left without it, and the test that must then fail."""

    guard: str
    file: str
    old: str
    new: str
    test: str
    name: str

    @property
    def arguments(self) -> list[str]:
        return [f"test/{self.test}.py", "-k", self.name]


BITES = (
    Bite(
        "every receive has its own limit",
        "_connections.py",
        "seconds = self._limits.seconds()\n        if seconds !=",
        "seconds = self._limits._timeout.read\n        if seconds !=",
        "faults/test_downloads",
        "test_a_file_that_drips_ends_in_time",
    ),
    Bite(
        "interim answers are passed over",
        "_connections.py",
        "if status >= 200:",
        "if status >= 100:",
        "faults/test_answering",
        "interim",
    ),
    Bite(
        "an end without TLS's own end is a cut",
        "_connections.py",
        "self.sock.suppress_ragged_eofs = False",
        "self.sock.suppress_ragged_eofs = True",
        "faults/test_answering",
        "test_a_body_until_the_end_of_the_connection_needs_tls_s_own_end",
    ),
    Bite(
        "connections beyond the pool's size are closed in silence",
        "_connections.py",
        "else:\n            item.close()",
        "else:\n            raise queue.Full",
        "faults/test_process",
        "test_fifty_threads",
    ),
    Bite(
        "a header has no line break",
        "_connections.py",
        "!= 2 * len(lines) + 2",
        "< 0",
        "test_head",
        "test_a_line_break",
    ),
    Bite(
        "a pause is slept in short parts",
        "_sleep.py",
        "_LONGEST = 0.1",
        "_LONGEST = 100.0",
        "faults/test_process",
        "test_ctrl_c_that_the_system_gives_to_another_thread",
    ),
    Bite(
        "the target comes past urllib3's log",
        "rest.py",
        'target.partition("?")[0],\n                body=',
        "target,\n                body=",
        "faults/test_downloads",
        "test_no_log_of_any_library_has_the_signature",
    ),
    Bite(
        "a body is unpacked up to the limit",
        "_response.py",
        "        if left < 0:\n            raise _too_large(limit)",
        "        if left < 0:\n            return",
        "faults/test_limits",
        "larger_than_the_cap",
    ),
    Bite(
        "gzip is unpacked in pieces",
        "_response.py",
        "decoder.decompress(waiting, _PIECE_SIZE)",
        "decoder.decompress(waiting)",
        "faults/test_limits",
        "bomb",
    ),
    Bite(
        "packed files are refused",
        "_response.py",
        'elif packed and encoding in ("gzip", "x-gzip"):',
        'elif encoding in ("gzip", "x-gzip"):',
        "faults/test_downloads",
        "test_a_file_packed_though",
    ),
    Bite(
        "what a service repeats of a secret is taken out",
        "_redaction.py",
        "text = text.replace(written, _MARK)",
        "pass",
        "faults/test_secrets",
        "test_what_authorises_a_request and 401-echoed",
    ),
    Bite(
        "a stale connection is replaced at once",
        "rest.py",
        "if outcome.stale and not call.resent and call.method in _SAFE_METHODS:",
        "if False:",
        "faults/test_hooks",
        "test_a_resend_over_a_new_connection",
    ),
    Bite(
        "a request is resent at once only once",
        "rest.py",
        "                call.resent = True\n                outcome = self._attempt(call, request)",
        "                outcome = self._attempt(call, request)",
        "faults/test_process",
        "test_a_call_that_meets_dead_connections_twice",
    ),
    Bite(
        "a status that will not pass is not tried again",
        "rest.py",
        "else outcome.status in policy.statuses",
        "else outcome.status >= 300",
        "faults/test_retrying",
        "test_a_status_that_will_not_pass_is_tried_once",
    ),
    Bite(
        "a wait longer than a minute is not slept",
        "rest.py",
        "asked <= policy.longest_retry_after and ",
        "",
        "faults/test_retrying",
        "test_a_wait_longer_than_a_minute_is_raised_at_once",
    ),
    Bite(
        "a pause longer than the time left is not slept",
        "rest.py",
        " and pause < call.left else None",
        " else None",
        "faults/test_retrying",
        "test_a_wait_longer_than_the_time_left",
    ),
    Bite(
        "a fork has its own connections",
        "rest.py",
        "if self._process != os.getpid():",
        "if False:",
        "faults/test_process",
        "test_a_fork_never_shares",
    ),
    Bite(
        "only a call that begins is refused by a closed client",
        "rest.py",
        "        pool = self._pools.get((host, signed))\n        if pool is None:",
        "        self._check_open()\n        pool = self._pools.get((host, signed))\n        if pool is None:",
        "faults/test_process",
        "test_a_call_that_is_in_a_pause",
    ),
    Bite(
        "a download has headers of its own",
        "rest.py",
        '{"Accept-Encoding": "identity"}',
        '{"Accept-Encoding": "identity", "Authorization": "Bearer t0ken"}',
        "faults/test_downloads",
        "test_a_download_sends_no_header",
    ),
    Bite(
        "a file's address is https",
        "rest.py",
        'if parts.scheme != "https" and not (',
        "if False and not (",
        "faults/test_downloads",
        "test_an_address_that_is_no_https_address",
    ),
    Bite(
        "a redirect does not lead from https to this machine's http",
        "rest.py",
        'return None if url.startswith("https:") and not target.startswith("https:") else target',
        "return target",
        "faults/test_downloads",
        "test_a_redirect_from_https_to_http",
    ),
    Bite(
        "a download follows three redirects",
        "rest.py",
        " or redirects == _MOST_REDIRECTS",
        "",
        "faults/test_downloads",
        "test_three_redirects",
    ),
    Bite(
        "a hook that fails disturbs nothing",
        "rest.py",
        "except Exception:  # a fault",
        "except LookupError:  # a fault",
        "faults/test_hooks",
        "test_a_hook_that_fails",
    ),
    Bite(
        "an answer is about what was asked for",
        "api_client.py",
        "if operation.identifier is not None:",
        "if False:",
        "test_client",
        "test_an_answer_about_another_identifier",
    ),
    Bite(
        "a copied client has headers of its own",
        "api_client.py",
        ', default_headers=dict(state["default_headers"])',
        "",
        "faults/test_process",
        "test_a_copy_of_a_client",
    ),
    Bite(
        "a number in an answer is finite",
        "models/_model.py",
        "if not math.isfinite(item):",
        "if False:",
        "test_models",
        "test_numbers_that_json_does_not_have",
    ),
    Bite(
        "a time limit is a number above 0",
        "timeout.py",
        "if not 0 < seconds <= LONGEST_TIMEOUT:",
        "if seconds > LONGEST_TIMEOUT:",
        "test_client",
        "test_an_unusable_option",
    ),
    Bite(
        "a number fits a float and is finite",
        "_checks.py",
        "if not math.isfinite(as_float):",
        "if False:",
        "test_checks",
        "test_a_number_that_no_float_holds",
    ),
    Bite(
        "this machine is not reached through a proxy of the environment",
        "proxy.py",
        'if proxy is None and is_loopback(urlsplit(url).hostname or ""):',
        "if False:",
        "test_proxy",
        "test_this_machine_is_never_reached",
    ),
    Bite(
        "a URL is below the configured host",
        "_serialization.py",
        'if not text.startswith(host) or rest[:1] not in ("", "/", "?"):',
        "if not text.startswith(host):",
        "test_generated",
        "test_a_url_of_another_host_is_refused",
    ),
    Bite(
        "a method that is not safe is sent once",
        "rest.py",
        " or call.method not in _SAFE_METHODS:",
        ":",
        "test_generated",
        "test_only_a_safe_method_is_sent_again",
    ),
)


def copied(folder: str) -> Path:
    """Copy what the tests need."""
    tree = Path(folder)
    for name in ("quantcdn", "test", "docs"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tree)
    return tree


def tested(tree: Path, arguments: Iterable[str]) -> tuple[int, str]:
    """Run tests in a copy; returns pytest's exit status and what it wrote."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    except subprocess.TimeoutExpired:
        return 2, "they hang"
    return done.returncode, done.stdout[-2000:]


def bitten(bite: Bite) -> str:
    """Take a guard out; returns "" if its tests notice, else what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(folder)
        file = tree / "quantcdn" / bite.file
        text = file.read_text()
        if text.count(bite.old) != 1:
            return f"found {text.count(bite.old)} times: {bite.old!r}"
        file.write_text(text.replace(bite.old, bite.new))
        status, said = tested(tree, bite.arguments)
        return "" if status == 1 and " failed" in said else f"its tests stay green:\n{said}"


def main() -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        files = {f"test/{bite.test}.py" for bite in BITES}
        status, said = tested(copied(folder), [*sorted(files), "-k", " or ".join(f"({bite.name})" for bite in BITES)])
    if status != 0:
        print(f"the tests fail even with all guards:\n{said}")
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        problems = 0
        for bite, problem in zip(BITES, pool.map(bitten, BITES), strict=True):
            problems += bool(problem)
            print(f"{'bad ' if problem else 'good'} {bite.guard}{': ' if problem else ''}{problem}", flush=True)
    print(f"{len(BITES) - problems} of {len(BITES)} guards are guarded, in {time.monotonic() - started:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
