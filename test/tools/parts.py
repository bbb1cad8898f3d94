"""The real programs that the tests run: ``python -m test.tools.parts`` installs them, where it may and can.

It must do with the standard library: pytest is imported only where it is used.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

PACKAGES = {
    "chromedriver": ("chromium-driver",),
    "chromium": ("chromium",),
    "fish": ("fish",),
    "jq": ("jq",),
    "mandoc": ("mandoc",),
    "nginx": ("nginx-light", "nginx"),
    "node": ("nodejs",),
    "npm": ("npm",),
    "tinyproxy": ("tinyproxy",),
    "valgrind": ("valgrind",),
    "zsh": ("zsh",),
}
"""Programs, and the Debian packages that bring them, best first."""

SERVICES = ("nginx", "tinyproxy")
"""Programs whose packages bring a service; the tests start the programs themselves."""

POLICY = Path("/usr/sbin/policy-rc.d")
"""What Debian's packages ask before they start a service; its exit status 101 forbids it."""

CONSENT = "QUANTCDN_TEST_INSTALL"
"""The variable that allows to install programs on this machine, as CI does."""

MISSING = "is missing"
"""The words by which the report of a run counts what was skipped for want of a program."""


def find(program: str) -> str | None:
    """Find a program; Debian keeps some where only root's PATH leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin")


def needed(program: str) -> str:
    """Find a program, or end the test."""
    return find(program) or missing(f"{program} {MISSING}: install the Debian package {PACKAGES[program][0]}")


def missing(message: str) -> NoReturn:
    """End a test that lacks a program: as failed in CI, where nothing may be left out, elsewhere as skipped."""
    import pytest

    if os.environ.get("CI"):
        raise pytest.fail.Exception(message, pytrace=False)
    raise pytest.skip.Exception(message)


def install() -> int:
    """Install what is missing, where that is wanted and this machine allows it; returns an exit status."""
    from test.tools import node

    if wanted := any(os.environ.get(name) for name in ("CI", CONSENT)):
        with _alone():
            _install_programs([program for program in PACKAGES if find(program) is None])
            node.install()
    lacking = [*(program for program in PACKAGES if find(program) is None), *node.lacking()]
    print(f"missing: {', '.join(lacking)}" if lacking else f"all are there: {', '.join([*PACKAGES, *node.PACKAGES])}")
    if lacking and not wanted:
        print(f"tests that need them are skipped; {CONSENT}=1 installs them: as root from Debian, Prism by npm")
    return 1 if os.environ.get("CI") and lacking else 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait for environments of tox that install at the same time."""
    with Path(tempfile.gettempdir(), "quantcdn-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_programs(programs: list[str]) -> None:
    """Install programs where this is root on a Debian; their services neither start now nor with the machine."""
    apt = find("apt-get")
    if not programs or apt is None or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_service_starts():
        subprocess.run([apt, "update"], env=environment, check=False)
        for program in programs:
            for package in PACKAGES[program]:
                command = [apt, "install", "-y", "--no-install-recommends", package]
                if subprocess.run(command, env=environment, check=False).returncode == 0:
                    print(f"{program}: installed {package}")
                    break
    for service in {*SERVICES} & {*programs}:
        for tool, *command in (("systemctl", "disable", service), ("update-rc.d", service, "disable")):
            if path := find(tool):
                subprocess.run([path, *command], check=False)


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Forbid packages to start services, in Debian's way, unless this machine has a policy of its own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


if __name__ == "__main__":
    sys.exit(install())
